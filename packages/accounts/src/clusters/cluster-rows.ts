import type { ClusterId } from '@kajitori/apimachinery';

/** Runs one statement in the transaction of a deed; values become parameters. */
export type RunStatement = (strings: TemplateStringsArray, ...values: unknown[]) => Promise<unknown>;

/** Storage's part in the birth and the end of a cluster, run inside the transaction that writes the cluster's record. */
export interface ClusterRows {
  create(run: RunStatement, id: ClusterId): Promise<void>;
  /** From the commit on storage takes no write of the cluster. */
  beginDeletion(run: RunStatement, id: ClusterId): Promise<void>;
}
