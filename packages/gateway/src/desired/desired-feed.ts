/**
 * Keeps one agent told of what its node works from: a full sync first, then differences as they come. While the agent is slow to take them, changes
 * wait as the newest of each object, so a feed never holds more than the node's own objects.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type DesiredObject,
  type GatewayMessage,
  maxBatchItems,
  objectKeyText,
  splitBySize,
  targetMessageBytes,
} from '@kajitori/agent-protocol';
import type { ClusterId } from '@kajitori/apimachinery';
import type { Pod } from '@kajitori/kinds';
import { type Change, type ChangeBatch, ClusterGoneError, type Revision } from '@kajitori/storage';
import type { Logger } from '@kajitori/telemetry';
import { type ClusterTail, type ClusterTails, type TailListener } from './cluster-tail.ts';
import { DesiredSet } from './desired-set.ts';
import type { Reference } from './pod-references.ts';

const maxConcurrentReads = 16;
const restartMillisecondsFirst = 500;
const restartMillisecondsMax = 15_000;
/** Larger differences go as a full sync, which can be sent in parts. */
const maxDeltaBytes = 4 * 1024 * 1024;

export interface DesiredFeedOptions {
  cluster: ClusterId;
  node: string;
  tails: ClusterTails;
  logger: Logger;
  /** Resolves when the connection has taken the message. */
  send(message: GatewayMessage): Promise<void>;
  signal: AbortSignal;
}

const resourceOf: Record<Reference['kind'], string> = { ConfigMap: 'configmaps', Secret: 'secrets' };

export class DesiredFeed {
  readonly #options: DesiredFeedOptions;
  #set: DesiredSet;

  constructor(options: DesiredFeedOptions) {
    this.#options = options;
    this.#set = new DesiredSet(options.node);
  }

  /** The newest that is known of a pod of this node. Shared: not to be changed. */
  pod(namespace: string, name: string): Pod | undefined {
    return this.#set.pod(namespace, name);
  }

  /** Runs until the signal aborts, starting over when the log was lost. @throws ClusterGoneError when the cluster was deleted. */
  async run(): Promise<void> {
    const { signal, logger, cluster, node } = this.#options;
    for (let pause = restartMillisecondsFirst; !signal.aborted; pause = Math.min(pause * 2, restartMillisecondsMax)) {
      const began = performance.now();
      try {
        await this.#follow();
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ClusterGoneError) throw error;
        logger.warn({ error, cluster, node }, 'what a node works from is read again after a failure');
      }
      if (performance.now() - began > restartMillisecondsMax) pause = restartMillisecondsFirst;
      await sleep(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
    }
  }

  async #follow(): Promise<void> {
    const { tails, cluster, node, signal } = this.#options;
    const tail = tails.acquire(cluster);
    const inbox = new ChangeInbox(signal);
    const set = new DesiredSet(node);
    try {
      await tail.subscribe(node, inbox);
      const page = await tail.storage.list({
        group: '',
        resource: 'pods',
        fields: [{ field: 'spec.nodeName', operator: '=', value: node }],
      });
      const { unread } = set.apply(page.objects.map((object) => ({ type: 'create', object })));
      await this.#read(tail, set, inbox, unread);
      this.#set = set;
      await this.#sync(set, page.revision);
      for (;;) {
        const news = await inbox.take();
        if (news === undefined) return;
        await this.#tell(tail, set, inbox, news);
      }
    } finally {
      for (const reference of set.references) tail.unwant(reference, inbox);
      tail.unsubscribe(node, inbox);
      tails.release(cluster, tail);
    }
  }

  async #tell(tail: ClusterTail, set: DesiredSet, inbox: ChangeInbox, { changes, revision }: ChangeBatch): Promise<void> {
    const { puts, removes, unread, dropped } = set.apply(changes);
    for (const reference of dropped) tail.unwant(reference, inbox);
    const read = await this.#read(tail, set, inbox, unread);
    if (puts.length + removes.length + read.length === 0) return;
    const message: GatewayMessage = { type: 'desiredDelta', revision, puts: [...read, ...puts], removes };
    if (JSON.stringify(message).length > maxDeltaBytes) await this.#sync(set, revision);
    else await this.#options.send(message);
  }

  /** Reads what pods name for the first time; being told of its changes begins before the reading. */
  async #read(tail: ClusterTail, set: DesiredSet, inbox: ChangeInbox, references: readonly Reference[]): Promise<DesiredObject[]> {
    const read: DesiredObject[] = [];
    for (let at = 0; at < references.length; at += maxConcurrentReads) {
      await Promise.all(
        references.slice(at, at + maxConcurrentReads).map(async (reference) => {
          tail.want(reference, inbox);
          const stored = await tail.storage.get({
            group: '',
            resource: resourceOf[reference.kind],
            namespace: reference.namespace,
            name: reference.name,
          });
          const object = set.applyRead(reference, stored);
          if (object !== undefined) read.push(object);
        }),
      );
    }
    return read;
  }

  async #sync(set: DesiredSet, revision: Revision): Promise<void> {
    const runs = splitBySize(set.objects(), { maxItems: maxBatchItems, targetBytes: targetMessageBytes });
    if (runs.length === 0) runs.push([]);
    for (const [part, objects] of runs.entries()) {
      await this.#options.send({ type: 'desiredSync', revision, part, last: part === runs.length - 1, objects });
    }
  }
}

/** Changes that wait for the feed, the newest of each object. */
class ChangeInbox implements TailListener {
  readonly #changes = new Map<string, Change>();
  readonly #signal: AbortSignal;
  #revision: Revision = 0;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  deliver(changes: readonly Change[], revision: Revision): void {
    for (const change of changes) {
      const { resource, namespace, name } = change.object;
      this.#changes.set(objectKeyText({ kind: resource, namespace, name }), change);
    }
    this.#revision = revision;
    this.#wake?.();
  }

  lost(error: unknown): void {
    this.#failure = error instanceof Error ? error : new Error('the tail was lost', { cause: error });
    this.#wake?.();
  }

  /** What has come, once something has; undefined when the feed is over. @throws what the tail was lost by. */
  async take(): Promise<ChangeBatch | undefined> {
    while (this.#changes.size === 0 && !this.#signal.aborted && this.#failure === undefined) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.#signal.aborted) return undefined;
    if (this.#failure !== undefined) throw this.#failure;
    const changes = [...this.#changes.values()];
    this.#changes.clear();
    return { changes, revision: this.#revision };
  }
}
