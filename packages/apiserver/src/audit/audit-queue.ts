import type { Logger } from '@kajitori/telemetry';
import type { AuditRow, AuditStore } from './audit-store.ts';

/** An event that is not made yet, and what it holds on to until then. */
export interface WaitingEvent {
  bytes: number;
  row(): AuditRow;
}

const batchMilliseconds = 500;
const batchEventsMax = 500;
const waitingEventsMax = 10_000;
const waitingBytesMax = 32 * 1024 * 1024;
const attemptsMax = 5;
const retryMilliseconds = 1_000;

/**
 * Takes events off the way of requests: they wait in memory and are written together. Invariant: what waits is bounded; what does not fit, or
 * cannot be written after some attempts, is dropped and counted. A quiet process has no timer here.
 */
export class AuditQueue implements AsyncDisposable {
  readonly #store: Pick<AuditStore, 'append'>;
  readonly #logger: Logger;
  readonly #dropped: (count: number) => void;
  #waiting: WaitingEvent[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #attempts = 0;
  #hasSaid = false;

  constructor(options: { store: Pick<AuditStore, 'append'>; logger: Logger; dropped: (count: number) => void }) {
    this.#store = options.store;
    this.#logger = options.logger;
    this.#dropped = options.dropped;
  }

  add(event: WaitingEvent): void {
    if (this.#waiting.length >= waitingEventsMax || this.#bytes + event.bytes > waitingBytesMax) return this.#drop(1);
    this.#waiting.push(event);
    this.#bytes += event.bytes;
    if (this.#waiting.length >= batchEventsMax && this.#attempts === 0) this.#write();
    else this.#later(batchMilliseconds);
  }

  /** Resolves when what waits now was written or given up. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0 || this.#writing !== undefined) {
      this.#write();
      // One batch after the other.
      await this.#writing;
    }
  }

  #later(milliseconds: number): void {
    this.#timer ??= setTimeout(() => this.#write(), milliseconds).unref();
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#writeBatch().finally(() => {
      this.#writing = undefined;
      if (this.#waiting.length > 0) this.#later(this.#attempts > 0 ? retryMilliseconds : batchMilliseconds);
    });
  }

  async #writeBatch(): Promise<void> {
    const batch = this.#waiting.slice(0, batchEventsMax);
    try {
      await this.#store.append(batch.map((event) => event.row()));
      this.#hasSaid = false;
    } catch (error) {
      this.#attempts += 1;
      if (this.#attempts < attemptsMax) return;
      this.#logger.error({ error, events: batch.length }, 'audit events could not be written and are lost');
      this.#dropped(batch.length);
    }
    this.#attempts = 0;
    this.#waiting = this.#waiting.slice(batch.length);
    this.#bytes = this.#waiting.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Said once until batches go through again. */
  #drop(count: number): void {
    this.#dropped(count);
    if (this.#hasSaid) return;
    this.#hasSaid = true;
    this.#logger.warn(
      { waiting: this.#waiting.length, bytes: this.#bytes },
      'audit events come faster than they are written: some are dropped',
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
    clearTimeout(this.#timer);
  }
}
