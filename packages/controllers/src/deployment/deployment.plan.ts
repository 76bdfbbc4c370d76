import { conditionOf, controllerOf, matchesLabels, selectorOf } from '@kajitori/apimachinery';
import type { Deployment, DeploymentStatus, ReplicaSet } from '@kajitori/kinds';
import { controllerReference } from '../pods/new-pod.ts';
import { countedStatus, deadlineIn, hasProgressDeadline, isComplete, setCondition, withProgress } from './deployment-status.ts';
import {
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
  nextRevision,
  replicaSetAnnotations,
  revisionAnnotation,
  revisionOf,
} from './revision.ts';
import {
  isRolling,
  isScalingEvent,
  newReplicas,
  oldestFirst,
  replicasOf,
  rolloutBounds,
  scaleDownOld,
  scaleProportionally,
  type Scaling,
} from './rollout.ts';
import { sameTemplate, templateHash, templateHashLabel } from './template-hash.ts';

export interface DeploymentSnapshot {
  deployment: Deployment;
  /** ReplicaSets of the namespace that the Deployment owns, or that it selects and nobody owns. */
  replicaSets: readonly ReplicaSet[];
  /** Whether any pod of a ReplicaSet has not ended yet; asked only when pods must be gone first (Recreate). */
  hasRunningPods: (replicaSet: ReplicaSet) => boolean;
  now: Date;
}

/** One step of a rollout. The caches show its effect before the next is planned. */
export interface DeploymentPlan {
  adopt: ReplicaSet[];
  release: ReplicaSet[];
  /** The ReplicaSet of the present template, when there is none yet. */
  create?: ReplicaSet;
  /** New annotations or minReadySeconds of ReplicaSets, without a change of size. */
  update: ReplicaSet[];
  scale: (Scaling & { from: number; annotations: Record<string, string> })[];
  delete: ReplicaSet[];
  /** The revision that the Deployment's annotation should name. */
  revision?: number;
  status: DeploymentStatus;
  requeueAfterMilliseconds?: number;
}

export function planDeployment(snapshot: DeploymentSnapshot): DeploymentPlan {
  const { deployment, now } = snapshot;
  const { owned, adopt, release } = claimReplicaSets(snapshot);
  const all = [...owned, ...adopt].sort(oldestFirst);
  const newest = all.find(({ spec }) => sameTemplate(spec.template, deployment.spec.template));
  const old = all.filter((one) => one !== newest);
  const counted = countedStatus(deployment, all, newest, now);
  const base: DeploymentPlan = { adopt, release, update: [], scale: [], delete: [], status: counted };
  if (deployment.metadata.deletionTimestamp !== undefined) return { ...base, adopt: [], release: [] };
  const paused = withPause(deployment, counted, now);
  if (deployment.spec.paused === true) {
    return {
      ...base,
      scale: annotated(deployment, scaleProportionally(deployment, newest, old)),
      delete: surplusHistory(deployment, old, counted),
      status: paused,
    };
  }
  if (isScalingEvent(deployment, all))
    return { ...base, scale: toldOfSize(deployment, all, scaleProportionally(deployment, newest, old)), status: paused };
  return rollOut({ snapshot, base: { ...base, status: paused }, all, newest, old });
}

interface Rollout {
  snapshot: DeploymentSnapshot;
  base: DeploymentPlan;
  all: ReplicaSet[];
  newest: ReplicaSet | undefined;
  old: ReplicaSet[];
}

