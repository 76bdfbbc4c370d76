import type { ClusterId } from '@kajitori/apimachinery';

/** How long whoever takes a call may need to answer it. */
const answerMilliseconds = 3_000;
/** Calls that are watched at once; a sweep finds the others again. */
const callsMax = 1_000;
/** Answered in one turn at most, so that a full sweep does not open everything at once. */
const overdueMax = 32;

/** The calls of sweeps that have brought no answer to this process. Owns nothing else; forgets a call when it is overdue. */
export class UnansweredCalls {
  /** In the order of their first call. */
  readonly #calledAt = new Map<ClusterId, number>();

  /** Somebody was called for a cluster, perhaps not for the first time. */
  called(cluster: ClusterId): void {
    if (!this.#calledAt.has(cluster) && this.#calledAt.size < callsMax) this.#calledAt.set(cluster, performance.now());
  }

  answered(cluster: ClusterId): void {
    this.#calledAt.delete(cluster);
  }

  /** Takes those that have waited for too long. */
  overdue(): ClusterId[] {
    const before = performance.now() - answerMilliseconds;
    const overdue: ClusterId[] = [];
    for (const [cluster, at] of this.#calledAt) {
      if (at > before || overdue.length === overdueMax) break;
      overdue.push(cluster);
    }
    for (const cluster of overdue) this.#calledAt.delete(cluster);
    return overdue;
  }
}
