/** Waits between attempts: growing, and spread so that a fleet does not come back at one instant. */
export interface BackOff {
  firstMilliseconds: number;
  maxMilliseconds: number;
}

export const reconnectBackOff: BackOff = { firstMilliseconds: 250, maxMilliseconds: 30_000 };
/** After a no that only a person can turn into a yes. */
export const refusedBackOff: BackOff = { firstMilliseconds: 2_000, maxMilliseconds: 300_000 };

/** How long to wait before attempt number `failures + 1`; `random` is in [0, 1). At least a third of the step, at most all of it. */
export function backOffMilliseconds({ firstMilliseconds, maxMilliseconds }: BackOff, failures: number, random: number): number {
  const step = Math.min(firstMilliseconds * 2 ** Math.min(failures, 30), maxMilliseconds);
  return Math.round(step * (1 / 3 + (2 / 3) * random));
}
