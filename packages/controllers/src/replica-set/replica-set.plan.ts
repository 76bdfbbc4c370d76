import { matchesLabels, selectorOf, withCondition, type Condition, controllerOf } from '@kajitori/apimachinery';
import type { Pod, ReplicaSet, ReplicaSetStatus } from '@kajitori/kinds';
import { inDeletionOrder } from '../pods/deletion-order.ts';
import { availableIn, isActive, isAvailable, isEnded, isReady } from '../pods/pod-state.ts';

/** Most pods made or deleted in one run, so that one ReplicaSet does not hold up the others. */
export const burstReplicas = 500;

export interface ReplicaSetSnapshot {
  replicaSet: ReplicaSet;
  /** Pods of the namespace that the ReplicaSet owns, or that it selects and nobody owns. */
  pods: readonly Pod[];
  /** Active pods of the workload (of the same Deployment) on a node. */
  crowd: (nodeName: string) => number;
  now: Date;
}

export interface ReplicaSetPlan {
  adopt: Pod[];
  release: Pod[];
  /** How many pods to make. */
  create: number;
  delete: Pod[];
  /** The status to write: the same object when nothing changed. Failures of the run are added by the executor. */
  status: ReplicaSetStatus;
  /** When a ready pod will have been so for `minReadySeconds`. */
  requeueAfterMilliseconds?: number;
}

export function planReplicaSet({ replicaSet, pods, crowd, now }: ReplicaSetSnapshot): ReplicaSetPlan {
  const deleting = replicaSet.metadata.deletionTimestamp !== undefined;
  const claim = claimPods(replicaSet, pods, deleting);
  const mine = [...claim.owned, ...claim.adopt];
  const active = mine.filter(isActive);
  const missing = (replicaSet.spec.replicas ?? 1) - active.length;
  const minReadySeconds = replicaSet.spec.minReadySeconds ?? 0;
  const waits = active.flatMap((pod) => availableIn(pod, minReadySeconds, now) ?? []);
  return {
    adopt: claim.adopt,
    release: claim.release,
    create: deleting ? 0 : Math.min(burstReplicas, Math.max(0, missing)),
    delete: deleting || missing >= 0 ? [] : inDeletionOrder(active, crowd, now).slice(0, Math.min(burstReplicas, -missing)),
    status: statusOf(replicaSet, mine, now),
    ...(waits.length === 0 ? {} : { requeueAfterMilliseconds: Math.min(...waits) }),
  };
}

function claimPods(replicaSet: ReplicaSet, pods: readonly Pod[], deleting: boolean): { owned: Pod[]; adopt: Pod[]; release: Pod[] } {
  const selector = selectorOf(replicaSet.spec.selector);
  const claim = { owned: [] as Pod[], adopt: [] as Pod[], release: [] as Pod[] };
  for (const pod of pods) {
    const matches = selector !== undefined && matchesLabels(selector, pod.metadata.labels);
    const owner = controllerOf(pod);
    if (owner !== undefined) {
      if (owner.uid !== replicaSet.metadata.uid) continue;
      if (matches) claim.owned.push(pod);
      else if (!deleting) claim.release.push(pod);
    } else if (matches && !deleting && isActive(pod)) claim.adopt.push(pod);
  }
  return claim;
}

function statusOf(replicaSet: ReplicaSet, mine: readonly Pod[], now: Date): ReplicaSetStatus {
  const active = mine.filter(isActive);
  const minReadySeconds = replicaSet.spec.minReadySeconds ?? 0;
  const wantedLabels = Object.entries(replicaSet.spec.template?.metadata?.labels ?? {});
  const status: ReplicaSetStatus = {
    ...replicaSet.status,
    replicas: active.length,
    fullyLabeledReplicas: active.filter(({ metadata }) => wantedLabels.every(([key, value]) => metadata.labels?.[key] === value)).length,
    readyReplicas: active.filter(isReady).length,
    availableReplicas: active.filter((pod) => isAvailable(pod, minReadySeconds, now)).length,
    terminatingReplicas: mine.filter((pod) => pod.metadata.deletionTimestamp !== undefined && !isEnded(pod)).length,
    observedGeneration: replicaSet.metadata.generation,
  };
  return status;
}

/** The status after a run: `ReplicaFailure` stands while making or deleting pods fails. */
export function withReplicaFailure(
  status: ReplicaSetStatus,
  failure: { reason: 'FailedCreate' | 'FailedDelete'; message: string } | undefined,
  now: Date,
): ReplicaSetStatus {
  const conditions = (status.conditions ?? []) as Condition[];
  if (failure !== undefined)
    return {
      ...status,
      conditions: withCondition(conditions, { type: 'ReplicaFailure', status: 'True', ...failure }, now) as ReplicaSetStatus['conditions'],
    };
  if (!conditions.some(({ type }) => type === 'ReplicaFailure')) return status;
  return { ...status, conditions: (status.conditions ?? []).filter(({ type }) => type !== 'ReplicaFailure') };
}
