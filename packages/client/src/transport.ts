import type { Kind } from '@kajitori/kinds';
import type { KubeObject } from '@kajitori/apimachinery';
import type { DeleteQuery, ListQuery, ListResult, PatchType, UserInfo, WatchEvent } from './client.ts';

/** Where a call goes and as whom. */
export interface Target {
  kind: Kind;
  namespace: string;
  name?: string;
  subresource?: string;
  user: UserInfo;
}

/**
 * How a client reaches the API's pipeline. In process it is the API server's own operations, so that authorization
 * and admission are never bypassed. Objects are values: an implementation never keeps or changes what it was given,
 * and what it gives may be shared, so it is not to be changed.
 */
export interface Transport {
  get(target: Target): Promise<KubeObject>;
  list(target: Target, query: ListQuery): Promise<ListResult<KubeObject>>;
  create(target: Target, body: KubeObject): Promise<KubeObject>;
  update(target: Target, body: KubeObject): Promise<KubeObject>;
  patch(target: Target, body: unknown, type: PatchType): Promise<KubeObject>;
  delete(target: Target, query: DeleteQuery): Promise<void>;
  /** The kinds that the cluster's definitions make, all versions; those that are not served are for the control plane alone. */
  customKinds(): Promise<readonly Kind[]>;
  watch(target: Target, query: ListQuery & { resourceVersion: string; signal: AbortSignal }): AsyncIterable<WatchEvent<KubeObject>>;
}
