import { isConditionTrue, parseTime, scaledValue, withCondition } from '@kajitori/apimachinery';
import type { Pod, PodDisruptionBudget } from '@kajitori/kinds';
import { withAllowed } from './spend-disruption.ts';

type BudgetStatus = NonNullable<PodDisruptionBudget['status']>;

/** A pod that was to be evicted and is still there after this long counts again. */
const disruptionMilliseconds = 2 * 60_000;

export interface BudgetCount {
  pods: readonly Pod[];
  /** How many pods their controllers want in all; absent where it is not asked. */
  wanted: number;
}

/** Whether the budget needs to know how many pods their controllers want; a whole number of available pods speaks for itself. */
export function needsScale({ spec }: PodDisruptionBudget): boolean {
  return spec.maxUnavailable !== undefined || typeof spec.minAvailable === 'string';
}

export interface CountedBudget {
  status: BudgetStatus;
  /** Pods that were evicted long ago and are still there. */
  notDeleted: Pod[];
  /** When an eviction that nothing came of counts no more; undefined: nothing to wait for. */
  recheckAt?: number;
}

/** What a budget allows now, given its pods. */
export function countBudget(budget: PodDisruptionBudget, { pods, wanted }: BudgetCount, now: Date): CountedBudget {
  const { disruptedPods, notDeleted, recheckAt } = stillDisrupted(budget, pods, now);
  const currentHealthy = pods.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined &&
      disruptedPods[metadata.name ?? ''] === undefined &&
      isConditionTrue(status?.conditions, 'Ready'),
  ).length;
  const expectedPods = needsScale(budget) ? wanted : pods.length;
  const desiredHealthy = desiredOf(budget, expectedPods);
  const allowed = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  const counted = { ...budget.status, currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed: 0 };
  delete counted.disruptedPods;
  if (Object.keys(disruptedPods).length > 0) counted.disruptedPods = disruptedPods;
  counted.observedGeneration = budget.metadata.generation;
  const status = withAllowed(counted, allowed, budget.metadata.generation, now);
  return { status, notDeleted, ...(recheckAt === undefined ? {} : { recheckAt }) };
}

/** A budget that cannot be counted allows nothing. */
export function failedBudget({ metadata, status }: PodDisruptionBudget, message: string, now: Date): BudgetStatus {
  const before = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, ...status };
  const { generation } = metadata;
  const condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    reason: 'SyncFailed',
    message,
    lastTransitionTime: '',
    observedGeneration: generation,
  };
  const conditions = withCondition(before.conditions ?? [], condition, now);
  return { ...before, disruptionsAllowed: 0, observedGeneration: generation, conditions };
}

function desiredOf({ spec }: PodDisruptionBudget, expected: number): number {
  if (spec.maxUnavailable !== undefined) return Math.max(0, expected - (scaledValue(spec.maxUnavailable, expected, 'up') ?? 0));
  return spec.minAvailable === undefined ? 0 : (scaledValue(spec.minAvailable, expected, 'up') ?? 0);
}

/** Evictions that were granted and that the pods do not show yet. */
function stillDisrupted(
  { status }: PodDisruptionBudget,
  pods: readonly Pod[],
  now: Date,
): { disruptedPods: Record<string, string>; notDeleted: Pod[]; recheckAt: number | undefined } {
  const disruptedPods: Record<string, string> = {};
  const notDeleted: Pod[] = [];
  let recheckAt: number | undefined;
  for (const pod of pods) {
    const name = pod.metadata.name ?? '';
    const at = status?.disruptedPods?.[name];
    if (at === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
    const until = (parseTime(at) ?? 0) + disruptionMilliseconds;
    if (until <= now.getTime()) notDeleted.push(pod);
    else {
      disruptedPods[name] = at;
      recheckAt = Math.min(recheckAt ?? until, until);
    }
  }
  return { disruptedPods, notDeleted, recheckAt };
}
