import type { ClusterId } from '@kajitori/apimachinery';
import type { Logger } from '@kajitori/telemetry';
import type { AuditStore } from './audit-store.ts';
import { type WaitingEvent, WaitingEvents } from './waiting-events.ts';

const batchMilliseconds = 500;
const batchMax = { events: 500, bytes: 4 * 1024 * 1024 };
/** Of all clusters; one has at most half of it. */
const waitingMax = { events: 10_000, bytes: 32 * 1024 * 1024 };
const attemptsMax = 5;
const retryMilliseconds = 1_000;
/** So many clusters one after the other whose events are refused: it is not their events that are at fault. */
const refusedInARowMax = 3;

/**
 * Takes events off the way of requests: they wait in memory and are written together. Invariants: what waits is bounded, for all and for each
 * cluster; what does not fit, or cannot be written after some attempts, is dropped and counted, and is the flooding cluster's own. A quiet process has
 * no timer here.
 */
export class AuditQueue implements AsyncDisposable {
  readonly #store: Pick<AuditStore, 'append'>;
  readonly #logger: Logger;
  readonly #dropped: (count: number) => void;
  readonly #waiting = new WaitingEvents(waitingMax);
  /** What is being written. */
  #batch: readonly WaitingEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #attempts = 0;
  /** Whose events were dropped since batches last went through. */
  readonly #said = new Set<ClusterId>();

  constructor(options: { store: Pick<AuditStore, 'append'>; logger: Logger; dropped: (count: number) => void }) {
    this.#store = options.store;
    this.#logger = options.logger;
    this.#dropped = options.dropped;
  }

  add(event: WaitingEvent): void {
    for (const cluster of this.#waiting.add(event)) this.#drop(cluster);
    if (this.#waiting.count >= batchMax.events && this.#attempts === 0) this.#write();
    else this.#later(batchMilliseconds);
  }

  /** Resolves when what waits now was written or given up. */
  async flush(): Promise<void> {
    while (this.#hasWork || this.#writing !== undefined) {
      this.#write();
      // One batch after the other.
      await this.#writing;
    }
  }

  get #hasWork(): boolean {
    return this.#waiting.count > 0 || this.#batch.length > 0;
  }

  #later(milliseconds: number): void {
    this.#timer ??= setTimeout(() => this.#write(), milliseconds).unref();
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#writeBatch().finally(() => {
      this.#writing = undefined;
      if (this.#hasWork) this.#later(this.#attempts > 0 ? retryMilliseconds : batchMilliseconds);
    });
  }

  async #writeBatch(): Promise<void> {
    if (this.#batch.length === 0) this.#batch = this.#waiting.take(batchMax);
    try {
      await this.#append(this.#batch);
      this.#said.clear();
    } catch (error) {
      this.#attempts += 1;
      if (this.#attempts < attemptsMax) return;
      await this.#writeApart(error);
    }
    this.#attempts = 0;
    this.#batch = [];
  }

  async #append(events: readonly WaitingEvent[]): Promise<void> {
    if (events.length > 0) await this.#store.append(events.map((event) => event.row()));
  }

  /** The last attempt: each cluster's on their own, so that one whose events cannot be written takes no others with them. */
  async #writeApart(cause: unknown): Promise<void> {
    const clusters = Map.groupBy(this.#batch, ({ cluster }) => cluster);
    let inARow = 0;
    for (const [cluster, events] of clusters) {
      try {
        if (inARow >= refusedInARowMax || clusters.size === 1) throw cause;
        await this.#append(events);
        inARow = 0;
      } catch (error) {
        inARow += 1;
        this.#logger.error({ error, cluster, events: events.length }, 'audit events could not be written and are lost');
        this.#dropped(events.length);
      }
    }
  }

  /** Said once of a cluster until batches go through again. */
  #drop(cluster: ClusterId): void {
    this.#dropped(1);
    if (this.#said.has(cluster)) return;
    this.#said.add(cluster);
    const { count, bytes } = this.#waiting;
    this.#logger.warn({ cluster, waiting: count, bytes }, 'audit events of a cluster come faster than they are written: some are dropped');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
    clearTimeout(this.#timer);
  }
}
