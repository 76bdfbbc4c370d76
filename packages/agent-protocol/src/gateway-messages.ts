import { z } from 'zod';
import { desiredDeltaForm, desiredSyncForm } from './desired-state.ts';
import { maxBatchItems } from './limits.ts';

/** How pods of this cluster are connected. Absent parts mean that the agent uses what Docker gives. */
export const networkForm = z.object({
  clusterDomain: z.string().max(253).default('cluster.local'),
  /** Where pods with dnsPolicy ClusterFirst ask. */
  clusterDns: z.array(z.string().max(64)).max(3).default([]),
  podCidr: z.string().max(64).optional(),
  serviceCidr: z.string().max(64).optional(),
  /** The address of `kubernetes.default.svc`. */
  kubernetesService: z.object({ host: z.string().max(64), port: z.int().min(1).max(65_535) }).optional(),
});
export type NetworkSettings = z.infer<typeof networkForm>;

export const welcomeForm = z.object({
  type: z.literal('welcome'),
  protocol: z.int().positive(),
  cluster: z.string().min(1).max(64),
  nodeName: z.string().min(1).max(253),
  /** Higher than that of every earlier session of this node. */
  epoch: z.int().positive(),
  /** True: the desired state of `hello.resume` is still good, and deltas follow it. False: a sync follows. */
  resumed: z.boolean(),
  heartbeatIntervalSeconds: z.number().positive().max(300),
  leaseDurationSeconds: z.number().positive().max(3600),
  silenceLimitSeconds: z.number().positive().max(3600),
  /** RFC 3339: the database's time. */
  serverTime: z.string(),
  network: networkForm.optional(),
});
export type Welcome = z.infer<typeof welcomeForm>;

export const refusalReasons = [
  /** This agent is too old, or too new. */
  'UnsupportedVersion',
  /** Another machine holds this node name and its session lives. */
  'NodeNameTaken',
  /** The node name is not valid, or not that of the credential. */
  'InvalidNode',
  /** The cluster has no room for another node. */
  'QuotaExceeded',
  /** Nothing wrong with the agent: come again. */
  'Unavailable',
] as const;

/** The session will not be; the gateway closes. Without `retryAfterSeconds` the agent backs off as after any failure. */
export const refusedForm = z.object({
  type: z.literal('refused'),
  reason: z.enum(refusalReasons),
  message: z.string().max(4096),
  retryAfterSeconds: z.number().nonnegative().optional(),
});
export type Refused = z.infer<typeof refusedForm>;

export const heartbeatAckForm = z.object({
  type: z.literal('heartbeatAck'),
  sequence: z.int().positive(),
  serverTime: z.string(),
});

/** Answers one batch of `podStatuses`, `podsGone` or `events`: everything in it was written but what `refused` names. */
export const batchResultForm = z.object({
  type: z.literal('batchResult'),
  of: z.enum(['podStatuses', 'podsGone', 'events']),
  batch: z.int().positive(),
  refused: z
    .array(
      z.object({
        /** Position in the batch. */
        index: z.int().nonnegative(),
        /** A Status reason: NotFound, Conflict, Invalid, ServiceUnavailable … */
        reason: z.string().max(63),
        message: z.string().max(4096),
        /** Whether the same may succeed later. */
        retry: z.boolean(),
      }),
    )
    .max(maxBatchItems),
});
export type BatchResult = z.infer<typeof batchResultForm>;

export const tokenResultForm = z.object({
  type: z.literal('tokenResult'),
  id: z.int().positive(),
  token: z.string().optional(),
  /** RFC 3339. */
  expirationTimestamp: z.string().optional(),
  error: z.object({ reason: z.string().max(63), message: z.string().max(4096) }).optional(),
});
export type TokenResult = z.infer<typeof tokenResultForm>;

export const credentialRotatedForm = z.object({ type: z.literal('credentialRotated'), credentialHash: z.string() });

/** This connection will end: open another, and close this one once welcomed there. */
export const reconnectForm = z.object({
  type: z.literal('reconnect'),
  deadlineSeconds: z.number().nonnegative(),
});

export const gatewayMessageForm = z.discriminatedUnion('type', [
  welcomeForm,
  refusedForm,
  heartbeatAckForm,
  desiredSyncForm,
  desiredDeltaForm,
  batchResultForm,
  tokenResultForm,
  credentialRotatedForm,
  reconnectForm,
]);
/** What a gateway says. */
export type GatewayMessage = z.infer<typeof gatewayMessageForm>;
