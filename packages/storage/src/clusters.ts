import type { ClusterId } from '@kajitori/apimachinery';

/** Birth and death of clusters. For the parts that manage clusters; nothing that serves a tenant's request holds one. */
export interface Clusters {
  /** Makes the cluster's rows. False when the id is taken. */
  create(id: ClusterId, options?: NewCluster): Promise<boolean>;
  /**
   * Refuses all later writes and deletes the cluster's rows in bounded batches. May be called again after a failure, and for a cluster that
   * is not there.
   */
  delete(id: ClusterId): Promise<void>;
  /** Clusters whose deletion has begun and not ended: a sweep calls `delete` for them. */
  deleting(limit: number): Promise<ClusterId[]>;
}

export interface NewCluster {
  /** Which release of the overlay the cluster is born with. */
  overlayVersion?: number;
  objectsMax?: number;
  bytesMax?: number;
}

export const objectsMaxDefault = 200_000;
export const bytesMaxDefault = 2 * 1024 ** 3;
