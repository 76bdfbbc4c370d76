import type { Clusters } from './clusters.ts';
import type { Dispatch } from './dispatch.ts';
import type { Fences } from './fences.ts';
import type { Occurrences } from './occurrences.ts';
import type { DataKeys } from './sealing/data-keys.ts';
import type { Storage } from './storage.ts';
import type { Wakeups } from './wakeups.ts';

/** What a driver offers beside the objects. Each part is given only to those who need it. */
export interface StorageEngine extends Storage {
  readonly clusters: Clusters;
  readonly fences: Fences;
  readonly dispatch: Dispatch;
  readonly wakeups: Wakeups;
  readonly occurrences: Occurrences;
  readonly dataKeys: DataKeys;
  /** Lets go of old history. Safe from any process at any time; every minute is enough. Answers whether something was done. */
  maintain(): Promise<boolean>;
}
