import { conditionOf, formatTime, isConditionTrue, parseTime } from '@kajitori/apimachinery';
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '@kajitori/kinds';
import { replicasOf, rolloutBounds } from './rollout.ts';

/** Without a deadline nothing is said of progress. */
export function hasProgressDeadline({ spec }: Deployment): boolean {
  return spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== 2_147_483_647;
}

/** Counts over the ReplicaSets, and whether enough pods are available. Progress is said by `withProgress`. */
export function countedStatus(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  newest: ReplicaSet | undefined,
  now: Date,
): DeploymentStatus {
  const sum = (pick: (status: NonNullable<ReplicaSet['status']>) => number | undefined): number =>
    all.reduce((total, { status }) => total + (status === undefined ? 0 : (pick(status) ?? 0)), 0);
  const availableReplicas = sum((status) => status.availableReplicas);
  const wantedPods = all.reduce((total, one) => total + replicasOf(one), 0);
  const minAvailable = replicasOf(deployment) - rolloutBounds(deployment).maxUnavailable;
  const available =
    availableReplicas >= minAvailable
      ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
      : {
          type: 'Available',
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        };
  return {
    ...deployment.status,
    observedGeneration: deployment.metadata.generation,
    replicas: sum((status) => status.replicas),
    updatedReplicas: newest?.status?.replicas ?? 0,
    readyReplicas: sum((status) => status.readyReplicas),
    availableReplicas,
    unavailableReplicas: Math.max(0, wantedPods - availableReplicas),
    terminatingReplicas: sum((status) => status.terminatingReplicas),
    conditions: setCondition(deployment.status?.conditions, available, now),
  };
}

/** Every wanted pod is of the newest template and available, and no other is left. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wanted = replicasOf(deployment);
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** Says how the rollout goes: complete, in progress, or stuck for longer than the deadline. */
export function withProgress(
  deployment: Deployment,
  status: DeploymentStatus,
  all: readonly ReplicaSet[],
  newest: ReplicaSet | undefined,
  now: Date,
): DeploymentStatus {
  const conditions = withReplicaFailure(status.conditions, all, newest);
  if (!hasProgressDeadline(deployment)) return { ...status, conditions: without(conditions, 'Progressing') };
  const current = conditionOf(conditions, 'Progressing');
  const subject = newest === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newest.metadata.name}"`;
  if ((status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable')
    return { ...status, conditions };
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    return {
      ...status,
      conditions: setCondition(conditions, { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message }, now),
    };
  }
  if (isProgressing(deployment.status ?? {}, status)) {
    const message = `${subject} is progressing.`;
    const condition = { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message };
    return { ...status, conditions: setCondition(conditions, condition, now, { refresh: true }) };
  }
  if (isTimedOut(deployment, current, now)) {
    const message = `${subject} has timed out progressing.`;
    return {
      ...status,
      conditions: setCondition(conditions, { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message }, now),
    };
  }
  return { ...status, conditions };
}

/** Milliseconds until a rollout that does not move is called stuck. */
export function deadlineIn(deployment: Deployment, status: DeploymentStatus, now: Date): number | undefined {
  const current = conditionOf(status.conditions, 'Progressing');
  if (!hasProgressDeadline(deployment) || current === undefined || isComplete(deployment, status)) return undefined;
  if (current.reason === 'NewReplicaSetAvailable' || current.reason === 'ProgressDeadlineExceeded' || deployment.spec.paused === true)
    return undefined;
  const since = parseTime(current.lastUpdateTime ?? '') ?? now.getTime();
  return Math.max(0, since + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000 - now.getTime()) + 1000;
}

function isProgressing(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const grew = (field: 'updatedReplicas' | 'readyReplicas' | 'availableReplicas'): boolean => (after[field] ?? 0) > (before[field] ?? 0);
  const old = ({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus): number => replicas - updatedReplicas;
  return grew('updatedReplicas') || old(after) < old(before) || grew('readyReplicas') || grew('availableReplicas');
}

function isTimedOut(deployment: Deployment, current: DeploymentCondition | undefined, now: Date): boolean {
  if (current === undefined || current.reason === 'NewReplicaSetAvailable') return false;
  if (current.reason === 'ProgressDeadlineExceeded') return true;
  const since = parseTime(current.lastUpdateTime ?? '') ?? now.getTime();
  return since + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000 <= now.getTime();
}

function withReplicaFailure(
  conditions: DeploymentCondition[] | undefined,
  all: readonly ReplicaSet[],
  newest: ReplicaSet | undefined,
): DeploymentCondition[] {
  const candidates = newest === undefined ? all : [newest, ...all];
  const failing = candidates.find(({ status }) => isConditionTrue(status?.conditions, 'ReplicaFailure'));
  const found = conditionOf(failing?.status?.conditions, 'ReplicaFailure');
  const others = without(conditions, 'ReplicaFailure');
  if (found === undefined) return others;
  const { type, status, reason, message, lastTransitionTime } = found;
  return [...others, { type, status, reason, message, lastTransitionTime, lastUpdateTime: lastTransitionTime }];
}

function without(conditions: DeploymentCondition[] | undefined, type: string): DeploymentCondition[] {
  return (conditions ?? []).filter((one) => one.type !== type);
}

/** `lastTransitionTime` moves with the status, `lastUpdateTime` with the reason too, or whenever `refresh` says so. */
export function setCondition(
  conditions: DeploymentCondition[] | undefined,
  wanted: Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'>,
  now: Date,
  { refresh = false }: { refresh?: boolean } = {},
): DeploymentCondition[] {
  const before = conditionOf(conditions, wanted.type);
  if (!refresh && before !== undefined && before.status === wanted.status && before.reason === wanted.reason) return conditions ?? [];
  const lastTransitionTime = before !== undefined && before.status === wanted.status ? before.lastTransitionTime : formatTime(now);
  return [...without(conditions, wanted.type), { ...wanted, lastUpdateTime: formatTime(now), lastTransitionTime }];
}
