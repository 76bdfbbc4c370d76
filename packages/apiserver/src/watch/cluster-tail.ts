import type { Logger } from '@kajitori/telemetry';
import type { Change, ChangeBatch, ClusterStorage, Line, Revision } from '@kajitori/storage';

/** How long watchers are told of a batch before others have their turn. */
const sliceMilliseconds = 2;

/**
 * Follows one line of one cluster while anyone watches it, and hands every batch to all its subscribers.
 * Invariant: a subscriber sees every change after the revision at which it subscribed, once and in order.
 */
export class ClusterTail implements AsyncDisposable {
  readonly #storage: ClusterStorage;
  readonly #line: Line;
  readonly #parts: { logger: Logger; rest: (workedMilliseconds: number) => Promise<void> };
  readonly #stop = new AbortController();
  readonly #subscribers = new Set<TailSubscriber>();
  readonly #ready: Promise<void>;
  #revision: Revision = 0;
  #running: Promise<void> = Promise.resolve();
  #failure: Error | undefined;

  constructor(storage: ClusterStorage, line: Line, parts: { logger: Logger; rest: (workedMilliseconds: number) => Promise<void> }) {
    this.#storage = storage;
    this.#line = line;
    this.#parts = parts;
    this.#ready = this.#start();
  }

  async #start(): Promise<void> {
    this.#revision = await this.#storage.revision(this.#line);
    this.#running = this.#follow();
  }

  get size(): number {
    return this.#subscribers.size;
  }

  /** The failure that ended the tail, if one did: its owner makes a new one. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** @returns the revision after which `subscriber` is told everything. */
  async subscribe(subscriber: TailSubscriber): Promise<Revision> {
    await this.#ready;
    if (this.#failure !== undefined) throw this.#failure;
    this.#subscribers.add(subscriber);
    return this.#revision;
  }

  unsubscribe(subscriber: TailSubscriber): void {
    this.#subscribers.delete(subscriber);
  }

  async #follow(): Promise<void> {
    try {
      for await (const batch of this.#storage.watch({ from: this.#revision, line: this.#line, signal: this.#stop.signal })) {
        this.#revision = batch.revision;
        await this.#deliver(batch);
      }
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.#failure = error instanceof Error ? error : new Error('the tail of the change log failed', { cause: error });
      this.#parts.logger.warn({ error, cluster: this.#storage.id, line: this.#line }, 'a watch tail ended; its watchers start again');
      for (const subscriber of this.#subscribers) subscriber.fail(error);
      this.#subscribers.clear();
    }
  }

  /** Tells all of them, in slices; what happens meanwhile comes in the next batch, together. */
  async #deliver(batch: ChangeBatch): Promise<void> {
    const shared = new SharedBatch(batch);
    let begun = performance.now();
    for (const subscriber of this.#subscribers) {
      subscriber.deliver(shared);
      const worked = performance.now() - begun;
      if (worked < sliceMilliseconds) continue;
      await this.#parts.rest(worked);
      begun = performance.now();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#ready.catch(() => undefined);
    await this.#running;
  }
}

export interface TailSubscriber {
  deliver(batch: SharedBatch): void;
  /** The tail is gone; nothing more will be delivered. */
  fail(error: unknown): void;
}

/** One batch on its way to many watchers: what several of them need is made once. */
export class SharedBatch {
  readonly changes: readonly Change[];
  readonly revision: Revision;
  readonly #made = new Map<string, unknown>();

  constructor(batch: ChangeBatch) {
    this.changes = batch.changes;
    this.revision = batch.revision;
  }

  /** The part of the batch that follows a revision. */
  after(revision: Revision): SharedBatch {
    return new SharedBatch({ changes: this.changes.filter((change) => change.revision > revision), revision: this.revision });
  }

  /** The value under the key, computed by the first who asks. */
  once<T>(key: string, make: () => T): T {
    if (!this.#made.has(key)) this.#made.set(key, make());
    return this.#made.get(key) as T;
  }
}
