import { describe, expect, test } from 'vitest';
import type { SchedulablePod } from './pod.ts';
import { schedulingPass } from './scheduling-pass.ts';
import type { Snapshot } from './snapshot.ts';
import { node, pod, requesting, snapshotOf, sums } from './snapshots.testing.ts';

describe('preemption', () => {
  const at = (day: number): { creationTimestamp: string } => ({ creationTimestamp: `2026-01-0${day}T00:00:00Z` });
  const on = (nodeName: string, name: string, priority: number, cpu: string, day = 1): SchedulablePod =>
    pod(name, { ...requesting(cpu), nodeName, priority }, at(day));
  const preempted = (snapshot: Snapshot, one: SchedulablePod): unknown => {
    const [placement] = schedulingPass(snapshot, [{ pod: one }]);
    if (placement?.type !== 'preempt') return placement?.type === 'unschedulable' ? placement.message : placement?.type;
    return [placement.nodeName, ...placement.victims.map(({ metadata }) => metadata.name)];
  };

  test('only as many leave as must, the least important first', () => {
    const there = [on('a', 'low', 1, '1'), on('a', 'middle', 5, '1'), on('a', 'high', 9, '1'), on('a', 'equal', 10, '1')];
    const snapshot = snapshotOf([node('a')], there);
    const before = sums(snapshot);
    expect(preempted(snapshot, pod('x', { ...requesting('2'), priority: 10 }))).toEqual(['a', 'middle', 'low']);
    expect(sums(snapshot)).toEqual(before);
  });

  test('the node with the least harm is chosen', () => {
    const nodes = ['a', 'b', 'c'].map((name) => node(name, { cpu: '2' }));
    const there = [on('a', 'dear', 8, '2'), on('b', 'two-1', 1, '1'), on('b', 'two-2', 1, '1'), on('c', 'one', 1, '2')];
    expect(preempted(snapshotOf(nodes, there), pod('x', { ...requesting('2'), priority: 10 }))).toEqual(['c', 'one']);
  });

  test('equals and betters stay, and who waits for victims takes no more', () => {
    const snapshot = snapshotOf([node('a', { cpu: '2' })], [on('a', 'equal', 10, '2')]);
    expect(preempted(snapshot, pod('x', { ...requesting('1'), priority: 10 }))).toContain('No preemption victims found for incoming pod');
    const leaving = {
      ...on('a', 'leaving', 1, '2'),
      metadata: { name: 'leaving', uid: 'leaving', deletionTimestamp: '2026-01-01T00:00:00Z' },
    };
    const waiting = { ...pod('y', { ...requesting('1'), priority: 10 }), status: { nominatedNodeName: 'a' } };
    expect(preempted(snapshotOf([node('a', { cpu: '2' })], [leaving]), waiting)).toContain(
      'not eligible due to a terminating pod on the nominated node.',
    );
  });
});
