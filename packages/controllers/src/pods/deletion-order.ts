import { parseTime } from '@kajitori/apimachinery';
import type { Pod } from '@kajitori/kinds';
import { isReady, readySince, restartsOf } from './pod-state.ts';

const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost';
const phaseOrder: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/**
 * Pods in the order in which a controller that has too many gives them up: the least useful first.
 * `crowd` counts the pods of the same workload on a node. Rule: Kubernetes' ActivePodsWithRanks, with the times of readiness
 * and creation compared on a logarithmic scale (KEP-2185).
 */
export function inDeletionOrder(pods: readonly Pod[], crowd: (nodeName: string) => number, now: Date): Pod[] {
  return pods
    .map((pod) => ({ pod, rank: rankOf(pod, crowd, now) }))
    .sort((a, b) => compareRanks(a.rank, b.rank))
    .map(({ pod }) => pod);
}

/** Compared place by place; smaller goes first. */
function rankOf(pod: Pod, crowd: (nodeName: string) => number, now: Date): (number | string)[] {
  const nodeName = pod.spec.nodeName ?? '';
  const ready = isReady(pod);
  const created = parseTime(pod.metadata.creationTimestamp ?? '') ?? 0;
  return [
    nodeName === '' ? 0 : 1,
    phaseOrder[pod.status?.phase ?? ''] ?? 0,
    ready ? 1 : 0,
    deletionCost(pod),
    -crowd(nodeName),
    ready ? logAge(readySince(pod), now) : 0,
    -restartsOf(pod),
    logAge(created, now),
    pod.metadata.uid ?? '',
  ];
}

function compareRanks(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? 0;
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

function deletionCost({ metadata }: Pod): number {
  const text = metadata.annotations?.[deletionCostAnnotation] ?? '';
  return /^(0|-?[1-9]\d{0,9})$/.test(text) ? Number(text) : 0;
}

function logAge(since: number, now: Date): number {
  return Math.floor(Math.log2(Math.max(1, now.getTime() - since)));
}
