import { parseLabelSelector } from '@kajitori/apimachinery';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SchedulableNode } from './node.ts';
import type { PendingPod, SchedulablePod } from './pod.ts';
import { RejectedPods } from './rejected-pods.ts';
import { schedulingPass } from './scheduling-pass.ts';
import { Snapshot } from './snapshot.ts';
import { node, type NodeParts, pod, requesting, snapshotOf, type Spec, sums } from './snapshots.testing.ts';

/** Where each pod goes, or why it goes nowhere. */
function placed(snapshot: Snapshot, pods: readonly (SchedulablePod | PendingPod)[]): Record<string, string> {
  const pending = pods.map((one) => ('pod' in one ? one : { pod: one }));
  return Object.fromEntries(
    schedulingPass(snapshot, pending).map((one) => [one.pod.metadata.name, one.type === 'bind' ? one.nodeName : one.message]),
  );
}

describe('messages', () => {
  test('no node at all', () => {
    expect(placed(snapshotOf([]), [pod('a')])).toEqual({ a: 'no nodes available to schedule pods' });
  });

  test('reasons are counted and sorted, with what preemption could do', () => {
    const snapshot = snapshotOf([
      node('a', { cpu: '1' }),
      node('b', { taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }] }),
      node('c', { taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }] }),
    ]);
    expect(placed(snapshot, [pod('x', requesting('2'))])).toEqual({
      x: '0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {dedicated: gpu}. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    });
  });

  test('a node that is only full might be preempted', () => {
    const snapshot = snapshotOf([node('a', { cpu: '2' })], [pod('there', { ...requesting('1500m'), nodeName: 'a' })]);
    expect(placed(snapshot, [pod('x', requesting('1')), pod('y', { ...requesting('1'), preemptionPolicy: 'Never' })])).toEqual({
      x: '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
      y: '0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.',
    });
  });

  test.each<[string, Partial<Spec>, NodeParts]>([
    ["node(s) didn't match Pod's node affinity/selector", { nodeSelector: { disk: 'ssd' } }, {}],
    ["node(s) didn't match the requested node name", { nodeName: 'other' }, {}],
    ['node(s) were unschedulable', {}, { unschedulable: true }],
    [
      'node(s) had untolerated taint {node.kubernetes.io/not-ready: }',
      {},
      { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }] },
    ],
    ['Too many pods', {}, { pods: '0' }],
    ['Insufficient memory', requesting('1', '9Gi'), {}],
    ['Insufficient example.com/gpu', { containers: [{ name: 'main', resources: { requests: { 'example.com/gpu': '1' } } }] }, {}],
    [
      "node(s) didn't match pod topology spread constraints (missing required label)",
      { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} }] },
      {},
    ],
    [
      "node(s) didn't match pod affinity rules",
      {
        affinity: {
          podAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'db' } } },
            ],
          },
        },
      },
      {},
    ],
  ])('%s', (reason, spec, parts) => {
    const [message = ''] = Object.values(placed(snapshotOf([node('a', parts)]), [pod('x', spec)]));
    expect(message.startsWith(`0/1 nodes are available: 1 ${reason}. preemption: `)).toBe(true);
  });
});

