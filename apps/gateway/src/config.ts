import { controlPlaneForm } from '@kajitori/control-plane';
import { readConfig } from '@kajitori/server-process';
import { z } from 'zod';
import { environment } from './env.ts';

const form = controlPlaneForm.extend({
  LISTEN_PORT: z.coerce.number().int().min(0).max(65_535).default(6444),
  /** `host:port` at which the other server processes reach this one; absent: this machine alone. */
  INSTANCE_ADDRESS: z.string().min(3).optional(),
});

export const config = readConfig(form, environment);
