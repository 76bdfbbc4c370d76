/** What a cluster may take of a process' time at once, and of each second from then on, both in milliseconds. */
export interface Allowance {
  atOnce: number;
  perSecond: number;
}

/** Of long holds: half a percent of others' requests, at most, comes while one cluster's holds the loop. */
export const heldAllowance: Allowance = { atOnce: 1_000, perSecond: 5 };
/** Of telling many watches in slices. */
export const toldAllowance: Allowance = { atOnce: 500, perSecond: 50 };

/**
 * What a cluster has left of the time for which it may have the event loop for itself. It counts while others ask too.
 */
export class TimeAllowance {
  readonly #allowance: Allowance;
  #left: number;
  #at: number;

  constructor(allowance: Allowance, now: number) {
    this.#allowance = allowance;
    this.#left = allowance.atOnce;
    this.#at = now;
  }

  /** It may be overspent: how long something takes is known afterwards. */
  spend(milliseconds: number, now: number): void {
    this.#refill(now);
    this.#left -= milliseconds;
  }

  isLeft(now: number): boolean {
    this.#refill(now);
    return this.#left > 0;
  }

  secondsUntilLeft(now: number): number {
    this.#refill(now);
    return this.#left > 0 ? 0 : Math.ceil((1 - this.#left) / this.#allowance.perSecond);
  }

  #refill(now: number): void {
    const { atOnce, perSecond } = this.#allowance;
    this.#left = Math.min(atOnce, this.#left + ((now - this.#at) / 1_000) * perSecond);
    this.#at = now;
  }
}
