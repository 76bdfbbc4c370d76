import type { KubeObject } from '@kajitori/apimachinery';
import type { ResourceClient } from '@kajitori/client';
import { type Kind, type Namespace, namespaces, pods } from '@kajitori/kinds';
import { done, type Outcome, requeueAfter } from '@kajitori/reconciler';
import { collectableKinds } from '../garbage-collector/garbage-collector.controller.ts';
import { type Controller, type ControllerContext, type ControllerDescriptor, type Run, self, watch } from '../runtime/controller.ts';
import { sameContent } from '../runtime/same-content.ts';
import { unlessGone } from '../runtime/unless-gone.ts';
import { type Remaining, terminatingStatus } from './namespace.plan.ts';

const finalizer = 'kubernetes';
/** Objects deleted at once; they share commits. */
const width = 64;
const pageSize = 500;
/** How soon a namespace with something left is looked at again. */
const againMilliseconds = 2_000;

/** Pods first, so that nothing that they use goes before them (KEP-5080); then everything else. */
const kindsInOrder: readonly (readonly Kind[])[] = [
  [pods],
  collectableKinds.filter((kind) => kind.namespaced && (kind as unknown) !== pods),
];

/** Empties a namespace that is being deleted, then lets it go. Owns the finalizer `kubernetes` and the conditions of its end. */
export const namespace: ControllerDescriptor = {
  name: 'namespace',
  user: 'system:serviceaccount:kube-system:namespace-controller',
  component: 'namespace-controller',
  watches: [
    watch(namespaces, (event) => (event.type !== 'deleted' && event.object.metadata.deletionTimestamp !== undefined ? self(event) : [])),
  ],
  create: (context) => new NamespaceController(context),
};

class NamespaceController implements Controller {
  readonly #context: ControllerContext;

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  async reconcile(run: Run): Promise<Outcome> {
    const found = this.#context.cache(namespaces).get('', run.name);
    if (found?.metadata.deletionTimestamp === undefined) return done;
    const failures: string[] = [];
    const remaining = await this.#empty(run, failures);
    const status = terminatingStatus(found, remaining, failures, run.now);
    const current = sameContent(status, found.status ?? {})
      ? found
      : await run.client.resource(namespaces).updateStatus({ ...found, status });
    if (failures.length > 0) throw new Error(`the namespace could not be emptied: ${failures.join(', ')}`);
    if (remaining.some(({ count }) => count > 0)) return requeueAfter(againMilliseconds);
    await finalize(run, current);
    return done;
  }

  async #empty({ client, name, signal }: Run, failures: string[]): Promise<Remaining[]> {
    for (const kinds of kindsInOrder) {
      const remaining: Remaining[] = [];
      for (const kind of kinds) {
        signal.throwIfAborted();
        try {
          remaining.push(await deleteAll(client, kind, name));
        } catch (error) {
          failures.push(`${resourceText(kind)}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      if (failures.length > 0 || remaining.some(({ count }) => count > 0)) return remaining;
    }
    return [];
  }
}

/** Deletes all of a kind in a namespace; tells what is held by a grace period or finalizers. */
async function deleteAll(client: Run['client'], kind: Kind, namespaceName: string): Promise<Remaining> {
  const resource = client.resource(kind);
  let next: string | undefined;
  do {
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

function resourceText({ group, plural }: Kind): string {
  return group === '' ? `${plural}.` : `${plural}.${group}`;
}

async function finalize({ client }: Run, found: Namespace): Promise<void> {
  const finalizers = (found.spec?.finalizers ?? []).filter((one) => one !== finalizer);
  await unlessGone(client.resource(namespaces).updateSubresource({ ...found, spec: { ...found.spec, finalizers } }, 'finalize'));
}
