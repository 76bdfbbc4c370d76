import { serverConfigForm } from '@kajitori/server-process';
import { z } from 'zod';

export const controlPlaneForm = serverConfigForm.extend({
  /** Hosted: clusters are reached at `ID.k8s.DOMAIN`. Absent: each has a loopback address of its own. */
  CLUSTER_DOMAIN: z.string().min(1).optional(),
});
