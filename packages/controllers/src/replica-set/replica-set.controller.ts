import { controllerOf, isStatusError, type KubeObject, matchesLabels, selectorOf } from '@kajitori/apimachinery';
import type { InformerEvent } from '@kajitori/client';
import { type Kind, type Pod, pods, type ReplicaSet, type ReplicaSetStatus, replicaSets } from '@kajitori/kinds';
import { done, type Outcome, requeueAfter } from '@kajitori/reconciler';
import { adopt, deleteObject, release } from '../pods/claim-writes.ts';
import { podFromTemplate } from '../pods/new-pod.ts';
import { isActive } from '../pods/pod-state.ts';
import type { Caches } from '../runtime/caches.ts';
import {
  type Controller,
  type ControllerContext,
  controllerOfKind,
  type ControllerDescriptor,
  nameOf,
  type ObjectName,
  type Run,
  self,
  watch,
} from '../runtime/controller.ts';
import { sameContent } from '../runtime/same-content.ts';
import { slowStart } from '../runtime/slow-start.ts';
import { unlessGone } from '../runtime/unless-gone.ts';
import { planReplicaSet, type ReplicaSetPlan, withReplicaFailure } from './replica-set.plan.ts';

/** A kind that keeps as many pods of a template as are wanted, and how its objects are seen as ReplicaSets. What is written stays of the kind. */
export interface ReplicaKind<T extends KubeObject> {
  kind: Kind<T>;
  asReplicaSet: (object: T) => ReplicaSet;
  /** As much of a ReplicaSet's status as the kind has. */
  asStatus: (status: ReplicaSetStatus) => object;
}

/** Keeps as many pods of a template as are wanted. Owns the pods' existence and the ReplicaSet's status, nothing else. */
export const replicaSet: ControllerDescriptor = {
  name: 'replica-set',
  user: 'system:serviceaccount:kube-system:replicaset-controller',
  component: 'replicaset-controller',
  ...replicaController({ kind: replicaSets, asReplicaSet: (found) => found, asStatus: (status) => status }),
};

export function replicaController<T extends KubeObject>(replicas: ReplicaKind<T>): Pick<ControllerDescriptor, 'watches' | 'create'> {
  return {
    watches: [watch(replicas.kind, self), watch(pods, (event, caches) => ownersOf(replicas, event, caches))],
    create: (context) => new ReplicaSetController(context, replicas),
  };
}

/** The pod's owner of the kind; for a pod without a controller, all that select it: one may adopt it. */
function ownersOf<T extends KubeObject>({ kind, asReplicaSet }: ReplicaKind<T>, event: InformerEvent<Pod>, caches: Caches): ObjectName[] {
  const owners = controllerOfKind(kind)(event);
  if (controllerOf(event.object) !== undefined || event.type === 'deleted') return owners;
  const { namespace = '', labels } = event.object.metadata;
  const selecting = caches
    .of(kind)
    .list(namespace)
    .map(asReplicaSet)
    .filter(({ spec }) => matchesLabels(selectorOf(spec.selector) ?? never, labels));
  return [...owners, ...selecting.map(nameOf)];
}

const never = [{ key: 'kubernetes.io/nothing', operator: 'In' as const, values: [] }];

type Failure = { reason: 'FailedCreate' | 'FailedDelete'; message: string; cause: unknown };

class ReplicaSetController<T extends KubeObject> implements Controller {
  readonly #context: ControllerContext;
  readonly #replicas: ReplicaKind<T>;

  constructor(context: ControllerContext, replicas: ReplicaKind<T>) {
    this.#context = context;
    this.#replicas = replicas;
  }

  async reconcile(run: Run): Promise<Outcome> {
    const { kind, asReplicaSet, asStatus } = this.#replicas;
    const stored = this.#context.cache(kind).get(run.namespace, run.name);
    if (stored === undefined) return done;
    const found = asReplicaSet(stored);
    const plan = planReplicaSet({ replicaSet: found, pods: this.#candidates(found), crowd: this.#crowdOf(found), now: run.now });
    const failure = await this.#execute(run, found, plan);
    const status = asStatus(withReplicaFailure(plan.status, failure, run.now));
    if (!sameContent(status, found.status ?? {})) await unlessGone(run.client.resource(kind).updateStatus({ ...stored, status }));
    if (failure !== undefined) throw failure.cause;
    return plan.requeueAfterMilliseconds === undefined ? done : requeueAfter(plan.requeueAfterMilliseconds);
  }

  #candidates({ metadata, spec }: ReplicaSet): Pod[] {
    const cache = this.#context.cache(pods);
    const owned = cache.ownedBy(metadata.uid ?? '');
    const orphans = cache.list(metadata.namespace, selectorOf(spec.selector) ?? never).filter((pod) => controllerOf(pod) === undefined);
    return [...owned, ...orphans];
  }

  /** Pods of all ReplicaSets of the same owner count: a node that is crowded with the workload gives one up first. */
  #crowdOf(found: ReplicaSet): (nodeName: string) => number {
    let counts: Map<string, number> | undefined;
    const count = (): Map<string, number> => {
      const owner = controllerOf(found);
      const siblings: KubeObject[] = owner === undefined ? [found] : this.#context.cache(this.#replicas.kind).ownedBy(owner.uid);
      const byNode = new Map<string, number>();
      for (const pod of siblings.flatMap(({ metadata }) => this.#context.cache(pods).ownedBy(metadata.uid ?? '')).filter(isActive)) {
        const { nodeName = '' } = pod.spec;
        byNode.set(nodeName, (byNode.get(nodeName) ?? 0) + 1);
      }
      return byNode;
    };
    return (nodeName) => (counts ??= count()).get(nodeName) ?? 0;
  }

  async #execute({ client }: Run, found: ReplicaSet, plan: ReplicaSetPlan): Promise<Failure | undefined> {
    const podClient = client.resource(pods);
    await Promise.all([
      ...plan.adopt.map((pod) => adopt(podClient, pod, found)),
      ...plan.release.map((pod) => release(podClient, pod, found)),
    ]);
    const { failure } = await slowStart(plan.create, async () => {
      const made = await podClient.create(podFromTemplate(found, found.spec.template));
      this.#context.events.record(found, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${made.metadata.name}` });
    });
    if (failure !== undefined) return isNamespaceEnding(failure) ? undefined : this.#failed(found, 'FailedCreate', 'creating', failure);
    const results = await Promise.allSettled(
      plan.delete.map(async (pod) => {
        await deleteObject(podClient, pod);
        this.#context.events.record(found, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` });
      }),
    );
    const refused = results.find((result) => result.status === 'rejected');
    return refused === undefined ? undefined : this.#failed(found, 'FailedDelete', 'deleting', refused.reason);
  }

  #failed(found: ReplicaSet, reason: Failure['reason'], what: string, cause: unknown): Failure {
    const message = cause instanceof Error ? cause.message : String(cause);
    this.#context.events.record(found, { type: 'Warning', reason, message: `Error ${what}: ${message}` });
    return { reason, message, cause };
  }
}

/** Nothing is made in a namespace that goes away, and that is no failure. */
export function isNamespaceEnding(error: unknown): boolean {
  return isStatusError(error, 'Forbidden') && error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true;
}