describe('filters', () => {
  test('tolerations open tainted and cordoned nodes', () => {
    const snapshot = snapshotOf([node('a', { taints: [{ key: 'k', value: 'v', effect: 'NoExecute' }], unschedulable: true })]);
    expect(placed(snapshot, [pod('x', { tolerations: [{ operator: 'Exists' }] })])).toEqual({ x: 'a' });
  });

  test('required node affinity: terms are alternatives, requirements of a term all hold', () => {
    const snapshot = snapshotOf([node('a', { labels: { zone: 'x', cores: '8' } }), node('b', { labels: { zone: 'y', cores: '16' } })]);
    const wanting = (nodeSelectorTerms: object[]): SchedulablePod =>
      pod('p', { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } });
    expect(placed(snapshot, [wanting([{ matchExpressions: [{ key: 'cores', operator: 'Gt', values: ['8'] }] }])])).toEqual({ p: 'b' });
    expect(placed(snapshot, [wanting([{}, { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }])])).toEqual({
      p: 'a',
    });
  });

  test('a host port is held once a node, by address', () => {
    const port = (hostIP?: string): Partial<Spec> => ({ containers: [{ name: 'main', ports: [{ hostPort: 80, hostIP }] }] });
    const snapshot = snapshotOf([node('a')], [pod('first', { ...port('10.0.0.1'), nodeName: 'a' })]);
    expect(placed(snapshot, [pod('other', port('10.0.0.2'))])).toEqual({ other: 'a' });
    expect(Object.values(placed(snapshot, [pod('all', port())]))[0]).toContain(
      "1 node(s) didn't have free ports for the requested pod ports",
    );
  });

  test('init containers count one by one, those that restart always count beside the rest', () => {
    const needs = (cpu: string, restartPolicy?: string): Spec['containers'][number] => ({
      name: cpu,
      restartPolicy,
      resources: { requests: { cpu } },
    });
    const spec = { containers: [needs('1')], initContainers: [needs('2'), needs('500m', 'Always'), needs('1200m')] };
    expect(placed(snapshotOf([node('a', { cpu: '2' })]), [pod('fits', spec)])).toEqual({ fits: 'a' });
    expect(Object.values(placed(snapshotOf([node('a', { cpu: '1999m' })]), [pod('not', spec)]))[0]).toContain('Insufficient cpu');
  });

  test('required anti-affinity holds both ways', () => {
    const apart = {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } },
          ],
        },
      },
    };
    const labels = { app: 'web' };
    const snapshot = snapshotOf([node('a')], [pod('shy', { ...apart, nodeName: 'a' }, { labels: { app: 'other' } })]);
    expect(Object.values(placed(snapshot, [pod('web', {}, { labels })]))[0]).toContain("didn't satisfy existing pods anti-affinity rules");
    expect(
      Object.values(placed(snapshotOf([node('a')], [pod('web', { nodeName: 'a' }, { labels })]), [pod('two', apart, { labels })]))[0],
    ).toContain("didn't match pod anti-affinity rules");
  });

  test('the first pod of a group that wants to be near itself starts it', () => {
    const near = {
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', labelSelector: { matchLabels: { app: 'web' } } }],
        },
      },
    };
    const snapshot = snapshotOf([node('a', { labels: { zone: 'x' } }), node('b', { labels: { zone: 'y' } })]);
    const zones = Object.values(
      placed(
        snapshot,
        ['1', '2', '3'].map((name) => pod(name, near, { labels: { app: 'web' } })),
      ),
    );
    expect(new Set(zones).size).toBe(1);
    expect(zones[0]).toMatch(/^[ab]$/);
  });
});

describe('spread', () => {
  const constraint = {
    maxSkew: 1,
    topologyKey: 'zone',
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: { app: 'web' } },
  };
  const nodes = ['x', 'y', 'z'].map((zone) => node(zone, { labels: { zone } }));

  test('required constraints keep the skew', () => {
    const pods = Array.from({ length: 9 }, (_, index) =>
      pod(String(index), { topologySpreadConstraints: [constraint] }, { labels: { app: 'web' } }),
    );
    const zones = Object.values(placed(snapshotOf(nodes), pods));
    for (const zone of ['x', 'y', 'z']) expect(zones.filter((one) => one === zone)).toHaveLength(3);
  });

  test('too few domains count as empty ones', () => {
    const spread = { topologySpreadConstraints: [{ ...constraint, minDomains: 4 }] };
    const there = nodes.map(({ metadata }) => pod(`on-${metadata.name}`, { nodeName: metadata.name }, { labels: { app: 'web' } }));
    expect(Object.values(placed(snapshotOf(nodes, there), [pod('more', spread, { labels: { app: 'web' } })]))[0]).toContain(
      "didn't match pod topology spread constraints.",
    );
  });

  test("a ReplicaSet's pods spread over nodes by default", () => {
    const spreadSelector = parseLabelSelector('app=web');
    const pending = Array.from({ length: 6 }, (_, index) => ({ pod: pod(String(index), {}, { labels: { app: 'web' } }), spreadSelector }));
    const hosts = Object.values(placed(snapshotOf(nodes), pending));
    for (const host of ['x', 'y', 'z']) expect(hosts.filter((one) => one === host)).toHaveLength(2);
  });
});

describe('scores', () => {
  test('the emptier node is preferred', () => {
    const snapshot = snapshotOf([node('full'), node('empty')], [pod('there', { ...requesting('3', '6Gi'), nodeName: 'full' })]);
    expect(placed(snapshot, [pod('x', requesting('500m', '1Gi'))])).toEqual({ x: 'empty' });
  });

  test('preferred node affinity, and fewer preferences against', () => {
    const prefer = {
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 100, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
          ],
        },
      },
    };
    expect(placed(snapshotOf([node('a'), node('b', { labels: { disk: 'ssd' } })]), [pod('x', prefer)])).toEqual({ x: 'b' });
    const snapshot = snapshotOf([node('a', { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] }), node('b')]);
    expect(placed(snapshot, [pod('y')])).toEqual({ y: 'b' });
  });

  test('a big image that is there weighs', () => {
    const images = [{ names: ['registry.example/big:1'], sizeBytes: 900 * 1024 * 1024 }];
    const snapshot = snapshotOf([node('a'), node('b', { images }), node('c')]);
    expect(placed(snapshot, [pod('x', { containers: [{ name: 'main', image: 'registry.example/big:1' }] })])).toEqual({ x: 'b' });
  });
});

