import type { KubeObject } from '@kajitori/apimachinery';
import type { Kind } from '@kajitori/kinds';

/** Who acts, as the API's authorizer sees it. */
export interface UserInfo {
  name: string;
  uid?: string;
  groups: readonly string[];
  extra?: Readonly<Record<string, readonly string[]>>;
}

export interface ListResult<T> {
  items: T[];
  resourceVersion: string;
  continue?: string;
}

export interface ListQuery {
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
  resourceVersion?: string;
}

export type WatchEvent<T> = { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T } | { type: 'BOOKMARK'; resourceVersion: string };

export type PatchType = 'application/json-patch+json' | 'application/merge-patch+json' | 'application/strategic-merge-patch+json';

export interface DeleteQuery {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
}

/**
 * One kind in one cluster, as one user. Every call goes through the API's whole pipeline (authorization, admission,
 * defaults, validation), in process or over HTTP. Failures are StatusErrors.
 */
export interface ResourceClient<T extends KubeObject> {
  get(namespace: string, name: string): Promise<T>;
  /** Undefined instead of a NotFound error. */
  find(namespace: string, name: string): Promise<T | undefined>;
  /** An empty namespace lists all. */
  list(namespace: string, query?: ListQuery): Promise<ListResult<T>>;
  create(object: T): Promise<T>;
  update(object: T): Promise<T>;
  updateStatus(object: T): Promise<T>;
  /** Puts to a subresource that takes the object itself: `finalize`, `approval`. */
  updateSubresource(object: T, subresource: string): Promise<T>;
  /** `subresource`: `status`, `scale`, or none. */
  patch(namespace: string, name: string, patch: unknown, options?: { type?: PatchType; subresource?: string }): Promise<T>;
  delete(namespace: string, name: string, query?: DeleteQuery): Promise<void>;
  /** Posts to a subresource: `binding`, `eviction`, `token`. */
  post<R extends KubeObject>(namespace: string, name: string, subresource: string, body: R): Promise<R>;
  /** Ends with the signal; throws StatusError Expired when the client must list again. */
  watch(namespace: string, query: ListQuery & { resourceVersion: string; signal: AbortSignal }): AsyncIterable<WatchEvent<T>>;
}

export interface ClusterClient {
  resource<T extends KubeObject>(kind: Kind<T>): ResourceClient<T>;
  /** The kinds that the cluster's CustomResourceDefinitions make, one a version; the one without a hub is how its objects are stored. */
  customKinds(): Promise<readonly Kind[]>;
}
