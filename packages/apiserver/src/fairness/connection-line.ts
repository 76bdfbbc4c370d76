/** Connections that begin at once, and in a second: what they agree on by TLS takes a millisecond or two. */
const atOnce = 100;
export const connectionsPerSecond = { usual: 400, contended: 20 };
const waitingMax = 2_000;

/**
 * The new connections of one cluster, which begin in turn. Nothing is read of one that waits, so it may be gone without anybody knowing: the newest
 * are the likeliest to be there, and where too many wait the oldest goes.
 */
export class ConnectionLine {
  /** The oldest first. */
  readonly #waiting = new Set<(mayBegin: boolean) => void>();
  #left = atOnce;

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves when a connection may begin; false: too many newer ones wait, or it is known to be gone. */
  async next(gone: AbortSignal): Promise<boolean> {
    if (gone.aborted) return false;
    if (this.#waiting.size === 0 && this.#left >= 1) {
      this.#left -= 1;
      return true;
    }
    const [oldest] = this.#waiting;
    if (this.#waiting.size >= waitingMax && oldest !== undefined) this.#end(oldest, false);
    return new Promise<boolean>((begin) => {
      this.#waiting.add(begin);
      gone.addEventListener('abort', () => this.#end(begin, false), { once: true });
    });
  }

  #end(waiting: (mayBegin: boolean) => void, mayBegin: boolean): void {
    if (this.#waiting.delete(waiting)) waiting(mayBegin);
  }

  /** Some time has passed: so many more may begin. */
  pass(milliseconds: number, { isContended }: { isContended: boolean }): void {
    const rate = isContended ? connectionsPerSecond.contended : connectionsPerSecond.usual;
    this.#left = Math.min(atOnce, this.#left + (rate * milliseconds) / 1_000);
    const mayBegin = Math.min(this.#waiting.size, Math.floor(this.#left));
    this.#left -= mayBegin;
    for (const begin of mayBegin === 0 ? [] : [...this.#waiting].slice(-mayBegin)) this.#end(begin, true);
  }
}
