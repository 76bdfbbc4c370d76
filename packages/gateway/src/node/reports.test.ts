import { describe, expect, it } from 'vitest';
import { nodeStatusAfterReport } from './node-writer.ts';
import { statusAfterReport } from './pod-status.ts';

describe("a pod's status after its node reported", () => {
  it('is what the node says', () => {
    const current = { phase: 'Pending', message: 'old', conditions: [{ type: 'Ready', status: 'False' }] };
    const reported = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    expect(statusAfterReport(current, reported)).toEqual(reported);
  });

  it('keeps what others own', () => {
    const current = {
      qosClass: 'Burstable',
      nominatedNodeName: 'n2',
      conditions: [
        { type: 'example.com/gate', status: 'True' },
        { type: 'PodScheduled', status: 'True' },
        { type: 'Ready', status: 'True' },
      ],
    };
    expect(statusAfterReport(current, { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] })).toEqual({
      phase: 'Running',
      qosClass: 'Burstable',
      nominatedNodeName: 'n2',
      conditions: [
        { type: 'example.com/gate', status: 'True' },
        { type: 'PodScheduled', status: 'True' },
        { type: 'Ready', status: 'False' },
      ],
    });
  });

  it('is stable: the same report changes nothing', () => {
    const current = { qosClass: 'BestEffort', conditions: [{ type: 'PodScheduled', status: 'True' }] };
    const report = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    const once = statusAfterReport(current, report);
    expect(statusAfterReport(once, report)).toEqual(once);
  });
});

describe("a node's status after it reported", () => {
  const [before, now] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'];

  it('dates a change by when the cluster learns of it, whatever the node remembers', () => {
    const current = { conditions: [{ type: 'Ready', status: 'Unknown', lastTransitionTime: before }] };
    const reported = { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2025-01-01T00:00:00Z' }] };
    expect(nodeStatusAfterReport(current, reported, now).conditions).toEqual([
      { type: 'Ready', status: 'True', lastTransitionTime: now, lastHeartbeatTime: now },
    ]);
  });

  it('keeps the date of what did not change, and the conditions of others', () => {
    const current = {
      conditions: [
        { type: 'NetworkUnavailable', status: 'False' },
        { type: 'Ready', status: 'True', lastTransitionTime: before },
      ],
    };
    expect(nodeStatusAfterReport(current, { conditions: [{ type: 'Ready', status: 'True' }] }, now).conditions).toEqual([
      { type: 'NetworkUnavailable', status: 'False' },
      { type: 'Ready', status: 'True', lastTransitionTime: before, lastHeartbeatTime: now },
    ]);
  });
});
