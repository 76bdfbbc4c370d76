import type { ClusterId } from '@kajitori/apimachinery';

/**
 * One row for each instant at which a CronJob was due: what keeps it from running twice, its history, and where alerts come from.
 * An occurrence is scheduled and then settled, once.
 */
export interface Occurrences {
  /**
   * Records that the instant has come. True for the caller that made the row. Not a lock: after a lost connection nobody may have heard
   * `true`, so whoever finds the state `scheduled` carries on and settles it.
   */
  schedule(cluster: ClusterId, cronJobUid: string, scheduledAt: Date): Promise<boolean>;
  /** Settles an instant, recorded or not. False when it had been settled in another way: nothing changes. */
  settle(cluster: ClusterId, cronJobUid: string, scheduledAt: Date, settled: Settled): Promise<boolean>;
  /** Newest first, those before `before`. */
  list(cluster: ClusterId, cronJobUid: string, options: { limit: number; before?: Date }): Promise<Occurrence[]>;
  /** Deletes all but the newest `keep`; with 0, all that a deleted CronJob leaves. */
  prune(cluster: ClusterId, cronJobUid: string, keep: number): Promise<void>;
}

export interface Settled {
  state: 'started' | 'skipped' | 'missed';
  /** The Job's name when started, the reason otherwise. */
  detail: string;
}

export interface Occurrence {
  cronJobUid: string;
  scheduledAt: Date;
  state: 'scheduled' | Settled['state'];
  detail: string;
  changedAt: Date;
}
