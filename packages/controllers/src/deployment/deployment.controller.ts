import { controllerOf, isStatusError, matchesLabels, selectorOf } from '@kajitori/apimachinery';
import type { InformerEvent } from '@kajitori/client';
import { type Deployment, deployments, type Pod, pods, type ReplicaSet, replicaSets } from '@kajitori/kinds';
import { done, type Outcome, requeueAfter } from '@kajitori/reconciler';
import { adopt, deleteObject, release } from '../pods/claim-writes.ts';
import { isEnded } from '../pods/pod-state.ts';
import { isNamespaceEnding } from '../replica-set/replica-set.controller.ts';
import type { Caches } from '../runtime/caches.ts';
import { sameContent } from '../runtime/same-content.ts';
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
import { unlessGone } from '../runtime/unless-gone.ts';
import { deploymentAnnotations, type DeploymentPlan, planDeployment } from './deployment.plan.ts';
import { sameTemplate } from './template-hash.ts';

/** Rolls a workload from one template to the next. Owns the ReplicaSets of a Deployment and its status. */
export const deployment: ControllerDescriptor = {
  name: 'deployment',
  user: 'system:serviceaccount:kube-system:deployment-controller',
  component: 'deployment-controller',
  watches: [watch(deployments, self), watch(replicaSets, deploymentsOf), watch(pods, recreatedBy)],
  create: (context) => new DeploymentController(context),
};

/** The ReplicaSet's Deployment; for one without a controller, all that select it. */
function deploymentsOf(event: InformerEvent<ReplicaSet>, caches: Caches): ObjectName[] {
  const owners = controllerOfKind(deployments)(event);
  if (controllerOf(event.object) !== undefined || event.type === 'deleted') return owners;
  const { namespace, labels } = event.object.metadata;
  const selecting = caches
    .of(deployments)
    .list(namespace)
    .filter(({ spec }) => matchesLabels(selectorOf(spec.selector) ?? never, labels));
  return [...owners, ...selecting.map(nameOf)];
}

/** A Recreate rollout goes on when the last old pod is gone; other rollouts follow their ReplicaSets' counts. */
function recreatedBy(event: InformerEvent<Pod>, caches: Caches): ObjectName[] {
  if (event.type === 'added' || (event.type === 'updated' && !isEnded(event.object))) return [];
  const [replicaSet] = controllerOfKind(replicaSets)(event);
  const found = replicaSet === undefined ? undefined : caches.of(replicaSets).get(replicaSet.namespace, replicaSet.name);
  const owner = found === undefined ? undefined : controllerOf(found);
  if (found === undefined || owner === undefined) return [];
  const { namespace = '' } = found.metadata;
  return caches.of(deployments).get(namespace, owner.name)?.spec.strategy?.type === 'Recreate' ? [{ namespace, name: owner.name }] : [];
}

const never = [{ key: 'kubernetes.io/nothing', operator: 'In' as const, values: [] }];

class DeploymentController implements Controller {
  readonly #context: ControllerContext;

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  async reconcile(run: Run): Promise<Outcome> {
    const found = this.#context.cache(deployments).get(run.namespace, run.name);
    if (found === undefined) return done;
    const plan = planDeployment({
      deployment: found,
      replicaSets: this.#candidates(found),
      hasRunningPods: ({ metadata }) =>
        this.#context
          .cache(pods)
          .ownedBy(metadata.uid ?? '')
          .some((pod) => !isEnded(pod)),
      now: run.now,
    });
    await this.#execute(run, found, plan);
    return plan.requeueAfterMilliseconds === undefined ? done : requeueAfter(plan.requeueAfterMilliseconds);
  }

  #candidates({ metadata, spec }: Deployment): ReplicaSet[] {
    const cache = this.#context.cache(replicaSets);
    const orphans = cache.list(metadata.namespace, selectorOf(spec.selector) ?? never).filter((one) => controllerOf(one) === undefined);
    return [...cache.ownedBy(metadata.uid ?? ''), ...orphans];
  }

  async #execute({ client }: Run, found: Deployment, plan: DeploymentPlan): Promise<void> {
    const sets = client.resource(replicaSets);
    await Promise.all([...plan.adopt.map((one) => adopt(sets, one, found)), ...plan.release.map((one) => release(sets, one, found))]);
    let { status } = plan;
    if (plan.create !== undefined) status = await this.#create(client, found, plan.create, status);
    for (const one of plan.update) await sets.update(one);
    for (const { replicaSet, replicas, from, annotations } of plan.scale) {
      const { namespace = '', name = '', resourceVersion } = replicaSet.metadata;
      await sets.patch(namespace, name, { metadata: { resourceVersion, annotations }, spec: { replicas } });
      if (from !== replicas) this.#scaled(found, name, from, replicas);
    }
    for (const one of plan.delete) await deleteObject(sets, one);
    const current = plan.revision === undefined ? found : await this.#setRevision(client, found, plan.revision);
    if (!sameContent(status, found.status ?? {})) await unlessGone(client.resource(deployments).updateStatus({ ...current, status }));
  }

  /** Another template with the same hash has the name: the collision count makes the next hash another. */
  async #create(
    client: Run['client'],
    found: Deployment,
    create: ReplicaSet,
    status: DeploymentPlan['status'],
  ): Promise<DeploymentPlan['status']> {
    const sets = client.resource(replicaSets);
    try {
      await sets.create(create);
      if ((create.spec.replicas ?? 0) > 0) this.#scaled(found, create.metadata.name ?? '', 0, create.spec.replicas ?? 0);
      return status;
    } catch (error) {
      if (isNamespaceEnding(error)) return status;
      if (!isStatusError(error, 'AlreadyExists')) throw await this.#createFailed(client, found, status, error);
      const taken = await sets.get(create.metadata.namespace ?? '', create.metadata.name ?? '');
      if (controllerOf(taken)?.uid === found.metadata.uid && sameTemplate(taken.spec.template, found.spec.template)) return status;
      return { ...status, collisionCount: (status.collisionCount ?? 0) + 1 };
    }
  }

  async #createFailed(client: Run['client'], found: Deployment, status: DeploymentPlan['status'], cause: unknown): Promise<unknown> {
    const message = `Failed to create new replica set: ${cause instanceof Error ? cause.message : String(cause)}`;
    const others = (status.conditions ?? []).filter(({ type }) => type !== 'Progressing');
    const at = this.#context.clock
      .now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
    const condition = {
      type: 'Progressing',
      status: 'False',
      reason: 'ReplicaSetCreateError',
      message,
      lastUpdateTime: at,
      lastTransitionTime: at,
    };
    this.#context.events.record(found, { type: 'Warning', reason: 'ReplicaSetCreateError', message });
    const before = (found.status?.conditions ?? []).find(({ type }) => type === 'Progressing');
    if (before?.message !== message)
      await client.resource(deployments).updateStatus({ ...found, status: { ...status, conditions: [...others, condition] } });
    return cause;
  }

  async #setRevision(client: Run['client'], found: Deployment, revision: number): Promise<Deployment> {
    const annotations = deploymentAnnotations(found, revision);
    if (annotations === undefined) return found;
    return client.resource(deployments).update({ ...found, metadata: { ...found.metadata, annotations } });
  }

  #scaled(found: Deployment, name: string, from: number, to: number): void {
    const message = `Scaled ${to > from ? 'up' : 'down'} replica set ${name} from ${from} to ${to}`;
    this.#context.events.record(found, { type: 'Normal', reason: 'ScalingReplicaSet', message });
  }
}
