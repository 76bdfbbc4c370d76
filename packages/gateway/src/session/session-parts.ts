import type { Duplex } from 'node:stream';
import type { NetworkSettings } from '@kajitori/agent-protocol';
import type { Clock, ClusterId } from '@kajitori/apimachinery';
import type { ClusterClient } from '@kajitori/client';
import type { Fence, Fences } from '@kajitori/storage';
import type { Logger } from '@kajitori/telemetry';
import type { ClusterTails } from '../desired/cluster-tail.ts';
import type { GatewayMetrics } from '../gateway-metrics.ts';
import type { NodeIdentity, NodePrincipal } from '../identity.ts';
import type { SessionDirectory } from '../sessions/session-directory.ts';

/** Makes the clients by which nodes' reports are written: through the API's whole pipeline, as the user `system:node:NAME`. */
export interface NodeClients {
  /** Every write of the client carries the fence; `onFenced` is called when one was refused for it (see `fencedStorage`). */
  forNode(node: { cluster: ClusterId; name: string; fence: Fence; onFenced: () => void }): ClusterClient;
}

/** Where raw connections of pods to their cluster's API go: whoever takes them ends TLS with that cluster's certificate. */
export interface ApiConnections {
  accept(cluster: ClusterId, connection: Duplex): void;
}

/** What sessions share. */
export interface SessionParts {
  identity: NodeIdentity;
  fences: Fences;
  directory: SessionDirectory;
  tails: ClusterTails;
  clients: NodeClients;
  apiConnections?: ApiConnections;
  /** How the pods of a node are connected, where that is not what Docker gives. */
  networkOf?: (node: NodePrincipal) => Promise<NetworkSettings | undefined>;
  clock: Clock;
  logger: Logger;
  metrics: GatewayMetrics;
}
