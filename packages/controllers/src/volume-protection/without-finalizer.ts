import type { KubeObject } from '@kajitori/apimachinery';
import type { ResourceClient } from '@kajitori/client';
import { unlessGoneOrOther } from '../runtime/unless-gone.ts';

/** Takes a finalizer off, unless somebody changed the object meanwhile: then its change brings another run. */
export async function withoutFinalizer<T extends KubeObject>(resource: ResourceClient<T>, object: T, finalizer: string): Promise<void> {
  const { finalizers = [], resourceVersion } = object.metadata;
  const patch = { metadata: { resourceVersion, finalizers: finalizers.filter((one) => one !== finalizer) } };
  await unlessGoneOrOther(
    resource.patch(object.metadata.namespace ?? '', object.metadata.name ?? '', patch, { type: 'application/merge-patch+json' }),
  );
}
