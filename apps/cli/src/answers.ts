import { z } from 'zod';

/** What /v1 answers, as far as kaji shows it; the rest passes through for -o json and yaml. */
const looseId = z.looseObject({ id: z.string() });

export const sessionForm = z.object({ token: z.string(), expiresAt: z.string(), user: z.looseObject({ email: z.string() }) });
export const meForm = z.looseObject({
  type: z.string(),
  id: z.string(),
  name: z.string(),
  email: z.string().optional(),
  organizations: z.array(z.looseObject({ organization: z.string(), organizationName: z.string(), role: z.string() })),
});
export const organizationForm = looseId.extend({ name: z.string(), role: z.string().optional(), createdAt: z.string() });
export const projectForm = looseId.extend({ name: z.string(), organization: z.string(), createdAt: z.string() });
export const clusterForm = looseId.extend({
  name: z.string(),
  project: z.string(),
  status: z.string(),
  server: z.string(),
  createdAt: z.string(),
});
export const clusterLimitForm = z.looseObject({
  name: z.string(),
  unit: z.string(),
  max: z.number(),
  maxBeside: z.number().optional(),
  used: z.number().optional(),
});
export const kubeconfigForm = z.looseObject({ kubeconfig: z.string(), server: z.string(), key: z.string() });
export const keyForm = looseId.extend({
  name: z.string(),
  role: z.string(),
  organization: z.string(),
  project: z.string().optional(),
  cluster: z.string().optional(),
  hint: z.string(),
  expiresAt: z.string().optional(),
  lastUsedAt: z.string().optional(),
});
export const issuedKeyForm = z.object({ key: keyForm, token: z.string() });
export const joinForm = z.looseObject({ command: z.string(), joinToken: looseId.extend({ expiresAt: z.string(), maxUses: z.number() }) });
export const nodeForm = z.looseObject({
  name: z.string(),
  ready: z.boolean(),
  schedulable: z.boolean(),
  addresses: z.array(z.string()),
  agentVersion: z.string().optional(),
  createdAt: z.string().optional(),
});
const podWithReason = z.object({ pod: z.string(), reason: z.string() });
export const drainForm = z.object({
  done: z.boolean(),
  evicted: z.array(z.string()),
  ending: z.array(z.string()),
  kept: z.array(podWithReason),
  blocked: z.array(podWithReason),
});
const auditUserForm = z.looseObject({ username: z.string() });
export const auditEventForm = z.looseObject({
  auditID: z.string(),
  stage: z.string(),
  stageTimestamp: z.string(),
  verb: z.string(),
  requestURI: z.string(),
  user: auditUserForm,
  impersonatedUser: auditUserForm.optional(),
  objectRef: z
    .looseObject({
      resource: z.string().optional(),
      subresource: z.string().optional(),
      namespace: z.string().optional(),
      name: z.string().optional(),
    })
    .optional(),
  responseStatus: z.looseObject({ code: z.number().optional() }).optional(),
});
export const auditPolicyForm = z.looseObject({ kind: z.string(), rules: z.array(z.unknown()) });
export const tokenKeyForm = looseId.extend({ use: z.string(), createdAt: z.string(), retiredAt: z.string().optional() });
export const nothing = z.unknown();

export type Cluster = z.infer<typeof clusterForm>;
export type AuditEvent = z.infer<typeof auditEventForm>;
export type Node = z.infer<typeof nodeForm>;
