import type { ClusterId } from '@kajitori/apimachinery';
import type { Occurrence, Occurrences, Settled } from '@kajitori/storage';

/** The occurrence rows of one cluster's CronJobs. */
export interface ClusterOccurrences {
  schedule(cronJobUid: string, scheduledAt: Date): Promise<boolean>;
  settle(cronJobUid: string, scheduledAt: Date, settled: Settled): Promise<boolean>;
  /** What is known of an instant. */
  find(cronJobUid: string, scheduledAt: Date): Promise<Occurrence | undefined>;
  prune(cronJobUid: string, keep: number): Promise<void>;
}

export function clusterOccurrences(occurrences: Occurrences, cluster: ClusterId): ClusterOccurrences {
  return {
    schedule: (uid, at) => occurrences.schedule(cluster, uid, at),
    settle: (uid, at, settled) => occurrences.settle(cluster, uid, at, settled),
    find: async (uid, at) => {
      const [newest] = await occurrences.list(cluster, uid, { limit: 1, before: new Date(at.getTime() + 1) });
      return newest?.scheduledAt.getTime() === at.getTime() ? newest : undefined;
    },
    prune: (uid, keep) => occurrences.prune(cluster, uid, keep),
  };
}
