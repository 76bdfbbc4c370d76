import type { KubeObject } from '@kajitori/apimachinery';
import type { ResourceClient } from '@kajitori/client';
import { unlessGoneOrOther } from '../runtime/unless-gone.ts';
import { controllerReference } from './new-pod.ts';

/** Leaves owners alone that others add at the same time. */
const mergeByUid = 'application/strategic-merge-patch+json';

/** Makes `owner` the controller of an orphan. An object that is gone or has changed meanwhile is left to the next run. */
export async function adopt<T extends KubeObject>(client: ResourceClient<T>, object: T, owner: KubeObject): Promise<void> {
  const { namespace = '', name = '', uid } = object.metadata;
  await unlessGoneOrOther(
    client.patch(namespace, name, { metadata: { uid, ownerReferences: [controllerReference(owner)] } }, { type: mergeByUid }),
  );
}

/** Lets go of an object that is no longer selected. */
export async function release<T extends KubeObject>(client: ResourceClient<T>, object: T, owner: KubeObject): Promise<void> {
  const { namespace = '', name = '', uid } = object.metadata;
  const ownerReferences = [{ $patch: 'delete', uid: owner.metadata.uid }];
  await unlessGoneOrOther(client.patch(namespace, name, { metadata: { uid, ownerReferences } }, { type: mergeByUid }));
}

/** Deletes exactly this object; that it is gone already is what was wanted. */
export async function deleteObject<T extends KubeObject>(
  client: ResourceClient<T>,
  object: T,
  propagationPolicy?: 'Background' | 'Foreground',
): Promise<void> {
  const { namespace = '', name = '', uid } = object.metadata;
  await unlessGoneOrOther(
    client.delete(namespace, name, { preconditions: { uid }, ...(propagationPolicy === undefined ? {} : { propagationPolicy }) }),
  );
}
