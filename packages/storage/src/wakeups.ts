import type { ClusterId } from '@kajitori/apimachinery';

/** Instants at which a key has to be looked at again: requeues, time limits, cron. One row a key. */
export interface Wakeups {
  /** `earliest` keeps what comes before, taken or not; `replace` forgets all that was set for the key. */
  set(cluster: ClusterId, key: string, dueAt: Date, mode: 'earliest' | 'replace'): Promise<void>;
  /** Wake-ups that are due by the database's clock. One that is not deleted rings again after `retrySeconds`. */
  takeDue(limit: number, retrySeconds: number): Promise<Wakeup[]>;
  /** With the `dueAt` of a wake-up that was taken: it is handled. What was set since then stays. Without: forgets the key. */
  delete(cluster: ClusterId, key: string, dueAt?: Date): Promise<void>;
  /** When the next one rings, in all clusters. */
  nextAt(): Promise<Date | undefined>;
}

export interface Wakeup {
  cluster: ClusterId;
  key: string;
  dueAt: Date;
}
