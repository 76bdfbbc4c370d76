import type { ClusterId } from '@kajitori/apimachinery';
import type { Fence } from './storage.ts';

/**
 * Leases whose epochs come from the database. A holder hands its fence to every write; a holder that slept through its lease finds its
 * writes refused once another has taken over.
 */
export interface Fences {
  /** Takes a fence that is free, expired or this holder's own, under a new epoch. Undefined while another holds it. */
  acquire(cluster: ClusterId, name: string, holder: string, durationSeconds: number): Promise<HeldFence | undefined>;
  /**
   * Puts the ends of a holder's fences of one name off, each with a wake-up of its cluster that rings if the holder dies: all of them in one
   * call. Answers with the clusters that it still holds: in the others, stop working.
   */
  renew(name: string, epochs: ReadonlyMap<ClusterId, number>, renewal: Renewal): Promise<ReadonlySet<ClusterId>>;
  /** Ends it now, so that the next holder need not wait. Does nothing when it is another's by now. */
  release(cluster: ClusterId, fence: Fence): Promise<void>;
}

export interface Renewal {
  durationSeconds: number;
  wakeup: { key: string; inSeconds: number };
}

export interface HeldFence extends Fence {
  /** By the database's clock. */
  expiresAt: Date;
}
