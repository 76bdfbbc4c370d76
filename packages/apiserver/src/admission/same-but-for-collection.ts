import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '@kajitori/apimachinery';

/** Whether an update changes nothing but what garbage collection needs: owners and finalizers. */
export function sameButForCollection(now: KubeObject, before: KubeObject): boolean {
  return isDeepStrictEqual(rest(now), rest(before));
}

/** Through JSON, so that an absent field equals an undefined one. */
function rest({ metadata, ...object }: KubeObject): unknown {
  const { ownerReferences: _owners, finalizers: _finalizers, managedFields: _managed, resourceVersion: _version, ...kept } = metadata;
  return JSON.parse(JSON.stringify({ ...object, metadata: kept }));
}
