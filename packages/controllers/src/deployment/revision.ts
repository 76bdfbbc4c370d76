import type { Deployment, ReplicaSet } from '@kajitori/kinds';

/** Annotations by which Deployment and ReplicaSets tell of each other; kubectl rollout reads them. */
export const revisionAnnotation = 'deployment.kubernetes.io/revision';
export const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history';
export const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas';
export const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas';

const notCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
  'deprecated.deployment.rollback.to',
]);

export function revisionOf({ metadata }: Deployment | ReplicaSet): number {
  const value = Number(metadata.annotations?.[revisionAnnotation] ?? 0);
  return Number.isSafeInteger(value) ? value : 0;
}

export function nextRevision(old: readonly ReplicaSet[]): number {
  return Math.max(0, ...old.map(revisionOf)) + 1;
}

/** The annotations of the newest ReplicaSet: the Deployment's, and its place in the history, which only grows. */
export function replicaSetAnnotations(
  deployment: Deployment,
  replicaSet: ReplicaSet | undefined,
  revision: number,
): Record<string, string> {
  const annotations = { ...replicaSet?.metadata.annotations };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) if (!notCopied.has(key)) annotations[key] = value;
  const before = replicaSet === undefined ? 0 : revisionOf(replicaSet);
  if (before >= revision) return annotations;
  if (before > 0) {
    const history = annotations[revisionHistoryAnnotation] ?? '';
    annotations[revisionHistoryAnnotation] = history === '' ? String(before) : `${history},${before}`;
  }
  annotations[revisionAnnotation] = String(revision);
  return annotations;
}
