import { controlPlaneForm } from '@kajitori/control-plane';
import { readConfig } from '@kajitori/server-process';
import { z } from 'zod';
import { environment } from './env.ts';

const form = controlPlaneForm.extend({
  /** Where /livez, /readyz and /metrics are served; absent: nowhere. */
  LISTEN_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  /** Clusters that this process keeps active at once. */
  ACTIVE_CLUSTERS_MAX: z.coerce.number().int().min(1).default(1_000),
  /** Objects that it keeps in memory, over all of them. */
  CACHED_OBJECTS_MAX: z.coerce.number().int().min(1_000).default(1_000_000),
  /** A cluster without any change for this long is given back. */
  IDLE_SECONDS: z.coerce.number().min(1).default(10),
});

export const config = readConfig(form, environment);
