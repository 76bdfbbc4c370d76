export interface BackoffOptions {
  baseMilliseconds?: number;
  maxMilliseconds?: number;
  /** Most keys whose failures are remembered; the oldest are forgotten first. */
  keysMax?: number;
}

/** How long each failing key waits: doubling from 5 ms to 1000 s, as Kubernetes' controllers do. */
export class Backoff {
  readonly #base: number;
  readonly #max: number;
  readonly #keysMax: number;
  readonly #failures = new Map<string, number>();

  constructor({ baseMilliseconds = 5, maxMilliseconds = 1_000_000, keysMax = 10_000 }: BackoffOptions = {}) {
    this.#base = baseMilliseconds;
    this.#max = maxMilliseconds;
    this.#keysMax = keysMax;
  }

  /** One more failure: how long to wait now. */
  next(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.delete(key);
    this.#failures.set(key, failures + 1);
    const oldest = this.#failures.size > this.#keysMax ? this.#failures.keys().next().value : undefined;
    if (oldest !== undefined) this.#failures.delete(oldest);
    return Math.min(this.#max, this.#base * 2 ** Math.min(failures, 40));
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }
}
