import { isStatusError, type KubeObject } from '@kajitori/apimachinery';
import type { Kind } from '@kajitori/kinds';
import type { ClusterClient, DeleteQuery, ListQuery, ListResult, PatchType, ResourceClient, UserInfo, WatchEvent } from './client.ts';
import type { Target, Transport } from './transport.ts';

/** A client of one cluster, acting as one user, over a transport that is bound to that cluster. */
export function createClusterClient(transport: Transport, user: UserInfo): ClusterClient {
  return { resource: (kind) => new TransportResourceClient(transport, user, kind), customKinds: () => transport.customKinds() };
}

/** The transport speaks KubeObject; the kind says which T that is, and the server validated it. */
class TransportResourceClient<T extends KubeObject> implements ResourceClient<T> {
  readonly #transport: Transport;
  readonly #user: UserInfo;
  readonly #kind: Kind<T>;

  constructor(transport: Transport, user: UserInfo, kind: Kind<T>) {
    this.#transport = transport;
    this.#user = user;
    this.#kind = kind;
  }

  async get(namespace: string, name: string): Promise<T> {
    return (await this.#transport.get(this.#target(namespace, name))) as T;
  }

  async find(namespace: string, name: string): Promise<T | undefined> {
    try {
      return await this.get(namespace, name);
    } catch (error) {
      if (isStatusError(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  async list(namespace: string, query: ListQuery = {}): Promise<ListResult<T>> {
    return (await this.#transport.list(this.#target(namespace), query)) as ListResult<T>;
  }

  async create(object: T): Promise<T> {
    return (await this.#transport.create(this.#target(object.metadata.namespace ?? ''), object)) as T;
  }

  async update(object: T): Promise<T> {
    return (await this.#transport.update(this.#targetOf(object), object)) as T;
  }

  updateStatus(object: T): Promise<T> {
    return this.updateSubresource(object, 'status');
  }

  async updateSubresource(object: T, subresource: string): Promise<T> {
    return (await this.#transport.update(this.#targetOf(object, subresource), object)) as T;
  }

  async patch(namespace: string, name: string, patch: unknown, options: { type?: PatchType; subresource?: string } = {}): Promise<T> {
    const target = this.#target(namespace, name, options.subresource);
    return (await this.#transport.patch(target, patch, options.type ?? 'application/merge-patch+json')) as T;
  }

  async delete(namespace: string, name: string, query: DeleteQuery = {}): Promise<void> {
    await this.#transport.delete(this.#target(namespace, name), query);
  }

  async post<R extends KubeObject>(namespace: string, name: string, subresource: string, body: R): Promise<R> {
    return (await this.#transport.create(this.#target(namespace, name, subresource), body)) as R;
  }

  watch(namespace: string, query: ListQuery & { resourceVersion: string; signal: AbortSignal }): AsyncIterable<WatchEvent<T>> {
    return this.#transport.watch(this.#target(namespace), query) as AsyncIterable<WatchEvent<T>>;
  }

  #targetOf(object: T, subresource?: string): Target {
    return this.#target(object.metadata.namespace ?? '', object.metadata.name ?? '', subresource);
  }

  #target(namespace: string, name?: string, subresource?: string): Target {
    const kind = this.#kind as unknown as Kind;
    return {
      kind,
      namespace: this.#kind.namespaced ? namespace : '',
      user: this.#user,
      ...(name === undefined ? {} : { name }),
      ...(subresource === undefined ? {} : { subresource }),
    };
  }
}
