import { z } from 'zod';
import { revisionForm } from './desired-state.ts';
import { maxBatchItems } from './limits.ts';

const hashForm = z.string().regex(/^[0-9a-f]{64}$/);
const looseRecord = z.record(z.string(), z.unknown());
const batch = z.int().positive();

const podKey = {
  namespace: z.string().min(1).max(63),
  name: z.string().min(1).max(253),
  uid: z.string().min(1).max(64),
};

/** The first message of every connection. */
export const helloForm = z.object({
  type: z.literal('hello'),
  protocol: z.object({ oldest: z.int().positive(), newest: z.int().positive() }),
  agentVersion: z.string().max(64),
  nodeName: z.string().min(1).max(253),
  /** Differs after each boot of the machine: containers of another boot are dead. */
  bootId: z.string().max(64),
  /** What this agent can do beyond the version's minimum; unknown words mean nothing. */
  capabilities: z.array(z.string().max(63)).max(64),
  /** Set with a join token: SHA-256, in hexadecimal, of the credential that the agent drew (`secretTokenHash`). */
  credentialHash: hashForm.optional(),
  /** Set when the agent has desired state of an earlier session on disk. */
  resume: z.object({ epoch: z.int().nonnegative(), desiredRevision: revisionForm }).optional(),
});
export type Hello = z.infer<typeof helloForm>;

export const heartbeatForm = z.object({
  type: z.literal('heartbeat'),
  sequence: z.int().positive(),
});

/** The node as the kubelet would write it: sent after each welcome, whenever it changes, and every five minutes. Becomes the Node object, made when missing. */
export const nodeForm = z.object({
  type: z.literal('node'),
  /** Labels that the agent owns (kubernetes.io/hostname, os, arch): merged, others stay. */
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()).default({}),
  /** `NodeStatus`, whole. */
  status: looseRecord,
});
export type NodeReport = z.infer<typeof nodeForm>;

export const podStatusReportForm = z.object({
  ...podKey,
  /** `metadata.resourceVersion` of the Pod that this status was computed from. */
  observedResourceVersion: z.string().max(32).optional(),
  /** `PodStatus`, whole, but for conditions and fields that others own: readiness gates' conditions, nominatedNodeName, resourceClaimStatuses stay as they are. */
  status: looseRecord,
});
export type PodStatusReport = z.infer<typeof podStatusReportForm>;

export const podStatusesForm = z.object({
  type: z.literal('podStatuses'),
  batch,
  statuses: z.array(podStatusReportForm).min(1).max(maxBatchItems),
});

/** None of the pod's containers is left on this node: its object may go (delete with grace 0, precondition uid). */
export const podsGoneForm = z.object({
  type: z.literal('podsGone'),
  batch,
  pods: z.array(z.object(podKey)).min(1).max(maxBatchItems),
});
export type GonePod = z.infer<typeof podsGoneForm>['pods'][number];

export const eventsForm = z.object({
  type: z.literal('events'),
  batch,
  /** `v1.Event`s with names. One of a name that exists already replaces it: its count rose. */
  events: z
    .array(z.looseObject({ metadata: z.looseObject({ name: z.string().min(1).max(253), namespace: z.string().max(63) }) }))
    .min(1)
    .max(maxBatchItems),
});
export type ReportedEvent = z.infer<typeof eventsForm>['events'][number];

/** Everything up to this revision is on the node's disk and being acted on. */
export const desiredAppliedForm = z.object({
  type: z.literal('desiredApplied'),
  revision: revisionForm,
});

/** Asks for a ServiceAccount token bound to a pod of this node (TokenRequest). Answered by `tokenResult`. */
export const tokenRequestForm = z.object({
  type: z.literal('tokenRequest'),
  id: z.int().positive(),
  namespace: z.string().min(1).max(63),
  serviceAccountName: z.string().min(1).max(253),
  pod: z.object({ name: podKey.name, uid: podKey.uid }),
  audiences: z.array(z.string().max(1024)).max(16),
  expirationSeconds: z.int().positive(),
});
export type TokenRequest = z.infer<typeof tokenRequestForm>;

/** Announces the credential that will replace this one; both work until the new one was used. Answered by `credentialRotated`. */
export const rotateCredentialForm = z.object({
  type: z.literal('rotateCredential'),
  credentialHash: hashForm,
});

export const agentMessageForm = z.discriminatedUnion('type', [
  helloForm,
  heartbeatForm,
  nodeForm,
  podStatusesForm,
  podsGoneForm,
  eventsForm,
  desiredAppliedForm,
  tokenRequestForm,
  rotateCredentialForm,
]);
/** What an agent says. */
export type AgentMessage = z.infer<typeof agentMessageForm>;

/** What an agent opens a stream for: raw TCP, of which TLS is ended by the gateway with the certificate of the session's cluster. */
export const gatewayStreamRequestForm = z.object({ kind: z.literal('apiServer') });
export type GatewayStreamRequest = z.infer<typeof gatewayStreamRequestForm>;
