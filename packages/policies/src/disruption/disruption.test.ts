import type { Pod, PodDisruptionBudget } from '@kajitori/kinds';
import { describe, expect, it } from 'vitest';
import { countBudget, failedBudget } from './disruption-status.ts';
import { type Disruption, isBeyondBudgets, spendDisruption } from './spend-disruption.ts';

const now = new Date('2026-03-01T00:10:00Z');

function pod(name: string, ready: boolean, metadata: object = {}, status: object = {}): Pod {
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: { containers: [] },
    status: { conditions, ...status },
  };
}

function budget(spec: object, status: object = {}): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b', generation: 2 },
    spec,
    status: { observedGeneration: 2, ...status },
  };
}

describe('a budget', () => {
  const four = [pod('a', true), pod('b', true), pod('c', true), pod('d', false)];
  const counts: [what: string, spec: object, wanted: number, [desired: number, expected: number, allowed: number]][] = [
    ['a number available', { minAvailable: 2 }, 0, [2, 4, 1]],
    ['more than there are', { minAvailable: 9 }, 0, [9, 4, 0]],
    ['a part available, rounded up', { minAvailable: '30%' }, 5, [2, 5, 1]],
    ['a number unavailable', { maxUnavailable: 1 }, 4, [3, 4, 0]],
    ['a part unavailable, rounded up', { maxUnavailable: '30%' }, 4, [2, 4, 1]],
    ['more unavailable than there are', { maxUnavailable: 9 }, 4, [0, 4, 3]],
    ['nothing wanted', { maxUnavailable: 1 }, 0, [0, 0, 0]],
  ];
  it.each(counts)('%s', (_what, spec, wanted, [desiredHealthy, expectedPods, disruptionsAllowed]) => {
    const { status } = countBudget(budget(spec), { pods: four, wanted }, now);
    expect(status).toMatchObject({ currentHealthy: 3, desiredHealthy, expectedPods, disruptionsAllowed });
    expect(status.conditions).toMatchObject([{ type: 'DisruptionAllowed', status: disruptionsAllowed > 0 ? 'True' : 'False' }]);
  });

  it('does not count what was evicted, until that came to nothing', () => {
    const disruptedPods = { a: '2026-03-01T00:09:00Z', b: '2026-03-01T00:07:00Z', gone: '2026-03-01T00:09:00Z' };
    const counted = countBudget(
      budget({ minAvailable: 1 }, { disruptedPods }),
      { pods: [...four, pod('e', true, { deletionTimestamp: 'x' })], wanted: 0 },
      now,
    );
    expect(counted.status).toMatchObject({ currentHealthy: 2, disruptedPods: { a: disruptedPods.a } });
    expect(counted.notDeleted.map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(counted.recheckAt).toBe(Date.parse('2026-03-01T00:11:00Z'));
  });

  it('allows nothing when it cannot be counted', () => {
    expect(failedBudget(budget({}, { disruptionsAllowed: 3 }), 'no scale', now)).toMatchObject({
      disruptionsAllowed: 0,
      observedGeneration: 2,
      conditions: [{ status: 'False', reason: 'SyncFailed', message: 'no scale' }],
    });
  });
});

describe('an eviction', () => {
  const spent = (left: number, status: string): object => ({
    type: 'spent',
    status: { disruptionsAllowed: left, disruptedPods: { p: '2026-03-01T00:10:00Z' }, conditions: [{ status }] },
  });
  const cases: [what: string, budget: PodDisruptionBudget, pod: Pod, disruption: object][] = [
    ['of the last that may go', budget({}, { disruptionsAllowed: 1 }), pod('p', true), spent(0, 'False')],
    ['of one of many', budget({}, { disruptionsAllowed: 5 }), pod('p', true), spent(4, 'True')],
    [
      'of too many',
      budget({}, { disruptionsAllowed: 0, desiredHealthy: 3, currentHealthy: 3 }),
      pod('p', true),
      { type: 'later', why: 'The disruption budget b needs 3 healthy pods and has 3 currently', retryAfterSeconds: 0 },
    ],
    [
      'before the controller has seen the budget',
      budget({}, { observedGeneration: 1 }),
      pod('p', true),
      { type: 'later', why: 'The disruption budget b is still being processed by the server.', retryAfterSeconds: 10 },
    ],
    ['of an unhealthy pod of a healthy budget', budget({}, { desiredHealthy: 2, currentHealthy: 2 }), pod('p', false), { type: 'free' }],
    [
      'of an unhealthy pod of an unhealthy budget',
      budget({}, { desiredHealthy: 2, currentHealthy: 1 }),
      pod('p', false),
      { type: 'later' },
    ],
    [
      'of an unhealthy pod that may always go',
      budget({ unhealthyPodEvictionPolicy: 'AlwaysAllow' }, { desiredHealthy: 2 }),
      pod('p', false),
      { type: 'free' },
    ],
    [
      'under a negative budget',
      budget({}, { disruptionsAllowed: -1 }),
      pod('p', true),
      { type: 'forbidden', why: 'pdb disruptions allowed is negative' },
    ],
  ];
  it.each(cases)('%s', (_what, found, victim, disruption) => {
    const said: Disruption = spendDisruption(found, victim, now);
    expect(said).toMatchObject(disruption);
  });

  it('of a pod that does not serve asks nobody', () => {
    expect(
      [pod('a', true, {}, { phase: 'Running' }), pod('a', true, { deletionTimestamp: 'x' }), pod('a', false, {}, { phase: 'Pending' })].map(
        isBeyondBudgets,
      ),
    ).toEqual([false, true, true]);
  });
});
