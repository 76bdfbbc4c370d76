import { controllerOf, type KubeObject, matchesLabels, selectorOf } from '@kajitori/apimachinery';
import type { InformerEvent } from '@kajitori/client';
import {
  deployments,
  type Kind,
  type Pod,
  type PodDisruptionBudget,
  podDisruptionBudgets,
  pods,
  replicaSets,
  replicationControllers,
  statefulSets,
} from '@kajitori/kinds';
import { countBudget, failedBudget, needsScale } from '@kajitori/policies';
import { done, type Outcome, requeueAfter } from '@kajitori/reconciler';
import { isReady } from '../pods/pod-state.ts';
import type { Caches } from '../runtime/caches.ts';
import {
  type Controller,
  type ControllerContext,
  type ControllerDescriptor,
  nameOf,
  type ObjectName,
  type Run,
  self,
  watch,
} from '../runtime/controller.ts';
import { sameContent } from '../runtime/same-content.ts';
import { unlessGoneOrOther } from '../runtime/unless-gone.ts';

/** Controllers of pods that say how many they want. */
const scaled = [deployments, replicaSets, replicationControllers, statefulSets] as unknown as readonly Kind[];

/** How soon a budget is counted again that an eviction has spent of meanwhile. */
const spentMilliseconds = 50;

/** Says how many pods of a budget may be disrupted. Owns the budgets' status, together with evictions, which spend it. */
export const disruption: ControllerDescriptor = {
  name: 'disruption',
  user: 'system:serviceaccount:kube-system:disruption-controller',
  component: 'controllermanager',
  watches: [
    watch(podDisruptionBudgets, (event) => (event.type === 'deleted' ? [] : self(event))),
    watch(pods, budgetsOfPod),
    ...scaled.map((kind) => watch(kind, (event, caches) => (isRescaled(event) ? budgetsIn(event.object, caches).map(nameOf) : []))),
  ],
  create: (context) => new DisruptionController(context),
};

function budgetsIn({ metadata }: KubeObject, caches: Caches): PodDisruptionBudget[] {
  return caches.of(podDisruptionBudgets).list(metadata.namespace);
}

function covers({ spec }: PodDisruptionBudget, { metadata }: Pod): boolean {
  const selector = selectorOf(spec.selector);
  return selector !== undefined && matchesLabels(selector, metadata.labels);
}

function budgetsOfPod(event: InformerEvent<Pod>, caches: Caches): ObjectName[] {
  if (event.type === 'updated' && told(event.object) === told(event.old)) return [];
  const all = event.type === 'updated' ? [event.object, event.old] : [event.object];
  return budgetsIn(event.object, caches)
    .filter((budget) => all.some((pod) => covers(budget, pod)))
    .map(nameOf);
}

/** All of a pod that a budget looks at. */
function told(pod: Pod): string {
  const { labels, deletionTimestamp, ownerReferences } = pod.metadata;
  return JSON.stringify([labels, deletionTimestamp, ownerReferences, isReady(pod)]);
}

function isRescaled(event: InformerEvent<KubeObject>): boolean {
  return event.type !== 'updated' || replicasOf(event.object) !== replicasOf(event.old);
}

function replicasOf({ spec }: KubeObject): number {
  return (spec as { replicas?: number } | undefined)?.replicas ?? 1;
}

class DisruptionController implements Controller {
  readonly #context: ControllerContext;

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  async reconcile(run: Run): Promise<Outcome> {
    const { cache, events } = this.#context;
    const budget = cache(podDisruptionBudgets).get(run.namespace, run.name);
    if (budget === undefined || budget.metadata.deletionTimestamp !== undefined) return done;
    const covered = cache(pods)
      .list(run.namespace)
      .filter((pod) => covers(budget, pod));
    if (covered.length === 0) events.record(budget, { type: 'Normal', reason: 'NoPods', message: 'No matching pods found' });
    const wanted = needsScale(budget) ? this.#wanted(budget, covered) : 0;
    if (typeof wanted === 'string') {
      events.record(budget, { type: 'Warning', reason: 'CalculateExpectedPodCountFailed', message: wanted });
      await write(run, budget, failedBudget(budget, wanted, run.now));
      return done;
    }
    const { status, notDeleted, recheckAt } = countBudget(budget, { pods: covered, wanted }, run.now);
    for (const pod of notDeleted) {
      const message = `Pod was expected by PDB ${run.namespace}/${run.name} to be deleted but it wasn't`;
      events.record(pod, { type: 'Warning', reason: 'NotDeleted', message });
    }
    if (!(await write(run, budget, status))) return requeueAfter(spentMilliseconds);
    return recheckAt === undefined ? done : requeueAfter(recheckAt - run.now.getTime());
  }

  /** How many pods the controllers of these want in all; text: why that is not known. Pods without a controller do not count. */
  #wanted(budget: PodDisruptionBudget, covered: readonly Pod[]): number | string {
    const scales = new Map<string, number>();
    let unmanaged = 0;
    for (const pod of covered) {
      const owner = this.#scaledOwner(pod);
      if (typeof owner === 'string') return owner;
      if (owner === undefined) unmanaged += 1;
      else scales.set(owner.metadata.uid ?? '', replicasOf(owner));
    }
    if (unmanaged > 0) {
      const message = `Pods selected by this PodDisruptionBudget (selector: ${JSON.stringify(budget.spec.selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
      this.#context.events.record(budget, { type: 'Warning', reason: 'UnmanagedPods', message });
    }
    return [...scales.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The object at the top of a pod's controllers that says how many are wanted; undefined for a pod that has none. */
  #scaledOwner(pod: Pod): KubeObject | string | undefined {
    let found: KubeObject | undefined;
    for (let object: KubeObject = pod; ;) {
      const owner = controllerOf(object);
      if (owner === undefined) return found;
      const kind = scaled.find(
        (one) => one.kind === owner.kind && owner.apiVersion.split('/')[0] === (one.group === '' ? one.version : one.group),
      );
      if (kind === undefined)
        return found ?? `found no controller with a scale for pod ${JSON.stringify(pod.metadata.name)}: ${owner.apiVersion} ${owner.kind}`;
      const next = this.#context.cache(kind).get(pod.metadata.namespace ?? '', owner.name);
      if (next === undefined || next.metadata.uid !== owner.uid) return found;
      object = found = next;
    }
  }
}

/** False when an eviction has spent of the budget meanwhile: the caches will show it. */
async function write({ client }: Run, budget: PodDisruptionBudget, status: PodDisruptionBudget['status']): Promise<boolean> {
  if (sameContent(status, budget.status ?? {})) return true;
  return unlessGoneOrOther(client.resource(podDisruptionBudgets).updateStatus({ ...budget, status }));
}
