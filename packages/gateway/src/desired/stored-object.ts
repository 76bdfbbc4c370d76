import type { DesiredObject } from '@kajitori/agent-protocol';
import type { KubeObject } from '@kajitori/apimachinery';
import type { Pod } from '@kajitori/kinds';
import type { StoredObject } from '@kajitori/storage';

/** A stored object as the API would give it. Its revision is not part of the stored text. */
export function parseStored<T extends KubeObject = KubeObject>({ body, revision }: Pick<StoredObject, 'body' | 'revision'>): T {
  const object = JSON.parse(body) as T;
  object.metadata.resourceVersion = String(revision);
  return object;
}

/** What an agent is sent of an object: all of it but the ledger of field managers. */
export function toDesired(object: KubeObject): DesiredObject {
  const { managedFields: _managedFields, ...metadata } = object.metadata;
  return { ...object, metadata } as DesiredObject;
}

/** Conditions of a pod that its node writes; others are written by controllers and matter to the node. */
const nodeConditions = new Set([
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodResizePending',
  'PodResizeInProgress',
]);

export function isNodeCondition(type: string | undefined): boolean {
  return nodeConditions.has(type ?? '');
}

/** What of a pod its node acts on. Two pods with the same text need not be sent twice: the node wrote the difference itself. */
export function actedOn(pod: Pod): string {
  const { managedFields: _managedFields, resourceVersion: _resourceVersion, ...metadata } = (pod as unknown as KubeObject).metadata;
  const foreign = (pod.status?.conditions ?? []).filter(({ type }) => !isNodeCondition(type)).map(({ type, status }) => [type, status]);
  return JSON.stringify([metadata, pod.spec, foreign]);
}