test('higher priority goes first, then age', () => {
  const snapshot = snapshotOf([node('a', { cpu: '2' })]);
  const pods = [
    pod('old', requesting('1'), { creationTimestamp: '2026-01-01T00:00:00Z' }),
    pod('important', { ...requesting('1'), priority: 10 }, { creationTimestamp: '2026-01-02T00:00:00Z' }),
    pod('young', requesting('1'), { creationTimestamp: '2026-01-03T00:00:00Z' }),
  ];
  const places = placed(snapshot, pods);
  expect([places['important'], places['old']]).toEqual(['a', 'a']);
  expect(places['young']).toContain('Insufficient cpu');
});

test('a rejected pod waits for what could help it', () => {
  const rejected = new RejectedPods();
  rejected.set('cpu', ['NodeResourcesFit']);
  rejected.set('label', ['NodeAffinity']);
  expect(rejected.helpedBy(['AssignedPodAdded'])).toEqual([]);
  expect(rejected.helpedBy(['AssignedPodRemoved'])).toEqual(['cpu']);
  expect(rejected.helpedBy(['NodeLabelsChanged'])).toEqual(['label']);
  expect(rejected.size).toBe(0);
});

describe('snapshot', () => {
  test('says what a change may mean', () => {
    const snapshot = new Snapshot();
    expect(snapshot.setNode(node('a'))).toEqual(['NodeAdded']);
    expect(snapshot.setNode(node('a'))).toEqual([]);
    expect(snapshot.setNode(node('a', { cpu: '8' }))).toEqual(['NodeAllocatableChanged']);
    expect(snapshot.setNode(node('a', { cpu: '8', unschedulable: true }))).toEqual(['NodeTaintsChanged']);
    const one = pod('x', { nodeName: 'a' });
    expect(snapshot.setPod(one)).toEqual(['AssignedPodAdded']);
    expect(snapshot.setPod({ ...one, metadata: { ...one.metadata, labels: { a: 'b' } } })).toEqual(['AssignedPodLabelsChanged']);
    expect(snapshot.setPod({ ...one, status: { phase: 'Succeeded' } })).toEqual(['AssignedPodRemoved']);
    expect(snapshot.removePod('uid-unknown')).toEqual([]);
  });

  test('its sums equal those of a snapshot made afresh, whatever came before', () => {
    const operation = fc.record({
      what: fc.constantFrom('setNode', 'removeNode', 'setPod', 'removePod', 'endPod'),
      node: fc.integer({ min: 0, max: 3 }),
      pod: fc.integer({ min: 0, max: 7 }),
      cpu: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const nodes = new Map<string, SchedulableNode>();
        const pods = new Map<string, SchedulablePod>();
        const snapshot = new Snapshot();
        for (const { what, node: n, pod: p, cpu } of operations) {
          const [name, uid] = [`n${n}`, `p${p}`];
          const one: SchedulablePod = { ...pod(uid, { ...requesting(String(cpu)), nodeName: name }), metadata: { uid, name: uid } };
          const steps: Record<typeof what, () => void> = {
            setNode() {
              nodes.set(name, node(name, { cpu: String(cpu) }));
              snapshot.setNode(node(name, { cpu: String(cpu) }));
            },
            removeNode() {
              nodes.delete(name);
              snapshot.removeNode(name);
            },
            setPod() {
              pods.set(uid, one);
              snapshot.setPod(one);
            },
            removePod() {
              pods.delete(uid);
              snapshot.removePod(uid);
            },
            endPod() {
              pods.delete(uid);
              snapshot.setPod({ ...one, status: { phase: 'Failed' } });
            },
          };
          steps[what]();
        }
        expect(sums(snapshot)).toEqual(sums(snapshotOf([...nodes.values()], [...pods.values()])));
      }),
    );
  });
});

test('never more on a node than it has', () => {
  const needs = fc.record({ cpu: fc.integer({ min: 0, max: 3000 }), memory: fc.integer({ min: 0, max: 4096 }) });
  fc.assert(
    fc.property(fc.array(needs, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (pods, count) => {
      const snapshot = snapshotOf(Array.from({ length: count }, (_, index) => node(`n${index}`, { cpu: '4', memory: '4Gi', pods: '5' })));
      schedulingPass(
        snapshot,
        pods.map(({ cpu, memory }, index) => ({ pod: pod(`p${index}`, requesting(`${cpu}m`, `${memory}Mi`)) })),
      );
      for (const { index, pods: there } of snapshot.nodes) {
        expect(there.size).toBeLessThanOrEqual(5);
        expect(snapshot.requested('cpu').at(index)).toBeLessThanOrEqual(4000);
        expect(snapshot.requested('memory').at(index)).toBeLessThanOrEqual(4 * 1024 ** 3);
      }
    }),
  );
});
