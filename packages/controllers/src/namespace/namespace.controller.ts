import { type Kind, type Namespace, namespaces, pods } from '@kajitori/kinds';
import { done, type Outcome, requeueAfter } from '@kajitori/reconciler';
import { collectableKindsOf } from '../garbage-collector/collectable-kinds.ts';
import { type Controller, type ControllerContext, type ControllerDescriptor, type Run, self, watch } from '../runtime/controller.ts';
import { deleteAll, type Remaining, resourceText } from '../deletion/delete-all.ts';
import { sameContent } from '../runtime/same-content.ts';
import { unlessGone } from '../runtime/unless-gone.ts';
import { terminatingStatus } from './namespace.plan.ts';

const finalizer = 'kubernetes';
/** How soon a namespace with something left is looked at again. */
const againMilliseconds = 2_000;

/** Pods first, so that nothing that they use goes before them (KEP-5080); then everything else, the cluster's own kinds among it. */
async function kindsInOrder({ client }: Run): Promise<(readonly Kind[])[]> {
  return [[pods], (await collectableKindsOf(client)).filter((kind) => kind.namespaced && (kind as unknown) !== pods)];
}

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

  async #empty(run: Run, failures: string[]): Promise<Remaining[]> {
    for (const kinds of await kindsInOrder(run)) {
      const remaining: Remaining[] = [];
      for (const kind of kinds) {
        run.signal.throwIfAborted();
        try {
          remaining.push(await deleteAll(run, kind, run.name));
        } catch (error) {
          failures.push(`${resourceText(kind)}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      if (failures.length > 0 || remaining.some(({ count }) => count > 0)) return remaining;
    }
    return [];
  }
}

async function finalize({ client }: Run, found: Namespace): Promise<void> {
  const finalizers = (found.spec?.finalizers ?? []).filter((one) => one !== finalizer);
  await unlessGone(client.resource(namespaces).updateSubresource({ ...found, spec: { ...found.spec, finalizers } }, 'finalize'));
}
