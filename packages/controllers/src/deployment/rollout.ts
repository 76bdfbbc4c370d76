import { scaledValue } from '@kajitori/apimachinery';
import type { Deployment, ReplicaSet } from '@kajitori/kinds';
import { desiredReplicasAnnotation, maxReplicasAnnotation } from './revision.ts';

/** How a ReplicaSet is to be scaled. */
export interface Scaling {
  replicaSet: ReplicaSet;
  replicas: number;
}

export const replicasOf = ({ spec }: ReplicaSet | Deployment): number => spec.replicas ?? 1;
const availableOf = ({ status }: ReplicaSet): number => status?.availableReplicas ?? 0;
export const sumReplicas = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, one) => sum + replicasOf(one), 0);
const sumAvailable = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, one) => sum + availableOf(one), 0);
const createdAt = ({ metadata }: ReplicaSet): string => metadata.creationTimestamp ?? '';
export const oldestFirst = (a: ReplicaSet, b: ReplicaSet): number =>
  createdAt(a) < createdAt(b) ? -1 : createdAt(a) > createdAt(b) ? 1 : (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;

export function isRolling({ spec }: Deployment): boolean {
  return spec.strategy?.type !== 'Recreate';
}

/** Pods that may exist beyond, or be missing from, the wanted number during a rollout. Never both zero: nothing could move. */
export function rolloutBounds(deployment: Deployment): { maxSurge: number; maxUnavailable: number } {
  const replicas = replicasOf(deployment);
  if (!isRolling(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec.strategy?.rollingUpdate ?? {};
  const surge = scaledValue(maxSurge, replicas, 'up') ?? 0;
  const unavailable = scaledValue(maxUnavailable, replicas, 'down') ?? 0;
  if (surge === 0 && unavailable === 0) return { maxSurge: 0, maxUnavailable: 1 };
  return { maxSurge: surge, maxUnavailable: Math.min(unavailable, replicas) };
}

/** The size that the newest ReplicaSet may have now. */
export function newReplicas(deployment: Deployment, all: readonly ReplicaSet[], newest: ReplicaSet | undefined): number {
  const wanted = replicasOf(deployment);
  if (!isRolling(deployment)) return wanted;
  const present = newest === undefined ? 0 : replicasOf(newest);
  if (present >= wanted) return wanted;
  const room = wanted + rolloutBounds(deployment).maxSurge - sumReplicas(all);
  return room <= 0 ? present : present + Math.min(room, wanted - present);
}

/**
 * How far the old ReplicaSets may shrink: first their unhealthy pods, then healthy ones, oldest first, as long as enough pods
 * stay available.
 */
export function scaleDownOld(deployment: Deployment, newest: ReplicaSet, old: readonly ReplicaSet[]): Scaling[] {
  const active = old.filter((one) => replicasOf(one) > 0).sort(oldestFirst);
  if (active.length === 0) return [];
  const minAvailable = replicasOf(deployment) - rolloutBounds(deployment).maxUnavailable;
  const newUnavailable = replicasOf(newest) - availableOf(newest);
  let room = sumReplicas(active) + replicasOf(newest) - minAvailable - newUnavailable;
  if (room <= 0) return [];
  const sizes = new Map(active.map((one) => [one, replicasOf(one)]));
  for (const one of active) {
    const unhealthy = Math.min(room, Math.max(0, replicasOf(one) - availableOf(one)));
    sizes.set(one, replicasOf(one) - unhealthy);
    room -= unhealthy;
  }
  let spare = sumAvailable(active) + availableOf(newest) - minAvailable;
  for (const one of active) {
    const size = sizes.get(one) ?? 0;
    const fewer = Math.min(size, Math.max(0, spare));
    sizes.set(one, size - fewer);
    spare -= fewer;
  }
  return changes(sizes);
}

/** Whether the wanted number itself changed since the ReplicaSets were last told of it. */
export function isScalingEvent(deployment: Deployment, all: readonly ReplicaSet[]): boolean {
  return all.some((one) => {
    const told = one.metadata.annotations?.[desiredReplicasAnnotation];
    return replicasOf(one) > 0 && told !== undefined && Number(told) !== replicasOf(deployment);
  });
}

/** Spreads a change of the wanted number over ReplicaSets that are in the middle of a rollout, in proportion to their sizes. */
export function scaleProportionally(deployment: Deployment, newest: ReplicaSet | undefined, old: readonly ReplicaSet[]): Scaling[] {
  const wanted = replicasOf(deployment);
  const active = old.filter((one) => replicasOf(one) > 0);
  const all = newest === undefined ? [...old] : [...old, newest];
  const only = onlyOne(newest, active, all);
  if (only !== undefined) return replicasOf(only) === wanted ? [] : [{ replicaSet: only, replicas: wanted }];
  if (newest !== undefined && isSaturated(deployment, newest)) return active.map((replicaSet) => ({ replicaSet, replicas: 0 }));
  if (!isRolling(deployment)) return [];
  const sized = all.filter((one) => replicasOf(one) > 0);
  const { maxSurge } = rolloutBounds(deployment);
  const toAdd = (wanted > 0 ? wanted + maxSurge : 0) - sumReplicas(sized);
  // Growing favours the newer of equals, shrinking the older.
  sized.sort((a, b) => replicasOf(b) - replicasOf(a) || (toAdd > 0 ? -oldestFirst(a, b) : oldestFirst(a, b)));
  const sizes = new Map<ReplicaSet, number>();
  let added = 0;
  for (const one of sized) {
    const share = toAdd === 0 ? 0 : bounded(fraction(deployment, one, maxSurge), toAdd - added);
    sizes.set(one, Math.max(0, replicasOf(one) + share));
    added += share;
  }
  const [first] = sized;
  if (first !== undefined) sizes.set(first, Math.max(0, (sizes.get(first) ?? 0) + toAdd - added));
  return changes(sizes);
}

function onlyOne(newest: ReplicaSet | undefined, active: readonly ReplicaSet[], all: readonly ReplicaSet[]): ReplicaSet | undefined {
  const running = [...active, ...(newest !== undefined && replicasOf(newest) > 0 ? [newest] : [])];
  if (running.length > 1) return undefined;
  return running[0] ?? newest ?? [...all].sort(oldestFirst).at(-1);
}

function isSaturated(deployment: Deployment, newest: ReplicaSet): boolean {
  const wanted = replicasOf(deployment);
  const told = newest.metadata.annotations?.[desiredReplicasAnnotation];
  return replicasOf(newest) === wanted && Number(told) === wanted && availableOf(newest) === wanted;
}

/** What the ReplicaSet should gain to keep its part of the whole. */
function fraction(deployment: Deployment, replicaSet: ReplicaSet, maxSurge: number): number {
  const size = replicasOf(replicaSet);
  if (replicasOf(deployment) === 0) return -size;
  const before = Number(replicaSet.metadata.annotations?.[maxReplicasAnnotation] ?? 0) || (deployment.status?.replicas ?? 0);
  return before === 0 ? 0 : Math.round((size * (replicasOf(deployment) + maxSurge)) / before) - size;
}

function bounded(share: number, allowed: number): number {
  return allowed > 0 ? Math.min(share, allowed) : Math.max(share, allowed);
}

function changes(sizes: ReadonlyMap<ReplicaSet, number>): Scaling[] {
  return [...sizes].filter(([one, size]) => replicasOf(one) !== size).map(([replicaSet, replicas]) => ({ replicaSet, replicas }));
}