function rollOut({ snapshot, base, all, newest, old }: Rollout): DeploymentPlan {
  const { deployment, hasRunningPods, now } = snapshot;
  const revision = newest === undefined ? nextRevision(old) : Math.max(revisionOf(newest), nextRevision(old));
  const recreate = !isRolling(deployment);
  const activeOld = old.filter((one) => replicasOf(one) > 0);
  // Recreate: the old pods go first, all of them.
  if (recreate && activeOld.length > 0) {
    const scale = activeOld.map((replicaSet) => ({ replicaSet, replicas: 0 }));
    return { ...base, scale: annotated(deployment, scale), ...progressed(deployment, base.status, all, newest, now) };
  }
  if (recreate && (newest === undefined || replicasOf(newest) === 0) && old.some(hasRunningPods)) {
    return { ...base, ...progressed(deployment, base.status, all, newest, now) };
  }
  if (newest === undefined) {
    const create = newReplicaSet(deployment, revision, newReplicas(deployment, all, undefined));
    const message = `Created new replica set "${create.metadata.name}"`;
    return { ...base, create, revision, status: withReason(deployment, base.status, { reason: 'NewReplicaSetCreated', message }, now) };
  }
  const found = withReason(
    deployment,
    base.status,
    { reason: 'FoundNewReplicaSet', message: `Found new replica set "${newest.metadata.name}"` },
    now,
    { onlyFirst: true },
  );
  const update = [newest].flatMap((one) => updatedReplicaSet(deployment, one, revision) ?? []);
  const wanted = newReplicas(deployment, all, newest);
  const grow: Scaling[] = wanted === replicasOf(newest) ? [] : [{ replicaSet: newest, replicas: wanted }];
  const scale = grow.length > 0 || recreate ? grow : scaleDownOld(deployment, newest, old);
  return {
    ...base,
    update: scale.some(({ replicaSet }) => replicaSet === newest) ? [] : update,
    scale: annotated(deployment, scale, (one) =>
      one === newest ? replicaSetAnnotations(deployment, one, revision) : one.metadata.annotations,
    ),
    delete: surplusHistory(deployment, old, base.status),
    revision,
    ...progressed(deployment, found, all, newest, now),
  };
}

function progressed(
  deployment: Deployment,
  status: DeploymentStatus,
  all: readonly ReplicaSet[],
  newest: ReplicaSet | undefined,
  now: Date,
): Pick<DeploymentPlan, 'status' | 'requeueAfterMilliseconds'> {
  const next = withProgress(deployment, status, all, newest, now);
  const wait = deadlineIn(deployment, next, now);
  return { status: next, ...(wait === undefined ? {} : { requeueAfterMilliseconds: wait }) };
}

function claimReplicaSets({ deployment, replicaSets }: DeploymentSnapshot): {
  owned: ReplicaSet[];
  adopt: ReplicaSet[];
  release: ReplicaSet[];
} {
  const selector = selectorOf(deployment.spec.selector);
  const claim = { owned: [] as ReplicaSet[], adopt: [] as ReplicaSet[], release: [] as ReplicaSet[] };
  for (const one of replicaSets) {
    const matches = selector !== undefined && matchesLabels(selector, one.metadata.labels);
    const owner = controllerOf(one);
    if (owner?.uid === deployment.metadata.uid) (matches ? claim.owned : claim.release).push(one);
    else if (owner === undefined && matches && one.metadata.deletionTimestamp === undefined) claim.adopt.push(one);
  }
  return claim;
}

function newReplicaSet(deployment: Deployment, revision: number, replicas: number): ReplicaSet {
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = templateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [templateHashLabel]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations: { ...replicaSetAnnotations(deployment, undefined, revision), ...sizeAnnotations(deployment) },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [templateHashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
    },
  };
}

/** The ReplicaSet as it should be, size aside; undefined when it is. */
function updatedReplicaSet(deployment: Deployment, found: ReplicaSet, revision: number): ReplicaSet | undefined {
  const annotations = replicaSetAnnotations(deployment, found, revision);
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  const same = JSON.stringify(annotations) === JSON.stringify(found.metadata.annotations ?? {});
  if (same && minReadySeconds === (found.spec.minReadySeconds ?? 0)) return undefined;
  return { ...found, metadata: { ...found.metadata, annotations }, spec: { ...found.spec, minReadySeconds } };
}

