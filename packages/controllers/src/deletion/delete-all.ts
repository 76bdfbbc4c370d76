import type { KubeObject } from '@kajitori/apimachinery';
import type { ResourceClient } from '@kajitori/client';
import type { Kind } from '@kajitori/kinds';
import type { Run } from '../runtime/controller.ts';
import { unlessGone } from '../runtime/unless-gone.ts';

/** Objects deleted at once; they share commits. */
const width = 64;
const pageSize = 500;

/** What of a kind is left while it is being deleted. */
export interface Remaining {
  /** `pods`, `deployments.apps`. */
  resource: string;
  count: number;
  /** How many objects each finalizer holds. */
  finalizers: ReadonlyMap<string, number>;
}

/** Deletes all objects of a kind in a namespace, or in all of them; tells what is held by a grace period or finalizers. */
export async function deleteAll({ client, signal }: Pick<Run, 'client' | 'signal'>, kind: Kind, namespaceName: string): Promise<Remaining> {
  const resource = client.resource(kind);
  let next: string | undefined;
  do {
    signal.throwIfAborted();
    const page = await resource.list(namespaceName, { limit: pageSize, ...(next === undefined ? {} : { continue: next }) });
    const pending = page.items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    for (let at = 0; at < pending.length; at += width)
      await Promise.all(pending.slice(at, at + width).map((object) => deleteOne(resource, object)));
    next = page.continue;
  } while (next !== undefined && next !== '');
  const { items } = await resource.list(namespaceName);
  const finalizers = new Map<string, number>();
  for (const one of items.flatMap(({ metadata }) => metadata.finalizers ?? [])) finalizers.set(one, (finalizers.get(one) ?? 0) + 1);
  return { resource: resourceText(kind), count: items.length, finalizers };
}

async function deleteOne(resource: ResourceClient<KubeObject>, { metadata }: KubeObject): Promise<void> {
  await unlessGone(
    resource.delete(metadata.namespace ?? '', metadata.name ?? '', {
      propagationPolicy: 'Background',
      preconditions: { uid: metadata.uid },
    }),
  );
}

export function resourceText({ group, plural }: Kind): string {
  return group === '' ? `${plural}.` : `${plural}.${group}`;
}
