import { isStatusError, type KubeObject } from '@kajitori/apimachinery';
import type { ClusterClient, ResourceClient } from '@kajitori/client';
import type { Kind } from '@kajitori/kinds';
import type { AnyInformer, Caches } from './caches.ts';

/** How long a cache may lag behind a write before the run fails and is retried. */
const lagMaxMilliseconds = 10_000;

type Expectation =
  /** The cache has come to the write's revision. */
  | { type: 'revision'; informer: AnyInformer; revision: number }
  /** The object is gone, or marked as being deleted. */
  | { type: 'deletion'; informer: AnyInformer; namespace: string; name: string; uid: string }
  /** It is not known whether the write happened: read the kind anew. */
  | { type: 'unknown'; informer: AnyInformer };

/**
 * What each key's runs have written and the caches may not show yet. A run that decides on a cache that lacks its own last
 * writes would do them again; so it waits here first. Nothing is counted and nothing times out into a wrong decision.
 */
export class Expectations {
  readonly #caches: Caches;
  readonly #pending = new Map<string, Expectation[]>();

  constructor(caches: Caches) {
    this.#caches = caches;
  }

  /** Resolves when the caches show all that the key's earlier runs wrote. @throws when a cache lags too far behind. */
  async met(key: string, signal: AbortSignal): Promise<void> {
    const pending = this.#pending.get(key);
    if (pending === undefined) return;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(lagMaxMilliseconds)]);
    for (const expectation of pending) await meet(expectation, limited);
    this.#pending.delete(key);
  }

  /** The client with a memory: what goes through it is expected before the key's next run. */
  client(key: string, client: ClusterClient): ClusterClient {
    return {
      customKinds: () => client.customKinds(),
      resource: <T extends KubeObject>(kind: Kind<T>): ResourceClient<T> => {
        const informer = this.#caches.find(kind);
        const resource = client.resource(kind);
        return informer === undefined ? resource : this.#remembering(key, informer, resource);
      },
    };
  }

  #expect(key: string, expectation: Expectation): void {
    const pending = this.#pending.get(key) ?? [];
    pending.push(expectation);
    this.#pending.set(key, pending);
  }

  #remembering<T extends KubeObject>(key: string, informer: AnyInformer, resource: ResourceClient<T>): ResourceClient<T> {
    const written = async (write: Promise<T>): Promise<T> => {
      const object = await this.#known(key, informer, write);
      const revision = Number(object.metadata.resourceVersion);
      if (Number.isSafeInteger(revision)) this.#expect(key, { type: 'revision', informer, revision });
      return object;
    };
    return {
      get: (namespace, name) => resource.get(namespace, name),
      find: (namespace, name) => resource.find(namespace, name),
      list: (namespace, query) => resource.list(namespace, query),
      watch: (namespace, query) => resource.watch(namespace, query),
      create: (object) => written(resource.create(object)),
      update: (object) => written(resource.update(object)),
      updateStatus: (object) => written(resource.updateStatus(object)),
      updateSubresource: (object, subresource) => written(resource.updateSubresource(object, subresource)),
      patch: (namespace, name, patch, options) => written(resource.patch(namespace, name, patch, options)),
      post: (namespace, name, subresource, body) => this.#known(key, informer, resource.post(namespace, name, subresource, body)),
      delete: async (namespace, name, query) => {
        const uid = informer.get(namespace, name)?.metadata.uid;
        await this.#known(key, informer, resource.delete(namespace, name, query));
        if (uid !== undefined) this.#expect(key, { type: 'deletion', informer, namespace, name, uid });
      },
    };
  }

  async #known<R>(key: string, informer: AnyInformer, write: Promise<R>): Promise<R> {
    try {
      return await write;
    } catch (error) {
      if (!isRefusal(error)) this.#expect(key, { type: 'unknown', informer });
      throw error;
    }
  }
}

/** Whether the API said no, so that nothing can have been written. */
function isRefusal(error: unknown): boolean {
  return isStatusError(error) && error.code < 500;
}

async function meet(expectation: Expectation, signal: AbortSignal): Promise<void> {
  const { informer } = expectation;
  if (expectation.type === 'unknown') return informer.refresh(signal);
  if (expectation.type === 'revision') return informer.reached(expectation.revision, signal);
  const { namespace, name, uid } = expectation;
  while (isThere(informer, { namespace, name, uid })) await informer.reached(informer.revision + 1, signal);
}

function isThere(informer: AnyInformer, { namespace, name, uid }: { namespace: string; name: string; uid: string }): boolean {
  const object = informer.get(namespace, name);
  return object !== undefined && object.metadata.uid === uid && object.metadata.deletionTimestamp === undefined;
}
