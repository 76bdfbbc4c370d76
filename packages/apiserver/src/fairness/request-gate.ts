import { type ClusterId, tooManyRequests } from '@kajitori/apimachinery';

/** Requests of one cluster that run side by side in this process, and those that wait behind them; more are answered 429. */
export const runningMax = 400;
export const waitingMax = 400;
/** Watches of one cluster in this process. */
export const watchesMax = 5_000;
/** Long answers of one cluster that are on their way to their readers. */
export const sendingMax = 200;
/** What all clusters together run side by side while the process is busy, and the least share of one. */
const busyRunningMax = 64;
const shareMin = 8;
const retryAfterSeconds = 1;

interface Queue {
  running: number;
  watches: number;
  sending: number;
  waiting: (() => void)[];
}

/**
 * Owns: how many requests of each cluster run at once. While the process has time to spare, each may run as many as `runningMax`. When it is
 * busy, clusters that ask share it: one that sends ten times what it may waits behind itself, and not in front of the others.
 * Invariants: a cluster's requests begin in the order of their coming; a cluster that asks nothing has nothing here; what begins ends, and
 * lets the next one begin.
 */
export class RequestGate {
  readonly #queues = new Map<ClusterId, Queue>();
  readonly #isBusy: () => boolean;

  constructor(isBusy: () => boolean) {
    this.#isBusy = isBusy;
  }

  /** Runs a request when it is its turn. @throws StatusError TooManyRequests when too many wait already. */
  run<T>(cluster: ClusterId, request: () => Promise<T>): Promise<T> {
    return this.#take(cluster, request, waitingMax);
  }

  /** Runs a further step of what this gate let in already, in its turn. */
  turn<T>(cluster: ClusterId, step: () => Promise<T>): Promise<T> {
    return this.#take(cluster, step, Infinity);
  }

  async #take<T>(cluster: ClusterId, request: () => Promise<T>, behind: number): Promise<T> {
    const queue = this.#queueOf(cluster);
    if (queue.waiting.length > 0 || queue.running >= this.#share()) await this.#turn(queue, behind);
    else queue.running += 1;
    try {
      return await request();
    } finally {
      queue.running -= 1;
      this.#begin(queue);
      if (this.#forgetIdle(cluster, queue)) for (const other of this.#queues.values()) this.#begin(other);
    }
  }

  /** Passes on what is sent piece by piece. @throws StatusError TooManyRequests, at once, when too much of this cluster is being sent. */
  sent<T>(cluster: ClusterId, pieces: AsyncIterable<T>): AsyncGenerator<T, void, void> {
    const queue = this.#queueOf(cluster);
    if (queue.sending >= sendingMax) throw tooMany(`${sendingMax} long answers`);
    queue.sending += 1;
    return this.#counted(cluster, queue, pieces);
  }

  async *#counted<T>(cluster: ClusterId, queue: Queue, pieces: AsyncIterable<T>): AsyncGenerator<T, void, void> {
    try {
      yield* pieces;
    } finally {
      queue.sending -= 1;
      this.#forgetIdle(cluster, queue);
    }
  }

  /** Runs a watch, which waits more than it works. @throws StatusError TooManyRequests when there are too many. */
  async watch<T>(cluster: ClusterId, watch: () => Promise<T>): Promise<T> {
    const queue = this.#queueOf(cluster);
    if (queue.watches >= watchesMax) throw tooMany(`${watchesMax} watches`);
    queue.watches += 1;
    try {
      return await watch();
    } finally {
      queue.watches -= 1;
      this.#forgetIdle(cluster, queue);
    }
  }

  /** Clusters that ask now, for tests and metrics. */
  get size(): number {
    return this.#queues.size;
  }

  #queueOf(cluster: ClusterId): Queue {
    let queue = this.#queues.get(cluster);
    if (queue === undefined) {
      queue = { running: 0, watches: 0, sending: 0, waiting: [] };
      this.#queues.set(cluster, queue);
    }
    return queue;
  }

  /** Resolves when the request has been counted as running. */
  #turn(queue: Queue, behind: number): Promise<void> {
    if (queue.waiting.length >= behind) throw tooMany(`${waitingMax} requests`);
    return new Promise((resolve) => queue.waiting.push(resolve));
  }

  #begin(queue: Queue): void {
    while (queue.waiting.length > 0 && queue.running < this.#share()) {
      queue.running += 1;
      queue.waiting.shift()?.();
    }
  }

  #share(): number {
    if (!this.#isBusy()) return runningMax;
    let asking = 0;
    for (const { running, waiting } of this.#queues.values()) if (running + waiting.length > 0) asking += 1;
    return Math.max(shareMin, Math.floor(busyRunningMax / Math.max(1, asking)));
  }

  #forgetIdle(cluster: ClusterId, { running, watches, sending, waiting }: Queue): boolean {
    return running + watches + sending + waiting.length === 0 && this.#queues.delete(cluster);
  }
}

function tooMany(what: string): Error {
  return tooManyRequests(
    `Too many requests, please try again later: ${what} of this cluster wait at this server already`,
    retryAfterSeconds,
  );
}
