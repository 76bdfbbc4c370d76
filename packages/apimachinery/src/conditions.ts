import { formatTime } from './time.ts';

/** The part that conditions of all kinds share. */
export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

/**
 * The conditions with this one set: `lastTransitionTime` moves only when `status` changes, position is kept.
 * Returns the same array when nothing changed.
 */
export function withCondition<C extends Condition>(conditions: readonly C[] | undefined, wanted: C, now: Date): C[] {
  const before = conditions?.find((one) => one.type === wanted.type);
  const lastTransitionTime = before !== undefined && before.status === wanted.status ? before.lastTransitionTime : formatTime(now);
  const next: C = { ...before, ...wanted, lastTransitionTime };
  if (before === undefined) return [...(conditions ?? []), next];
  if (before.reason === next.reason && before.message === next.message && before.status === next.status) return conditions as C[];
  return (conditions ?? []).map((one) => (one === before ? next : one));
}

export function conditionOf<C extends Condition>(conditions: readonly C[] | undefined, type: string): C | undefined {
  return conditions?.find((one) => one.type === type);
}

export function isConditionTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditionOf(conditions, type)?.status === 'True';
}
