import { formatTime, isConditionTrue, withCondition } from '@kajitori/apimachinery';
import type { Pod, PodDisruptionBudget } from '@kajitori/kinds';

type BudgetStatus = NonNullable<PodDisruptionBudget['status']>;

/** Evictions that the controller has not seen yet; more are refused, so that a budget's status stays small. */
const unseenMax = 2_000;

export type Disruption =
  /** The budget has nothing to say. */
  | { type: 'free' }
  /** The budget's status after this eviction. */
  | { type: 'spent'; status: BudgetStatus }
  /** It has to wait; `why` names the budget. */
  | { type: 'later'; why: string; retryAfterSeconds: number }
  | { type: 'forbidden'; why: string };

/** A pod that does not serve takes nothing from a budget when it goes. */
export function isBeyondBudgets({ metadata, status }: Pod): boolean {
  const phase = status?.phase;
  return metadata.deletionTimestamp !== undefined || phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending';
}

/** What a budget says to the eviction of one of its pods. Rule: Kubernetes' eviction subresource. */
export function spendDisruption(budget: PodDisruptionBudget, pod: Pod, now: Date): Disruption {
  const { metadata, spec } = budget;
  const status: BudgetStatus = budget.status ?? {};
  const { desiredHealthy = 0, currentHealthy = 0, disruptionsAllowed = 0 } = status;
  const name = metadata.name ?? '';
  if (!isConditionTrue(pod.status?.conditions, 'Ready')) {
    if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return { type: 'free' };
    if (currentHealthy >= desiredHealthy && desiredHealthy > 0) return { type: 'free' };
  }
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    return { type: 'later', why: `The disruption budget ${name} is still being processed by the server.`, retryAfterSeconds: 10 };
  }
  if (disruptionsAllowed < 0) return { type: 'forbidden', why: 'pdb disruptions allowed is negative' };
  if (Object.keys(status.disruptedPods ?? {}).length > unseenMax) {
    return { type: 'forbidden', why: 'DisruptedPods map too big - too many evictions not confirmed by PDB controller' };
  }
  if (disruptionsAllowed === 0) {
    const why = `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
    return { type: 'later', why, retryAfterSeconds: 0 };
  }
  const left = disruptionsAllowed - 1;
  const disruptedPods = { ...status.disruptedPods, [pod.metadata.name ?? '']: formatTime(now) };
  return { type: 'spent', status: withAllowed({ ...status, disruptedPods }, left, metadata.generation, now) };
}

/** The status with its number of allowed disruptions, and the condition that says the same. */
export function withAllowed(
  status: BudgetStatus,
  disruptionsAllowed: number,
  observedGeneration: number | undefined,
  now: Date,
): BudgetStatus {
  const allowed = disruptionsAllowed > 0;
  const condition = {
    type: 'DisruptionAllowed',
    status: allowed ? 'True' : 'False',
    reason: allowed ? 'SufficientPods' : 'InsufficientPods',
    message: '',
    lastTransitionTime: '',
    observedGeneration,
  };
  return { ...status, disruptionsAllowed, conditions: withCondition(status.conditions ?? [], condition, now) };
}
