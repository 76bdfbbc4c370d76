import { describe, expect, it } from 'vitest';
import { type NodeFacts, isNews, nodeStatus } from './node-status.ts';

const gibibyte = 1024 ** 3;
const facts = (more: Partial<NodeFacts> = {}): NodeFacts => ({
  nodeName: 'n1',
  agentVersion: '0.1.0',
  machine: {
    cpuCount: 2,
    memoryBytes: 8 * gibibyte,
    machineId: 'm',
    systemUuid: 's',
    bootId: 'b',
    kernelVersion: '6.1',
    osImage: 'Debian',
    architecture: 'amd64',
    addresses: ['192.0.2.10', '2001:db8::1'],
  },
  nodeIps: [],
  disk: { totalBytes: 100 * gibibyte, availableBytes: 50 * gibibyte, totalFiles: 1000, freeFiles: 900 },
  pressure: { memoryAvailableBytes: gibibyte, processes: 100, maxProcesses: 32_768 },
  engine: { version: '20.10.24' },
  images: [],
  previous: undefined,
  now: new Date('2026-03-01T12:00:00Z'),
  ...more,
});

const states = (more: Partial<NodeFacts>) =>
  Object.fromEntries((nodeStatus(facts(more)).conditions ?? []).map(({ type, status }) => [type, status]));
const well = { MemoryPressure: 'False', DiskPressure: 'False', PIDPressure: 'False', Ready: 'True' };

describe('the node’s status', () => {
  it('says what the machine has and what pods may use', () => {
    expect(nodeStatus(facts())).toMatchObject({
      capacity: { cpu: '2', memory: '8Gi', 'ephemeral-storage': '100Gi', pods: '110' },
      allocatable: { cpu: '1900m', memory: '7936Mi', 'ephemeral-storage': '90Gi', pods: '110' },
      addresses: [
        { type: 'InternalIP', address: '192.0.2.10' },
        { type: 'Hostname', address: 'n1' },
      ],
      nodeInfo: { containerRuntimeVersion: 'docker://20.10.24', kubeletVersion: 'v1.36.0+kajitori.0.1.0', architecture: 'amd64' },
    });
  });

  it('shows what is short', () => {
    expect(states({})).toEqual(well);
    expect(states({ engine: { error: 'no socket' } })).toEqual({ ...well, Ready: 'False' });
    expect(states({ disk: { error: 'EIO' } })).toEqual({ ...well, DiskPressure: 'True' });
    expect(states({ disk: { totalBytes: 100, availableBytes: 9, totalFiles: 0, freeFiles: 0 } })).toEqual({
      ...well,
      DiskPressure: 'True',
    });
    expect(states({ pressure: { memoryAvailableBytes: 1, processes: 32_000, maxProcesses: 32_768 } })).toEqual({
      ...well,
      MemoryPressure: 'True',
      PIDPressure: 'True',
    });
  });

  it('is news only when something but the time changed', () => {
    const before = nodeStatus(facts());
    const later = nodeStatus(facts({ previous: before, now: new Date('2026-03-01T13:00:00Z') }));
    expect(isNews(before, later)).toBe(false);
    expect(later.conditions?.[0]).toMatchObject({ lastHeartbeatTime: '2026-03-01T13:00:00Z', lastTransitionTime: '2026-03-01T12:00:00Z' });
    expect(isNews(before, nodeStatus(facts({ previous: before, engine: { error: 'x' } })))).toBe(true);
  });
});
