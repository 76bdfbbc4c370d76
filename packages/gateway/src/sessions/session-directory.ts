import type { ClusterId } from '@kajitori/apimachinery';
import type { GatewayInstance } from '@kajitori/streams';

export interface SessionKey {
  cluster: ClusterId;
  node: string;
}

export interface SessionRow extends SessionKey {
  /** Of the fence that the session's writes carry: the highest of a node is the session that counts. */
  epoch: number;
}

/**
 * Which process holds which node's session: how streams find their way. Rows expire unless renewed, so a process that died is not asked for long.
 * It is a map, not a lock: what makes an old session harmless is its fence.
 */
export interface SessionDirectory {
  /** Puts a session in, unless one with a higher epoch is there. */
  put(session: SessionRow): Promise<void>;
  /** Puts off the end of this process' sessions, and answers those that another has taken over. */
  renew(sessions: readonly SessionRow[]): Promise<SessionRow[]>;
  /** Takes a session out, unless another has taken over. */
  remove(session: SessionRow): Promise<void>;
  /** Where a node's session is; undefined when it has none. */
  locate(key: SessionKey): Promise<GatewayInstance | undefined>;
  /** Some node of the cluster that has a session. */
  anyNode(cluster: ClusterId): Promise<{ node: string; at: GatewayInstance } | undefined>;
}
