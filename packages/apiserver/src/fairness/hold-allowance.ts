/** A cluster's requests may hold the process this long at once, and this long in a second from then on. */
const allowanceMilliseconds = 1_000;
const millisecondsPerSecond = 5;

/**
 * What a cluster has left of the time for which its requests may hold the event loop. It counts while others ask too and the process is busy:
 * half a percent of their requests, at most, comes while one cluster's holds the loop.
 */
export class HoldAllowance {
  #left = allowanceMilliseconds;
  #at: number;

  constructor(now: number) {
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
    return this.#left > 0 ? 0 : Math.ceil((1 - this.#left) / millisecondsPerSecond);
  }

  #refill(now: number): void {
    this.#left = Math.min(allowanceMilliseconds, this.#left + ((now - this.#at) / 1_000) * millisecondsPerSecond);
    this.#at = now;
  }
}
