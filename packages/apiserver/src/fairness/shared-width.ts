/** Above this share of its time at work, a process lets fewer run at once; below the other one, more. */
const busyLoad = 0.7;
const idleLoad = 0.5;
const narrowing = 0.6;
const widening = 1.15;
const widthMin = 4;
const shareMin = 2;

/** How many requests run at once while several clusters ask: narrowed fast when the process is busy, widened slowly when it is not. */
export class SharedWidth {
  readonly #most: number;
  #width: number;

  constructor(most: number) {
    this.#most = most;
    this.#width = most;
  }

  /** Told from time to time what share of the last moment the process was at work. */
  adjust(load: number): void {
    if (load > busyLoad) this.#width = Math.max(widthMin, Math.floor(this.#width * narrowing));
    else if (load < idleLoad) this.#width = Math.min(this.#most, Math.ceil(this.#width * widening));
  }

  /** Of one of so many. */
  share(clusters: number): number {
    return Math.max(shareMin, Math.floor(this.#width / clusters));
  }
}
