import { serverConfigForm } from '@kajitori/server-process';
import { z } from 'zod';

export const controlPlaneForm = serverConfigForm.extend({
  /** Hosted: clusters are reached at `ID.k8s.DOMAIN`. Absent: each has a loopback address of its own. */
  CLUSTER_DOMAIN: z.string().min(1).optional(),
  /** Where webhooks and other URLs of tenants may lead: `private` also opens this machine and the networks around it. */
  EGRESS_ADDRESSES: z.enum(['public', 'private']).default('public'),
});
