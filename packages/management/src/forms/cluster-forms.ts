import { type ClusterEndpoints, type ClusterRecord, clusterServerUrl, type JoinToken, joinTokenLimits } from '@kajitori/accounts';
import { instant, roleForm, shortName, z } from './route-parts.ts';

/** Clusters and nodes as JSON: the form of each, and how accounts' values are shown in it. */
export const fencingForm = z.enum(['none', 'stop']).openapi({
  description: 'stop: a node that has lost the control plane stops its StatefulSet pods, so that they can be replaced safely.',
});

export const clusterForm = z
  .object({
    id: z.string(),
    name: z.string(),
    organization: z.string(),
    project: z.string(),
    status: z.enum(['Running', 'Deleting']),
    fencing: fencingForm,
    server: z.string().openapi({ description: 'Where its Kubernetes API answers.' }),
    createdAt: instant,
  })
  .openapi('Cluster');

export const clusterLimitForm = z
  .object({
    name: z.string().openapi({ example: 'watches' }),
    unit: z.string().openapi({ example: 'watches' }),
    max: z.int(),
    maxBeside: z.int().optional().openapi({ description: 'What is sure while other clusters ask a busy server too.' }),
    used: z
      .int()
      .optional()
      .openapi({ description: 'Of what is counted for the cluster as a whole; the other limits are those of each API server.' }),
  })
  .openapi('ClusterLimit');

export const newClusterForm = z
  .object({
    name: shortName,
    project: z.string().optional().openapi({ description: 'The first project of the organization unless given.' }),
    organization: z.string().optional().openapi({ description: 'Needed by members of several who give no project.' }),
    fencing: fencingForm.default('none'),
  })
  .openapi('NewCluster');

export function showCluster(endpoints: ClusterEndpoints, cluster: ClusterRecord) {
  const { id, name, organizationId, projectId, fencing, createdAt, deletionRequestedAt } = cluster;
  return {
    id,
    name,
    organization: organizationId,
    project: projectId,
    status: deletionRequestedAt === undefined ? ('Running' as const) : ('Deleting' as const),
    fencing,
    server: clusterServerUrl(endpoints, cluster),
    createdAt: createdAt.toISOString(),
  };
}

const daySeconds = 86_400;
export const kubeconfigDays = { default: 365, max: 3_650 } as const;

export const kubeconfigRequestForm = z
  .object({
    role: roleForm.optional().openapi({ description: 'Less than you may, when wanted.' }),
    expiresInSeconds: z
      .int()
      .min(60)
      .max(kubeconfigDays.max * daySeconds)
      .default(kubeconfigDays.default * daySeconds),
  })
  .openapi('KubeconfigRequest');

export const kubeconfigForm = z
  .object({
    kubeconfig: z.string().openapi({ description: 'YAML.' }),
    server: z.string(),
    key: z.string().openapi({ description: 'Id of the API key that it carries: revoking the key ends the kubeconfig.' }),
    expiresAt: instant.optional(),
  })
  .openapi('Kubeconfig');

export const joinTokenForm = z
  .object({
    id: z.string(),
    cluster: z.string(),
    hint: z.string().openapi({ description: 'The beginning of the token.' }),
    uses: z.int(),
    maxUses: z.int(),
    createdAt: instant,
    expiresAt: instant,
  })
  .openapi('JoinToken');

const { maxUses, lifeSeconds } = joinTokenLimits;
export const newJoinTokenForm = z
  .object({
    maxUses: z.int().min(1).max(maxUses.max).default(maxUses.default).openapi({ description: 'How many machines may join by it.' }),
    expiresInSeconds: z.int().min(lifeSeconds.min).max(lifeSeconds.max).default(lifeSeconds.default),
  })
  .openapi('NewJoinToken');

export const issuedJoinTokenForm = z
  .object({
    joinToken: joinTokenForm,
    token: z.string().openapi({ description: 'Shown this once.' }),
    command: z.string().openapi({ description: 'Run it as root on a machine with Docker.' }),
  })
  .openapi('IssuedJoinToken');

export const showJoinToken = ({ id, clusterId, hint, uses, maxUses: most, createdAt, expiresAt }: JoinToken) => ({
  id,
  cluster: clusterId,
  hint,
  uses,
  maxUses: most,
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
});

export const nodeForm = z
  .object({
    name: z.string(),
    ready: z.boolean(),
    schedulable: z.boolean(),
    addresses: z.array(z.string()),
    agentVersion: z.string().optional(),
    operatingSystem: z.string().optional(),
    architecture: z.string().optional(),
    capacity: z.record(z.string(), z.string()),
    createdAt: z.string().optional(),
  })
  .openapi('Node');

export const drainRequestForm = z
  .object({
    gracePeriodSeconds: z.int().min(0).max(86_400).optional().openapi({ description: 'Each pod’s own unless given.' }),
    force: z.boolean().default(false).openapi({ description: 'Also pods that no controller would make anew.' }),
    deleteEmptyDirData: z.boolean().default(false).openapi({ description: 'Also pods whose emptyDir data would be lost.' }),
  })
  .openapi('DrainRequest');

export const drainForm = z
  .object({
    done: z.boolean().openapi({ description: 'No pod is left that draining ends. Otherwise ask again.' }),
    evicted: z.array(z.string()).openapi({ description: 'Asked to end now, as NAMESPACE/NAME.' }),
    ending: z.array(z.string()).openapi({ description: 'Still ending from before.' }),
    kept: z
      .array(z.object({ pod: z.string(), reason: z.string() }))
      .openapi({ description: 'Pods that stay: of DaemonSets, and static ones.' }),
    blocked: z.array(z.object({ pod: z.string(), reason: z.string() })).openapi({ description: 'Pods that could not be asked to end.' }),
  })
  .openapi('Drain');
