import type { NodeUsage } from '@kajitori/agent-protocol';
import { describe, expect, it } from 'vitest';
import { cgroupPlace } from './cgroup-usage.ts';
import { resourceMetrics, statsSummary } from './kubelet-documents.ts';
import { machineUsage } from './machine-usage.ts';
import { nodeDocument } from './node-documents.ts';
import { UsageSampler } from './usage-sampler.ts';

const id = 'a'.repeat(64);

describe('the control group of a container', () => {
  it.each([
    [
      `12:cpu,cpuacct:/docker/${id}\n5:memory:/docker/${id}\n0::/docker/${id}\n`,
      { version: 1, cpuacct: `/sys/fs/cgroup/cpuacct/docker/${id}`, memory: `/sys/fs/cgroup/memory/docker/${id}` },
    ],
    [`0::/system.slice/docker-${id}.scope\n`, { version: 2, directory: `/sys/fs/cgroup/system.slice/docker-${id}.scope` }],
    ['0::/\n', undefined],
    [`0::/system.slice/docker-${'b'.repeat(64)}.scope\n`, undefined],
  ])('%s', (lines, expected) => {
    expect(cgroupPlace(lines, id)).toEqual(expected);
  });
});

describe('what the machine uses', () => {
  it('is read from the kernel', () => {
    const stat = 'cpu  100 10 50 9999 7 3 2 1 0 0\ncpu0 1 1\nbtime 1700000000\n';
    const memory =
      'MemTotal:       1000 kB\nMemFree:         400 kB\nMemAvailable:    700 kB\nInactive(file):  100 kB\nAnonPages:       200 kB\n';
    expect(machineUsage(stat, memory)).toEqual({
      cpuNanoseconds: 1_660_000_000,
      memoryUsageBytes: 614_400,
      memoryWorkingSetBytes: 512_000,
      memoryRssBytes: 204_800,
      memoryAvailableBytes: 716_800,
      bootedAt: new Date(1_700_000_000_000),
    });
  });
});

describe('measuring', () => {
  it('goes by what the engine says where no control group is seen, and leaves out what ends', async () => {
    let cpuNanoseconds = 0;
    const asked: string[] = [];
    using sampler = new UsageSampler({
      pods: () => [
        {
          namespace: 'default',
          name: 'p',
          uid: 'u',
          containers: [
            { id: 'lives', name: 'a' },
            { id: 'gone', name: 'b' },
          ],
        },
      ],
      processId: async (one) => (one === 'gone' ? undefined : process.pid),
      engineUsage: async (one) => {
        asked.push(one);
        return { cpuNanoseconds: (cpuNanoseconds += 500_000_000), memoryUsageBytes: 3, memoryWorkingSetBytes: 2, memoryRssBytes: 1 };
      },
    });
    const { pods, node } = await sampler.usage();
    expect(pods[0]?.containers.map(({ name }) => name)).toEqual(['a']);
    const [container] = pods[0]?.containers ?? [];
    expect(container?.memoryWorkingSetBytes).toBe(2);
    expect((container?.cpuNanoCores ?? 0) * (container?.windowSeconds ?? 0)).toBeCloseTo(500_000_000, -3);
    expect(node.memoryWorkingSetBytes).toBeGreaterThan(0);
    await sampler.usage();
    expect(asked).toEqual(['lives', 'lives']);
  });
});

describe('a container that comes later', () => {
  it('is looked at when somebody asks, and measured from its start', async () => {
    const containers = [{ id: 'old', name: 'old', startedAt: '2026-01-01T00:00:00Z' }];
    const cpuNanoseconds: Record<string, number> = { old: 1e9, young: 4e9 };
    using sampler = new UsageSampler({
      pods: () => [{ namespace: 'default', name: 'p', uid: 'u', containers }],
      processId: async () => process.pid,
      engineUsage: async (one) => ({
        cpuNanoseconds: cpuNanoseconds[one] ?? 0,
        memoryUsageBytes: 3,
        memoryWorkingSetBytes: 2,
        memoryRssBytes: 1,
      }),
    });
    await sampler.usage();
    containers.push({ id: 'young', name: 'young', startedAt: new Date(Date.now() - 2_000).toISOString() });
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    const { pods } = await sampler.usage();
    const young = pods[0]?.containers.find(({ name }) => name === 'young');
    expect(young?.windowSeconds).toBeGreaterThan(2.9);
    expect((young?.cpuNanoCores ?? 0) * (young?.windowSeconds ?? 0)).toBeCloseTo(4e9, -3);
    expect(pods[0]?.containers.find(({ name }) => name === 'old')?.cpuNanoCores).toBe(0);
  });
});

const usage: NodeUsage = {
  measuredAt: '2026-11-21T12:00:00.000Z',
  bootedAt: '2026-11-20T12:00:00.000Z',
  node: {
    cpuNanoCores: 5,
    cpuNanoseconds: 2e9,
    memoryWorkingSetBytes: 7,
    memoryUsageBytes: 8,
    memoryRssBytes: 6,
    windowSeconds: 15,
    memoryAvailableBytes: 9,
  },
  pods: [
    {
      namespace: 'default',
      name: 'p',
      uid: 'u',
      containers: ['a', 'b'].map((name) => ({
        name,
        cpuNanoCores: 1,
        cpuNanoseconds: 1e9,
        memoryWorkingSetBytes: 2,
        memoryUsageBytes: 3,
        memoryRssBytes: 1,
        windowSeconds: 15,
      })),
    },
  ],
};

describe('the documents of a node', () => {
  const document = (path: string): Promise<string> =>
    nodeDocument(
      { nodeName: 'n1', usage: async () => usage, pods: () => [{ metadata: { name: 'p' } }], configuration: () => ({ maxPods: 110 }) },
      path,
    );

  it('are those of a kubelet', async () => {
    expect(await document('/healthz')).toBe('ok');
    expect(JSON.parse(await document('/pods'))).toMatchObject({ kind: 'PodList', items: [{ metadata: { name: 'p' } }] });
    expect(JSON.parse(await document('/configz'))).toMatchObject({ kubeletconfig: { kind: 'KubeletConfiguration', maxPods: 110 } });
    expect(JSON.parse(await document('/stats/summary?only_cpu_and_memory=true'))).toEqual(statsSummary('n1', usage));
    await expect(document('/run/default/p/c')).rejects.toMatchObject({ reason: 'NotFound' });
  });

  it('sum containers up', () => {
    expect(statsSummary('n1', usage)).toMatchObject({
      node: { nodeName: 'n1', cpu: { usageNanoCores: 5 }, memory: { availableBytes: 9 } },
      pods: [{ podRef: { name: 'p', namespace: 'default', uid: 'u' }, cpu: { usageNanoCores: 2 }, memory: { workingSetBytes: 4 } }],
    });
    const lines = resourceMetrics(usage).split('\n');
    expect(lines).toContain(
      `container_cpu_usage_seconds_total{container="a",namespace="default",pod="p"} 1 ${Date.parse(usage.measuredAt)}`,
    );
    expect(lines).toContain(`pod_memory_working_set_bytes{namespace="default",pod="p"} 4 ${Date.parse(usage.measuredAt)}`);
  });
});
