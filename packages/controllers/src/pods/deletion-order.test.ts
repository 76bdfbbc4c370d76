import type { Pod } from '@kajitori/kinds';
import { expect, test } from 'vitest';
import { inDeletionOrder } from './deletion-order.ts';

const now = new Date('2026-03-01T12:00:00Z');
const at = (minutesAgo: number): string => new Date(now.getTime() - minutesAgo * 60_000).toISOString().replace('.000Z', 'Z');

interface Parts {
  nodeName?: string;
  phase?: string;
  readyFor?: number;
  restarts?: number;
  age?: number;
  cost?: string;
}

function pod(name: string, { nodeName = 'n1', phase = 'Running', readyFor = 10, restarts = 0, age = 60, cost }: Parts = {}): Pod {
  return {
    metadata: {
      name,
      uid: name,
      creationTimestamp: at(age),
      ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: nodeName === '' ? { containers: [] } : { nodeName, containers: [] },
    status: {
      phase,
      conditions: readyFor < 0 ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: at(readyFor) }],
      containerStatuses: [{ name: 'a', restartCount: restarts, ready: true, image: '', imageID: '' }],
    },
  } as unknown as Pod;
}

test.each<[string, Pod, Pod]>([
  ['unassigned before assigned', pod('b', { nodeName: '' }), pod('a', { phase: 'Pending', readyFor: -1 })],
  ['pending before running', pod('b', { phase: 'Pending', readyFor: -1 }), pod('a', { readyFor: -1 })],
  ['not ready before ready', pod('b', { readyFor: -1 }), pod('a', { cost: '-5' })],
  ['cheaper before dearer', pod('b', { cost: '-5', nodeName: 'n2' }), pod('a', { nodeName: 'n1' })],
  ['on a crowded node before a lonely one', pod('b', { readyFor: 500 }), pod('a', { nodeName: 'n2', readyFor: 1 })],
  ['ready lately before ready for long', pod('b', { readyFor: 1 }), pod('a', { readyFor: 100 })],
  ['restarted before calm', pod('b', { restarts: 5 }), pod('a', { restarts: 0 })],
  ['young before old', pod('b', { age: 15 }), pod('a', { age: 600 })],
  ['else by uid', pod('a'), pod('b')],
])('%s', (_what, first, second) => {
  const crowd = (nodeName: string): number => (nodeName === 'n1' ? 3 : 1);
  expect(inDeletionOrder([second, first], crowd, now).map(({ metadata }) => metadata.name)).toEqual([
    first.metadata.name,
    second.metadata.name,
  ]);
});
