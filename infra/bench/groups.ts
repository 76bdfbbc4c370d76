import { cached } from './api/cached.ts';
import { fanOut } from './api/fan-out.ts';
import { lists } from './api/lists.ts';
import { writes } from './api/writes.ts';
import { api } from './groups/api.ts';
import { cluster } from './groups/cluster.ts';
import { idle } from './groups/idle.ts';
import { podsGroup } from './groups/pods.ts';
import { storage } from './groups/storage.ts';
import { watch } from './groups/watch.ts';
import { neighbours } from './neighbours/neighbours.ts';
import type { BenchGroup } from './measurement.ts';

/** Every group of measurements. A new one is a file in groups/ and a line here. */
export const groups: readonly BenchGroup[] = [api, lists, fanOut, writes, cached, watch, cluster, podsGroup, idle, storage, neighbours];
