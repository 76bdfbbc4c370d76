/**
 * Follows the changes of one cluster while nodes of it are connected to this process, and hands each node what concerns it: pods bound to it, and
 * the ConfigMaps and Secrets that it asked about. One a (process, cluster); none for a cluster without sessions here.
 *
 * Invariant: a listener is handed every change that concerns it after the moment it subscribed, in order; or it is told that the tail is lost.
 */
import { type ObjectKey, objectKeyText } from '@kajitori/agent-protocol';
import type { ClusterId } from '@kajitori/apimachinery';
import type { Change, ChangeBatch, ClusterStorage, Revision, Storage, StoredObject } from '@kajitori/storage';
import type { Logger } from '@kajitori/telemetry';

export interface TailListener {
  deliver(changes: readonly Change[], revision: Revision): void;
  /** Nothing more will be delivered. */
  lost(error: unknown): void;
}

const nodeNameField = 'spec.nodeName';
const referredKinds: ReadonlyMap<string, string> = new Map([
  ['configmaps', 'ConfigMap'],
  ['secrets', 'Secret'],
]);

/** What the agents' protocol calls an object that storage knows by its resource; undefined for kinds that nodes are not sent. */
export function referredKeyOf({ group, resource, namespace, name }: StoredObject): ObjectKey | undefined {
  const kind = group === '' ? referredKinds.get(resource) : undefined;
  return kind === undefined ? undefined : { kind, namespace, name };
}

export class ClusterTail {
  readonly storage: ClusterStorage;
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  readonly #byNode = new Map<string, Set<TailListener>>();
  readonly #byReference = new Map<string, Set<TailListener>>();
  readonly #started: Promise<void>;
  #failure: Error | undefined;

  constructor(storage: ClusterStorage, logger: Logger) {
    this.storage = storage;
    this.#logger = logger;
    this.#started = this.#start();
    this.#started.catch(() => undefined);
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  get isUnused(): boolean {
    return this.#byNode.size === 0;
  }

  /** Resolves once changes are followed: what is read afterwards is not older than what is delivered. */
  async subscribe(node: string, listener: TailListener): Promise<void> {
    addTo(this.#byNode, node, listener);
    await this.#started;
    if (this.#failure !== undefined) throw this.#failure;
  }

  unsubscribe(node: string, listener: TailListener): void {
    removeFrom(this.#byNode, node, listener);
  }

  /** From now on the listener is told of this object. */
  want(key: ObjectKey, listener: TailListener): void {
    addTo(this.#byReference, objectKeyText(key), listener);
  }

  unwant(key: ObjectKey, listener: TailListener): void {
    removeFrom(this.#byReference, objectKeyText(key), listener);
  }

  stop(): void {
    this.#stop.abort();
  }

  async #start(): Promise<void> {
    try {
      const from = await this.storage.revision();
      void this.#follow(from);
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  async #follow(from: Revision): Promise<void> {
    try {
      for await (const batch of this.storage.watch({ from, signal: this.#stop.signal })) this.#deliver(batch);
      if (!this.#stop.signal.aborted) this.fail(new Error('the watch ended'));
    } catch (error) {
      if (!this.#stop.signal.aborted) this.fail(error);
    }
  }

  #deliver({ changes, revision }: ChangeBatch): void {
    const concerns = new Map<TailListener, Change[]>();
    for (const change of changes) {
      for (const listener of this.#listenersOf(change)) {
        const list = concerns.get(listener);
        if (list === undefined) concerns.set(listener, [change]);
        else list.push(change);
      }
    }
    for (const [listener, list] of concerns) listener.deliver(list, revision);
  }

  #listenersOf({ object, before }: Change): Iterable<TailListener> {
    if (object.group === '' && object.resource === 'pods') {
      const nodes = new Set([object.fields[nodeNameField] ?? '', before?.fields[nodeNameField] ?? '']);
      return new Set([...nodes].flatMap((node) => Array.from(this.#byNode.get(node) ?? [])));
    }
    const key = referredKeyOf(object);
    return key === undefined ? [] : (this.#byReference.get(objectKeyText(key)) ?? []);
  }

  /** Ends the tail for everyone who follows it; they begin again with another. */
  fail(error: unknown): void {
    this.#failure = error instanceof Error ? error : new Error('the log could not be followed', { cause: error });
    this.#stop.abort();
    this.#logger.warn({ error, cluster: this.storage.id }, 'following a cluster for its nodes failed; they start again');
    for (const listeners of this.#byNode.values()) for (const listener of listeners) listener.lost(error);
  }
}

function addTo(map: Map<string, Set<TailListener>>, key: string, listener: TailListener): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([listener]));
  else set.add(listener);
}

function removeFrom(map: Map<string, Set<TailListener>>, key: string, listener: TailListener): void {
  const set = map.get(key);
  set?.delete(listener);
  if (set?.size === 0) map.delete(key);
}

/** The tails of this process. */
export class ClusterTails implements Disposable {
  readonly #storage: Storage;
  readonly #logger: Logger;
  readonly #tails = new Map<ClusterId, ClusterTail>();

  constructor(storage: Storage, logger: Logger) {
    this.#storage = storage;
    this.#logger = logger;
  }

  get size(): number {
    return this.#tails.size;
  }

  /** The cluster's tail, begun when this is its first user. Give it back with `release`. */
  acquire(cluster: ClusterId): ClusterTail {
    const known = this.#tails.get(cluster);
    if (known !== undefined && !known.failed) return known;
    const tail = new ClusterTail(this.#storage.cluster(cluster), this.#logger);
    this.#tails.set(cluster, tail);
    return tail;
  }

  /** Ends the tail when nobody is subscribed to it any more. */
  release(cluster: ClusterId, tail: ClusterTail): void {
    if (!tail.isUnused) return;
    tail.stop();
    if (this.#tails.get(cluster) === tail) this.#tails.delete(cluster);
  }

  [Symbol.dispose](): void {
    for (const tail of this.#tails.values()) tail.stop();
    this.#tails.clear();
  }
}
