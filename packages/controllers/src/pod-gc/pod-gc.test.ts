import { nodes, pods } from '@kajitori/kinds';
import { durableDelayMilliseconds } from '@kajitori/reconciler';
import { expect, test } from 'vitest';
import type { ControllerContext, Run } from '../runtime/controller.ts';
import { podGc } from './pod-gc.controller.ts';

test('a node that is missing keeps the cluster held until its pods go: the count of its absence lies in memory', async () => {
  const orphan = { metadata: { namespace: 'default', name: 'a', uid: 'u' }, spec: { nodeName: 'gone', containers: [] } };
  const done: string[] = [];
  const client = {
    resource: (kind: object) => ({
      find: async () => (kind === (nodes as object) ? undefined : orphan),
      patch: async () => void done.push('failed'),
      delete: async () => void done.push('deleted'),
    }),
  };
  const cache = (kind: object) => ({ list: () => (kind === (pods as object) ? [orphan] : []) });
  const controller = podGc.create({ cache } as unknown as ControllerContext);
  const from = Date.parse('2026-01-01T00:00:00Z');
  let at = from;
  while (done.length === 0) {
    const outcome = await controller.reconcile({ client, now: new Date(at) } as unknown as Run);
    if (outcome.type !== 'requeueAfter') break;
    expect(outcome.milliseconds).toBeLessThan(durableDelayMilliseconds);
    at += outcome.milliseconds;
  }
  expect(done).toEqual(['failed', 'deleted']);
  expect(at - from).toBe(40_000);
});
