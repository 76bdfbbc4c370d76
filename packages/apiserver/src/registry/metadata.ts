import { badRequest, conflict, formatTime, type KubeObject, newUid, type ObjectMeta } from '@kajitori/apimachinery';
import { type Call, groupResourceOf } from '../call.ts';

const generatedAlphabet = 'bcdfghjklmnpqrstvwxz2456789';
const generatedSuffixLength = 5;
const generatedBaseMax = 58;

/** `generateName` with five random characters, as Kubernetes draws them. */
export function generatedName(base: string): string {
  const random = crypto.getRandomValues(new Uint32Array(generatedSuffixLength));
  const suffix = Array.from(random, (one) => generatedAlphabet[one % generatedAlphabet.length]).join('');
  return base.slice(0, generatedBaseMax) + suffix;
}

/** Sets what the server decides of a new object's metadata, and takes away what a client may not choose. */
export function stampNew(call: Call, object: KubeObject, now: Date): void {
  const { metadata } = object;
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== '') {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  delete metadata.resourceVersion;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.selfLink;
  delete metadata.generation;
  // Only a server-side apply, which may create too, says who owns what.
  if (call.verb === 'create') delete metadata.managedFields;
  metadata.uid = newUid();
  metadata.creationTimestamp = formatTime(now);
  if (call.kind.strategy.generation) metadata.generation = 1;
  placeIn(call, metadata);
}

/** The namespace and name of the URL are those of the object; either may be left out of the body. */
export function placeIn(call: Call, metadata: ObjectMeta): void {
  if (!call.kind.namespaced) delete metadata.namespace;
  else if (metadata.namespace === undefined || metadata.namespace === '') metadata.namespace = call.namespace;
  else if (metadata.namespace !== call.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (call.name === '') return;
  if (metadata.name === undefined || metadata.name === '') metadata.name = call.name;
  else if (metadata.name !== call.name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${call.name})`);
  }
}

/** Carries over what no update changes. A uid that the client sent must be the object's. */
export function keepSystemFields(call: Call, object: KubeObject, old: KubeObject): void {
  const { metadata } = object;
  if (metadata.uid !== undefined && metadata.uid !== '' && metadata.uid !== old.metadata.uid) {
    throw conflict(
      groupResourceOf(call.kind),
      call.name,
      `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${old.metadata.uid ?? ''}`,
    );
  }
  for (const field of [
    'uid',
    'resourceVersion',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
  ] as const) {
    copyField(metadata, old.metadata, field);
  }
  delete metadata.selfLink;
  delete metadata.generateName;
  if (old.metadata.generateName !== undefined) metadata.generateName = old.metadata.generateName;
}

function copyField<F extends keyof ObjectMeta>(to: ObjectMeta, from: ObjectMeta, field: F): void {
  if (from[field] === undefined) delete to[field];
  else to[field] = from[field];
}

/** Whether anything but metadata and status differs: what `metadata.generation` counts. A custom resource's status is a field like others unless it is a subresource. */
export function specChanged({ custom, subresources }: Call['kind'], object: KubeObject, old: KubeObject): boolean {
  const countsStatus = custom !== undefined && subresources?.['status'] === undefined;
  const bare = ({ metadata: _metadata, status, apiVersion: _apiVersion, kind: _kind, ...rest }: KubeObject): string =>
    stableText(countsStatus ? { ...rest, status } : rest);
  return bare(object) !== bare(old);
}

/** JSON with sorted keys, so that two equal values have one text. */
export function stableText(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return one;
    return Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}
