import type { ClusterId } from '@kajitori/apimachinery';
import type { ChangeBatch, Revision } from './storage.ts';

/**
 * How far each consumer of the change log has come in each cluster. The log keeps what a registered consumer has not passed, however long
 * that takes. A cluster that no consumer has looked at is dirty from birth, with cursor 0.
 */
export interface Dispatch {
  /** From now on the log waits for this consumer. May be called again. */
  register(consumer: string): Promise<void>;
  /** Clusters whose head is ahead of the cursor, in order of their ids, after `after`. */
  dirty(consumer: string, limit: number, after?: ClusterId): Promise<DirtyCluster[]>;
  /** The revision up to which all is handled; 0 when nothing is. */
  cursor(consumer: string, cluster: ClusterId): Promise<Revision>;
  /** Moves the cursor on; it never goes back. */
  advance(consumer: string, cluster: ClusterId, to: Revision): Promise<void>;
  /**
   * What follows a revision in the durable line, as much as one call may answer; empty when nothing does.
   * @throws ExpiredError for a cursor from before the log, as for a new consumer: list, then advance.
   */
  changes(cluster: ClusterId, from: Revision): Promise<ChangeBatch>;
}

export interface DirtyCluster {
  cluster: ClusterId;
  cursor: Revision;
  head: Revision;
}
