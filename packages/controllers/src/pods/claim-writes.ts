import { isStatusError, type KubeObject } from '@kajitori/apimachinery';
import type { ResourceClient } from '@kajitori/client';
import { controllerReference } from './new-pod.ts';

/** Leaves owners alone that others add at the same time. */
const mergeByUid = 'application/strategic-merge-patch+json';

/** Makes `owner` the controller of an orphan. An object that is gone or has changed meanwhile is left to the next run. */
export async function adopt<T extends KubeObject>(client: ResourceClient<T>, object: T, owner: KubeObject): Promise<void> {
  const { namespace = '', name = '', uid } = object.metadata;
  await unlessGone(client.patch(namespace, name, { metadata: { uid, ownerReferences: [controllerReference(owner)] } }, { type: mergeByUid }));
}

/** Lets go of an object that is no longer selected. */
export async function release<T extends KubeObject>(client: ResourceClient<T>, object: T, owner: KubeObject): Promise<void> {
  const { namespace = '', name = '', uid } = object.metadata;
  const ownerReferences = [{ $patch: 'delete', uid: owner.metadata.uid }];
  await unlessGone(client.patch(namespace, name, { metadata: { uid, ownerReferences } }, { type: mergeByUid }));
}

/** Deletes exactly this object; that it is gone already is what was wanted. */
export async function deleteObject<T extends KubeObject>(client: ResourceClient<T>, object: T, propagationPolicy?: 'Background' | 'Foreground'): Promise<void> {
  const { namespace = '', name = '', uid } = object.metadata;
  await unlessGone(client.delete(namespace, name, { preconditions: { uid }, ...(propagationPolicy === undefined ? {} : { propagationPolicy }) }));
}

/** Another object of that name, or none: either way this one is gone. */
async function unlessGone(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isStatusError(error, 'NotFound') && !isStatusError(error, 'Conflict')) throw error;
  }
}
