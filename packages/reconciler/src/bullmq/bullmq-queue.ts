import { type Job, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Logger } from '@kajitori/telemetry';
import { keyText, parseKey, type ReconcileKey } from '../key.ts';
import type { NextRun, ReconcileQueue, Run } from '../queue.ts';

export interface BullmqQueueOptions {
  redisUrl: string;
  /** Processes that share a name share the work. */
  name: string;
  logger: Logger;
  concurrency?: number;
}

/** How long a run may go without its process giving a sign before another process takes the key. */
const lockDurationMilliseconds = 10_000;
/** How often processes look for such runs. */
const stalledMilliseconds = 5_000;

/**
 * Keys in Redis, shared by all processes. Redis only rings: whatever is lost with it is found again by the sweeps over
 * dirty clusters and due wake-ups, so nothing here needs to last.
 *
 * A job is deduplicated by its key for as long as it waits or runs. What comes while it runs is kept as one more job
 * (`keepLastIfActive`); what comes while it is delayed replaces it (`replace`), so that a change beats a delay.
 */
export class BullmqQueue implements ReconcileQueue {
  readonly #options: BullmqQueueOptions;
  readonly #connection: Redis;
  readonly #queue: Queue;
  readonly #closing = new AbortController();
  #worker: Worker<string, NextRun> | undefined;

  constructor(options: BullmqQueueOptions) {
    this.#options = options;
    this.#connection = connect(options.redisUrl, options.logger);
    this.#queue = new Queue(options.name, { connection: this.#connection });
    this.#queue.on('error', (error) => options.logger.warn({ error }, 'the queue lost its connection'));
  }

  async add(keys: readonly ReconcileKey[]): Promise<void> {
    await this.#queue.addBulk(
      keys.map((key) => ({
        name: key.controller,
        data: keyText(key),
        opts: { ...forgetful, deduplication: { id: keyText(key), keepLastIfActive: true, replace: true } },
      })),
    );
  }

  async addAfter(key: ReconcileKey, delayMilliseconds: number): Promise<void> {
    // Without `keepLastIfActive`: a run that is under way says itself when it wants to be next, and a kept change must
    // not be overwritten by a delay.
    await this.#queue.add(key.controller, keyText(key), {
      ...forgetful,
      delay: Math.max(0, Math.ceil(delayMilliseconds)),
      deduplication: { id: keyText(key) },
    });
  }

  start(run: Run): void {
    if (this.#worker !== undefined) throw new Error('the queue has been started already');
    const { name, concurrency = 32, logger } = this.#options;
    const worker = new Worker<string, NextRun>(name, (job) => run(parseKey(job.data), this.#closing.signal), {
      connection: this.#connection,
      concurrency,
      lockDuration: lockDurationMilliseconds,
      stalledInterval: stalledMilliseconds,
      maxStalledCount: 1_000,
    });
    worker.on('error', (error) => logger.warn({ error }, 'the queue lost its connection'));
    worker.on('failed', (job, error) => logger.error({ key: job?.data, error }, 'a run ended outside of its runner'));
    worker.on('completed', (job, next) => void this.#after(job, next));
    this.#worker = worker;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#worker?.close();
    await this.#queue.close();
    this.#connection.disconnect();
  }

  /** Only once the job is gone from the active list: then a change that came meanwhile stands in line, and it wins. */
  async #after(job: Job<string>, { afterMilliseconds }: NextRun): Promise<void> {
    if (afterMilliseconds === undefined || this.#closing.signal.aborted) return;
    try {
      await this.addAfter(parseKey(job.data), afterMilliseconds);
    } catch (error) {
      this.#options.logger.warn({ key: job.data, error }, 'a later run could not be asked for; the sweep will find it');
    }
  }
}

/** Nothing is kept of a job that ended. */
const forgetful = { removeOnComplete: true, removeOnFail: true } as const;

function connect(url: string, logger: Logger): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  redis.on('error', (error) => logger.warn({ error }, 'Redis does not answer'));
  return redis;
}
