import { conditionOf, isConditionTrue, parseTime } from '@kajitori/apimachinery';
import type { Pod } from '@kajitori/kinds';

/** Neither ended nor being deleted. */
export function isActive({ metadata, status }: Pod): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed' && metadata.deletionTimestamp === undefined;
}

export function isEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

export function isReady({ status }: Pod): boolean {
  return isConditionTrue(status?.conditions, 'Ready');
}

/** Ready for long enough. */
export function isAvailable(pod: Pod, minReadySeconds: number, now: Date): boolean {
  if (!isReady(pod)) return false;
  return minReadySeconds === 0 || now.getTime() - readySince(pod) >= minReadySeconds * 1000;
}

/** Milliseconds until a ready pod counts as available; undefined when it does, or is not ready. */
export function availableIn(pod: Pod, minReadySeconds: number, now: Date): number | undefined {
  if (!isReady(pod) || isAvailable(pod, minReadySeconds, now)) return undefined;
  return readySince(pod) + minReadySeconds * 1000 - now.getTime();
}

export function readySince({ status }: Pod): number {
  return parseTime(conditionOf(status?.conditions, 'Ready')?.lastTransitionTime ?? '') ?? 0;
}

/** The most that any container of the pod has been started anew. */
export function restartsOf({ status }: Pod): number {
  return Math.max(
    0,
    ...[...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map(({ restartCount }) => restartCount),
  );
}
