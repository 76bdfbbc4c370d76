import type { ClusterId } from '@kajitori/apimachinery';
import { keyText } from '../keys.ts';
import {
  type Change,
  type ChangeBatch,
  type ClusterStorage,
  isRefusal,
  type ObjectKey,
  type Operation,
  type Storage,
  type StoredObject,
} from '../storage.ts';
import { keyNumberOf, type Sealer } from './sealer.ts';

/**
 * Owns: that the bodies of some resources lie sealed, in the objects and in the log alike. Users of the storage see them open.
 * Invariant: a sealed body opens only in its own cluster and under its own key (group, resource, namespace, name), so that whoever can write
 * to the database cannot move it. Labels, fields and names are not secret. A body found unsealed is served as it is: it was written before
 * its resource was told.
 */
export interface SealedStorageOptions {
  sealer: Sealer;
  /** Which resources are sealed; absent: Secrets. */
  isSealed?: (resource: { group: string; resource: string }) => boolean;
}

const isSecret = ({ group, resource }: { group: string; resource: string }): boolean => group === '' && resource === 'secrets';

export function sealedStorage(inner: Storage, { sealer, isSealed = isSecret }: SealedStorageOptions): Storage {
  return {
    cluster: (id) => new SealedClusterStorage(inner.cluster(id), sealer, isSealed),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

type Body = { body: string };

class SealedClusterStorage implements ClusterStorage {
  readonly id: ClusterId;
  readonly #inner: ClusterStorage;
  readonly #sealer: Sealer;
  readonly #isSealed: NonNullable<SealedStorageOptions['isSealed']>;

  constructor(inner: ClusterStorage, sealer: Sealer, isSealed: NonNullable<SealedStorageOptions['isSealed']>) {
    this.id = inner.id;
    this.#inner = inner;
    this.#sealer = sealer;
    this.#isSealed = isSealed;
  }

  async get(key: ObjectKey): Promise<StoredObject | undefined> {
    const object = await this.#inner.get(key);
    return object === undefined || !this.#isSealed(key) ? object : this.#opened(key, object);
  }

  async list(options: Parameters<ClusterStorage['list']>[0]): ReturnType<ClusterStorage['list']> {
    const page = await this.#inner.list(options);
    if (!this.#isSealed(options)) return page;
    return { ...page, objects: await Promise.all(page.objects.map((object) => this.#opened(object, object))) };
  }

  count: ClusterStorage['count'] = (of) => this.#inner.count(of);
  revisions: ClusterStorage['revisions'] = (of) => this.#inner.revisions(of);
  resources: ClusterStorage['resources'] = () => this.#inner.resources();
  revision: ClusterStorage['revision'] = (line) => this.#inner.revision(line);
  birth: ClusterStorage['birth'] = () => this.#inner.birth();

  async write(set: readonly Operation[], options?: Parameters<ClusterStorage['write']>[1]): ReturnType<ClusterStorage['write']> {
    return this.#inner.write(await Promise.all(set.map((operation) => this.#sealed(operation))), options);
  }

  async *watch(options: Parameters<ClusterStorage['watch']>[0]): AsyncGenerator<ChangeBatch, void, void> {
    for await (const { changes, revision } of this.#inner.watch(options)) {
      yield { changes: await Promise.all(changes.map((change) => this.#openedChange(change))), revision };
    }
  }

  async #sealed(operation: Operation): Promise<Operation> {
    const key = operation.type === 'delete' ? operation.key : operation.object;
    if (!this.#isSealed(key)) return operation;
    if (operation.type !== 'delete')
      return { ...operation, object: { ...operation.object, body: await this.#seal(key, operation.object.body) } };
    return operation.body === undefined ? operation : { ...operation, body: await this.#seal(key, operation.body) };
  }

  async #openedChange(change: Change): Promise<Change> {
    if (!this.#isSealed(change.object)) return change;
    const object = await this.#opened(change.object, change.object);
    return change.before === undefined
      ? { ...change, object }
      : { ...change, object, before: await this.#opened(change.object, change.before) };
  }

  #seal(key: ObjectKey, body: string): Promise<string> {
    return this.#sealer.seal(this.id, keyText(key), Buffer.from(body));
  }

  async #opened<T extends Body>(key: ObjectKey, sealed: T): Promise<T> {
    if (keyNumberOf(sealed.body) === undefined) return sealed;
    return { ...sealed, body: (await this.#sealer.unseal(this.id, keyText(key), sealed.body)).toString() };
  }
}

export interface ResealOptions {
  sealer: Sealer;
  resource: { group: string; resource: string };
  /** The storage below the seals: bodies are judged by the key that they name. */
  inner: Storage;
  signal?: AbortSignal;
}

const pageObjects = 200;

/**
 * Writes every object of a resource anew that is not sealed with the cluster's newest key; watchers see updates that change nothing.
 * What others write meanwhile is sealed with the newest key anyway. Returns how many it wrote. After it, and once history has let go of the
 * older bodies (ten minutes), `sealer.deleteKeysBelow` may forget the older keys.
 */
export async function reseal(cluster: ClusterId, newest: number, { sealer, resource, inner, signal }: ResealOptions): Promise<number> {
  const storage = inner.cluster(cluster);
  let count = 0;
  for (let after: { namespace: string; name: string } | undefined, more = true; more;) {
    signal?.throwIfAborted();
    const page = await storage.list({ ...resource, limit: pageObjects, ...(after === undefined ? {} : { after }) });
    for (const { revision, ...object } of page.objects) {
      const number = keyNumberOf(object.body);
      if (number !== undefined && number >= newest) continue;
      const plain = number === undefined ? Buffer.from(object.body) : await sealer.unseal(cluster, keyText(object), object.body);
      const body = await sealer.seal(cluster, keyText(object), plain);
      // A conflict means that somebody else has just written it, with the newest key.
      if (!isRefusal(await storage.write([{ type: 'update', object: { ...object, body }, expectedRevision: revision }]))) count += 1;
    }
    after = page.next;
    more = after !== undefined;
  }
  return count;
}
