import type { AgentMessage, GonePod, PodStatusReport } from '@kajitori/agent-protocol';
import { describe, expect, it } from 'vitest';
import { Outbox } from './outbox.ts';

const report = (uid: string, phase: string): PodStatusReport => ({ namespace: 'ns', name: uid, uid, status: { phase } });
const flushed = () => new Promise((resolve) => setImmediate(resolve));

function scene() {
  const sent: AgentMessage[] = [];
  const told: GonePod[] = [];
  const refused: unknown[] = [];
  const outbox = new Outbox({ onRefused: (what) => refused.push(what), onGoneTold: (pod) => told.push(pod) });
  return {
    outbox,
    sent,
    told,
    refused,
    attach: () =>
      outbox.attach(
        (message) => sent.push(message),
        () => undefined,
      ),
  };
}

describe('the outbox', () => {
  it('keeps the newest status of each pod, and one batch under way', async () => {
    const { outbox, sent, attach } = scene();
    outbox.putStatus(report('a', 'Pending'));
    outbox.putStatus(report('a', 'Running'));
    attach();
    await flushed();
    outbox.putStatus(report('b', 'Pending'));
    await flushed();
    expect(sent).toEqual([{ type: 'podStatuses', batch: 1, statuses: [report('a', 'Running')] }]);
    outbox.receive({ type: 'batchResult', of: 'podStatuses', batch: 1, refused: [] });
    await flushed();
    expect(sent[1]).toEqual({ type: 'podStatuses', batch: 2, statuses: [report('b', 'Pending')] });
    outbox.detach();
  });

  it('sends again what a lost connection left unanswered, unless there is something newer', async () => {
    const { outbox, sent, attach } = scene();
    attach();
    outbox.putStatus(report('a', 'Pending'));
    outbox.putStatus(report('b', 'Pending'));
    await flushed();
    outbox.putStatus(report('a', 'Running'));
    attach();
    await flushed();
    expect(sent[1]).toMatchObject({ statuses: expect.arrayContaining([report('a', 'Running'), report('b', 'Pending')]) as unknown });
    outbox.detach();
  });

  it('says that a pod is gone only after its last status was written', async () => {
    const { outbox, sent, told, attach } = scene();
    attach();
    outbox.putStatus(report('a', 'Succeeded'));
    outbox.putGone({ namespace: 'ns', name: 'a', uid: 'a' });
    await flushed();
    expect(sent.map(({ type }) => type)).toEqual(['podStatuses']);
    outbox.receive({ type: 'batchResult', of: 'podStatuses', batch: 1, refused: [] });
    await flushed();
    expect(sent[1]).toMatchObject({ type: 'podsGone', pods: [{ uid: 'a' }] });
    outbox.receive({
      type: 'batchResult',
      of: 'podsGone',
      batch: 1,
      refused: [{ index: 0, reason: 'NotFound', message: '', retry: false }],
    });
    expect(told).toMatchObject([{ uid: 'a' }]);
    outbox.detach();
  });

  it('gives up what the control plane will never take, and says so', async () => {
    const { outbox, refused, sent, attach } = scene();
    attach();
    outbox.putStatus(report('a', 'Running'));
    await flushed();
    outbox.receive({
      type: 'batchResult',
      of: 'podStatuses',
      batch: 1,
      refused: [{ index: 0, reason: 'Invalid', message: 'no', retry: false }],
    });
    await flushed();
    expect(refused).toEqual([{ kind: 'podStatuses', name: 'ns/a', reason: 'Invalid', message: 'no' }]);
    expect(sent).toHaveLength(1);
    outbox.detach();
  });
});
