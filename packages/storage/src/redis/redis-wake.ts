import type { ClusterId } from '@kajitori/apimachinery';
import { type Logger, silentLogger } from '@kajitori/telemetry';
import { Redis } from 'ioredis';
import type { Line, Revision } from '../storage.ts';
import { LocalWake, type Wake, type WakeListener } from '../wake.ts';

/**
 * Owns: wakes between processes over Redis pub/sub, one channel a cluster.
 * Invariants: this process's own listeners hear without Redis; a Redis that is away costs time (the poll behind the wakes) and nothing else.
 * Subscribes only to clusters that somebody here listens to.
 */
const prefix = 'kajitori:wake:';
const reconnectMaxMilliseconds = 2_000;

export interface RedisWakeOptions {
  url: string;
  logger?: Logger;
}

export class RedisWake implements Wake {
  readonly #local = new LocalWake();
  readonly #logger: Logger;
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #listeners = new Map<ClusterId, number>();
  #listenersToAll = 0;
  #lost = false;

  constructor({ url, logger = silentLogger }: RedisWakeOptions) {
    this.#logger = logger;
    const retryStrategy = (attempt: number): number => Math.min(attempt * 50, reconnectMaxMilliseconds);
    // A wake that cannot go out at once is worthless later, so it is not queued; a subscription is.
    this.#publisher = new Redis(url, {
      retryStrategy,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectionName: 'kajitori-wake',
    });
    this.#subscriber = new Redis(url, { retryStrategy, maxRetriesPerRequest: null, connectionName: 'kajitori-wake' });
    for (const client of [this.#publisher, this.#subscriber]) client.on('error', (error: unknown) => this.#failed(error));
    this.#publisher.on('ready', () => {
      this.#lost = false;
    });
    this.#subscriber.on('message', (channel: string, message: string) => this.#heard(channel, message));
    this.#subscriber.on('pmessage', (_pattern: string, channel: string, message: string) => this.#heardOfAny(channel, message));
  }

  ring(cluster: ClusterId, line: Line, revision: Revision): void {
    this.#local.ring(cluster, line, revision);
    this.#publisher.publish(`${prefix}${cluster}`, `${line} ${revision}`).catch((error: unknown) => this.#failed(error));
  }

  listen(cluster: ClusterId, heard: WakeListener): Disposable {
    const local = this.#local.listen(cluster, heard);
    this.#count(cluster, 1);
    return this.#once(() => {
      local[Symbol.dispose]();
      this.#count(cluster, -1);
    });
  }

  #count(cluster: ClusterId, step: 1 | -1): void {
    const count = (this.#listeners.get(cluster) ?? 0) + step;
    if (count === 0) this.#listeners.delete(cluster);
    else this.#listeners.set(cluster, count);
    const channel = `${prefix}${cluster}`;
    if (step === 1 && count === 1) this.#subscriber.subscribe(channel).catch((error: unknown) => this.#failed(error));
    if (count === 0) this.#subscriber.unsubscribe(channel).catch((error: unknown) => this.#failed(error));
  }

  listenToAll(heard: (cluster: ClusterId, revision: Revision) => void): Disposable {
    const local = this.#local.listenToAll(heard);
    this.#listenersToAll += 1;
    if (this.#listenersToAll === 1) this.#subscriber.psubscribe(`${prefix}*`).catch((error: unknown) => this.#failed(error));
    return this.#once(() => {
      local[Symbol.dispose]();
      this.#listenersToAll -= 1;
      if (this.#listenersToAll === 0) this.#subscriber.punsubscribe(`${prefix}*`).catch((error: unknown) => this.#failed(error));
    });
  }

  #once(end: () => void): Disposable {
    let ended = false;
    return {
      [Symbol.dispose]: () => {
        if (!ended) end();
        ended = true;
      },
    };
  }

  /** This process's own rings come back as well; a listener that has seen the revision ignores them. */
  #heard(channel: string, message: string): void {
    const rung = parse(channel, message);
    if (rung !== undefined) this.#local.ringCluster(rung.cluster, rung.line, rung.revision);
  }

  #heardOfAny(channel: string, message: string): void {
    const rung = parse(channel, message);
    if (rung?.line === 'durable') this.#local.ringAll(rung.cluster, rung.revision);
  }

  /** Says so once an outage. */
  #failed(error: unknown): void {
    if (!this.#lost) this.#logger.warn({ error }, 'Redis does not carry wakes; watchers poll until it does');
    this.#lost = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#publisher.disconnect();
    this.#subscriber.disconnect();
    await this.#local[Symbol.asyncDispose]();
  }
}

function parse(channel: string, message: string): { cluster: ClusterId; line: Line; revision: Revision } | undefined {
  const match = /^(durable|volatile) (\d+)$/.exec(message);
  if (match === null || !channel.startsWith(prefix)) return undefined;
  return { cluster: channel.slice(prefix.length) as ClusterId, line: match[1] as Line, revision: Number(match[2]) };
}
