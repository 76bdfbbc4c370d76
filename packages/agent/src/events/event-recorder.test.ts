import type { Event } from '@kajitori/kinds';
import { expect, it } from 'vitest';
import { EventRecorder } from './event-recorder.ts';

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'shop', uid: 'u' }, spec: { containers: [] } };

it('raises a count for the same thing, and lets a noisy pod through less and less', () => {
  const sent: Event[] = [];
  let now = new Date('2026-03-01T12:00:00Z');
  const recorder = new EventRecorder({ nodeName: 'n1', send: (event) => sent.push(event), now: () => now });
  const started = { type: 'Normal', reason: 'Started', message: 'Started container app', fieldPath: 'spec.containers{app}' } as const;
  recorder.recordPod(pod, started);
  now = new Date('2026-03-01T12:00:05Z');
  recorder.recordPod(pod, started);
  expect(sent[0]).toMatchObject({
    count: 1,
    source: { component: 'kubelet', host: 'n1' },
    involvedObject: { name: 'web', fieldPath: 'spec.containers{app}' },
  });
  expect(sent[1]).toMatchObject({
    count: 2,
    firstTimestamp: '2026-03-01T12:00:00Z',
    lastTimestamp: '2026-03-01T12:00:05Z',
    metadata: sent[0]!.metadata,
  });
  for (let index = 0; index < 100; index++) recorder.recordPod(pod, started);
  expect(sent).toHaveLength(25);
  now = new Date('2026-03-01T12:06:00Z');
  recorder.recordPod(pod, started);
  expect(sent).toHaveLength(26);
});
