import { controlPlaneForm } from '@kajitori/control-plane';
import { readConfig } from '@kajitori/server-process';
import { z } from 'zod';
import { environment } from './env.ts';

const form = controlPlaneForm.extend({
  LISTEN_PORT: z.coerce.number().int().min(0).max(65_535).default(6443),
  /** What the installer downloads: bundles and their hashes. */
  AGENT_BUNDLE_DIR: z.string().min(1),
});

export const config = readConfig(form, environment);

export type Config = typeof config;
