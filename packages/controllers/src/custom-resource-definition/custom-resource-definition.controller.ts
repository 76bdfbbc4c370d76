import { parseTime, withCondition } from '@kajitori/apimachinery';
import {
  type CustomResourceDefinition,
  type CustomResourceDefinitionCondition,
  customResourceCleanupFinalizer,
  customResourceDefinitions,
  isAsStored,
  isEstablished,
  type Kind,
  terminating,
} from '@kajitori/kinds';
import { done, type Outcome, requeueAfter } from '@kajitori/reconciler';
import type { Change } from '@kajitori/storage';
import { deleteAll } from '../deletion/delete-all.ts';
import {
  type Controller,
  type ControllerContext,
  type ControllerDescriptor,
  isOfKind,
  type ObjectName,
  type Run,
} from '../runtime/controller.ts';
import { listAll } from '../runtime/list-all.ts';
import { unlessGone } from '../runtime/unless-gone.ts';

/** How soon a definition whose instances are held is looked at again. */
const againMilliseconds = 2_000;
/** Another process may serve the kind this long after the definition's deletion began; what it still creates must not be left behind. */
const servedMilliseconds = 2_000;
const pageSize = 50;

/**
 * Ends CustomResourceDefinitions: deletes the instances, then lets the definition go; and has those judged again that wait for a name which
 * another gave up. Owns the finalizer of their clean-up and the condition Terminating. Keeps no cache of definitions: they are large.
 */
export const customResourceDefinition: ControllerDescriptor = {
  name: 'custom-resource-definition',
  user: 'system:serviceaccount:kube-system:customresourcedefinition-controller',
  component: 'customresourcedefinition-controller',
  watches: [],
  create: (context) => new DefinitionController(context),
};

/** The key that asks for a look at every definition. */
const everything: ObjectName = { namespace: '', name: '' };

class DefinitionController implements Controller {
  readonly #context: ControllerContext;

  constructor(context: ControllerContext) {
    this.#context = context;
    context.onEveryChange({
      changed: (change) => this.#changed(change),
      missed: () => context.enqueue(everything),
    });
  }

  async reconcile(run: Run): Promise<Outcome> {
    if (run.name === everything.name) {
      for (const { metadata } of await definitionsOf(run)) this.#context.enqueue({ namespace: '', name: metadata.name ?? '' });
      return done;
    }
    const definition = await run.client.resource(customResourceDefinitions).find('', run.name);
    if (definition === undefined) return judgeOthers(run);
    if (definition.metadata.deletionTimestamp === undefined) return done;
    if (definition.metadata.finalizers?.includes(customResourceCleanupFinalizer) !== true) return done;
    return end(run, definition);
  }

  #changed({ type, object }: Change): void {
    if (!isOfKind(object, customResourceDefinitions)) return;
    if (type === 'delete' || object.body.includes('"deletionTimestamp"')) this.#context.enqueue({ namespace: '', name: object.name });
  }
}

function definitionsOf({ client }: Run): Promise<CustomResourceDefinition[]> {
  return listAll(client.resource(customResourceDefinitions), pageSize);
}

/** A definition has gone, and names with it: whoever waits for one of them in its group is written again, by which it is judged again. */
async function judgeOthers(run: Run): Promise<Outcome> {
  const group = run.name.slice(run.name.indexOf('.') + 1);
  const waiting = (await definitionsOf(run)).filter(
    ({ spec, status }) =>
      spec.group === group && status?.conditions?.some(({ type, status: is }) => type === 'NamesAccepted' && is === 'False') === true,
  );
  for (const { metadata } of waiting) await unlessGone(run.client.resource(customResourceDefinitions).patch('', metadata.name ?? '', {}));
  return done;
}

async function end(run: Run, definition: CustomResourceDefinition): Promise<Outcome> {
  const begun = parseTime(definition.metadata.deletionTimestamp ?? '') ?? 0;
  const stillServed = begun + servedMilliseconds - run.now.getTime();
  const kind = await storedKindOf(run, definition);
  if (kind !== undefined) {
    const { count } = await deleteAll(run, kind, '');
    if (count > 0) {
      const message = 'CustomResource deletion is in progress';
      await tell(run, definition, terminating('True', 'InstanceDeletionInProgress', message));
      return requeueAfter(againMilliseconds);
    }
  }
  if (stillServed > 0) return requeueAfter(stillServed);
  const told = await tell(run, definition, terminating('False', 'InstanceDeletionCompleted', 'removed all instances'));
  const { name = '', uid, resourceVersion, finalizers = [] } = told.metadata;
  const others = finalizers.filter((one) => one !== customResourceCleanupFinalizer);
  const patch = { metadata: { uid, resourceVersion, finalizers: others.length === 0 ? null : others } };
  await unlessGone(run.client.resource(customResourceDefinitions).patch('', name, patch));
  return done;
}

/** The kind as which the instances are stored; a definition that was never established has none. */
async function storedKindOf({ client }: Run, definition: CustomResourceDefinition): Promise<Kind | undefined> {
  if (!isEstablished(definition)) return undefined;
  const kind = (await client.customKinds()).find((one) => isAsStored(one) && one.custom?.definition === definition.metadata.name);
  if (kind === undefined) throw new Error(`the definition ${definition.metadata.name ?? ''} is established and its kind is not served yet`);
  return kind;
}

async function tell(
  run: Run,
  definition: CustomResourceDefinition,
  condition: CustomResourceDefinitionCondition,
): Promise<CustomResourceDefinition> {
  const before = definition.status?.conditions ?? [];
  const conditions = withCondition(before, condition, run.now);
  if (conditions === before) return definition;
  return run.client.resource(customResourceDefinitions).updateStatus({ ...definition, status: { ...definition.status, conditions } });
}
