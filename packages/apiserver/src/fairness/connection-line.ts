/** Connections that begin at once, and in a second: what they agree on by TLS takes a millisecond or two. */
const atOnce = 100;
export const connectionsPerSecond = { usual: 400, contended: 20 };
const waitingMax = 2_000;

/** The new connections of one cluster, which begin in turn. Invariant: one that is gone waits no more. */
export class ConnectionLine {
  readonly #waiting = new Set<() => void>();
  #left = atOnce;

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves when a connection may begin; false: too many wait already, or it is gone. */
  async next(gone: AbortSignal): Promise<boolean> {
    if (this.#waiting.size === 0 && this.#left >= 1) this.#left -= 1;
    else if (this.#waiting.size >= waitingMax) return false;
    else {
      await new Promise<void>((begin) => {
        this.#waiting.add(begin);
        gone.addEventListener('abort', () => this.#waiting.delete(begin) && begin(), { once: true });
      });
    }
    return !gone.aborted;
  }

  /** Some time has passed: so many more may begin. */
  pass(milliseconds: number, { isContended }: { isContended: boolean }): void {
    const rate = isContended ? connectionsPerSecond.contended : connectionsPerSecond.usual;
    this.#left = Math.min(atOnce, this.#left + (rate * milliseconds) / 1_000);
    const mayBegin = Math.min(this.#waiting.size, Math.floor(this.#left));
    this.#left -= mayBegin;
    // The newest first: of those that have waited long, most have nobody any more at their other end.
    for (const begin of mayBegin === 0 ? [] : [...this.#waiting].slice(-mayBegin)) {
      this.#waiting.delete(begin);
      begin();
    }
  }
}