function sizeAnnotations(deployment: Deployment): Record<string, string> {
  const wanted = replicasOf(deployment);
  return { [desiredReplicasAnnotation]: String(wanted), [maxReplicasAnnotation]: String(wanted + rolloutBounds(deployment).maxSurge) };
}

/** Every scaling tells its ReplicaSet of the numbers that it was made with. */
function annotated(
  deployment: Deployment,
  scalings: readonly Scaling[],
  annotationsOf = ({ metadata }: ReplicaSet): Record<string, string> | undefined => metadata.annotations,
): DeploymentPlan['scale'] {
  const sizes = sizeAnnotations(deployment);
  return scalings.map(({ replicaSet, replicas }) => ({
    replicaSet,
    replicas,
    from: replicasOf(replicaSet),
    annotations: { ...annotationsOf(replicaSet), ...sizes },
  }));
}

/** Those that keep their size are told of the new number too, or the scaling would seem to be still ahead. */
function toldOfSize(deployment: Deployment, all: readonly ReplicaSet[], scalings: readonly Scaling[]): DeploymentPlan['scale'] {
  const unchanged = all
    .filter((one) => replicasOf(one) > 0 && !scalings.some(({ replicaSet }) => replicaSet === one))
    .map((replicaSet) => ({ replicaSet, replicas: replicasOf(replicaSet) }));
  return annotated(deployment, [...scalings, ...unchanged]);
}

/** Old, empty ReplicaSets beyond the history limit, once the rollout is complete. */
function surplusHistory(deployment: Deployment, old: readonly ReplicaSet[], status: DeploymentStatus): ReplicaSet[] {
  const limit = deployment.spec.revisionHistoryLimit;
  if (limit === undefined || limit === 2_147_483_647 || !isComplete(deployment, status)) return [];
  const alive = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const surplus = alive.length - limit;
  if (surplus <= 0) return [];
  const isIdle = (one: ReplicaSet): boolean =>
    replicasOf(one) === 0 && (one.status?.replicas ?? 0) === 0 && (one.metadata.generation ?? 0) <= (one.status?.observedGeneration ?? 0);
  return alive
    .sort((a, b) => revisionOf(a) - revisionOf(b) || oldestFirst(a, b))
    .slice(0, surplus)
    .filter(isIdle);
}

function withPause(deployment: Deployment, status: DeploymentStatus, now: Date): DeploymentStatus {
  if (!hasProgressDeadline(deployment)) return status;
  const current = conditionOf(status.conditions, 'Progressing');
  if (current?.reason === 'ProgressDeadlineExceeded') return status;
  const wasPaused = current?.reason === 'DeploymentPaused';
  const say = (reason: string, message: string): DeploymentStatus => ({
    ...status,
    conditions: setCondition(status.conditions, { type: 'Progressing', status: 'Unknown', reason, message }, now),
  });
  if (deployment.spec.paused === true && !wasPaused) return say('DeploymentPaused', 'Deployment is paused');
  if (deployment.spec.paused !== true && wasPaused) return say('DeploymentResumed', 'Deployment is resumed');
  return status;
}

function withReason(
  deployment: Deployment,
  status: DeploymentStatus,
  { reason, message }: { reason: string; message: string },
  now: Date,
  { onlyFirst = false }: { onlyFirst?: boolean } = {},
): DeploymentStatus {
  if (!hasProgressDeadline(deployment)) return status;
  if (onlyFirst && conditionOf(status.conditions, 'Progressing') !== undefined) return status;
  return { ...status, conditions: setCondition(status.conditions, { type: 'Progressing', status: 'True', reason, message }, now) };
}

export function deploymentAnnotations({ metadata }: Deployment, revision: number): Record<string, string> | undefined {
  if (metadata.annotations?.[revisionAnnotation] === String(revision)) return undefined;
  return { ...metadata.annotations, [revisionAnnotation]: String(revision) };
}
