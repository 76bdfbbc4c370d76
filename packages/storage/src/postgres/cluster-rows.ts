import type { ClusterId } from '@kajitori/apimachinery';
import { bytesMaxDefault, type NewCluster, objectsMaxDefault } from '../clusters.ts';

/** Runs one statement in a transaction that the caller holds; values become parameters. */
type RunStatement = (strings: TemplateStringsArray, ...values: unknown[]) => Promise<unknown>;

/**
 * Birth and the beginning of the end of a cluster as single statements, for the transaction that writes the account's
 * record of it: both are there or neither. Removing the rows afterwards is `Clusters.delete`.
 */
export function clusterRows({ overlayVersion = 0, objectsMax = objectsMaxDefault, bytesMax = bytesMaxDefault }: NewCluster = {}) {
  return {
    async create(run: RunStatement, id: ClusterId): Promise<void> {
      await run`SELECT storage.create_cluster(${id}, ${overlayVersion}, ${objectsMax}, ${bytesMax})`;
    },
    async beginDeletion(run: RunStatement, id: ClusterId): Promise<void> {
      await run`SELECT storage.begin_cluster_deletion(${id})`;
    },
  };
}
