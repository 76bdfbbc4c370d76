import type { ClusterId } from '@kajitori/apimachinery';
import type { Occurrences, Settled } from '@kajitori/storage';

/** The occurrence rows of one cluster's CronJobs. */
export interface ClusterOccurrences {
  schedule(cronJobUid: string, scheduledAt: Date): Promise<boolean>;
  settle(cronJobUid: string, scheduledAt: Date, settled: Settled): Promise<boolean>;
  prune(cronJobUid: string, keep: number): Promise<void>;
}

export function clusterOccurrences(occurrences: Occurrences, cluster: ClusterId): ClusterOccurrences {
  return {
    schedule: (uid, at) => occurrences.schedule(cluster, uid, at),
    settle: (uid, at, settled) => occurrences.settle(cluster, uid, at, settled),
    prune: (uid, keep) => occurrences.prune(cluster, uid, keep),
  };
}
