import { deployments, events, nodes, type Pod, pods, priorityClasses } from '@kajitori/kinds';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deployment } from '../deployment/deployment.controller.ts';
import { replicaSet } from '../replica-set/replica-set.controller.ts';
import { TestCluster } from '../test-cluster.testing.ts';
import { scheduler } from './scheduler.controller.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await TestCluster.open({ descriptors: [scheduler, deployment, replicaSet] });
});
afterEach(() => cluster[Symbol.asyncDispose]());

const pod = (name: string, spec: object = {}): Promise<Pod> =>
  cluster.create(pods, {
    metadata: { name },
    spec: { containers: [{ name: 'main', image: 'a:1', resources: { requests: { cpu: '1' } } }], ...spec },
  });
const nodeOf = async (name: string): Promise<string | undefined> => (await cluster.get(pods, name)).spec.nodeName;
const scheduled = async (name: string): Promise<{ status: string; reason?: string; message?: string } | undefined> =>
  (await cluster.get(pods, name)).status?.conditions?.find(({ type }) => type === 'PodScheduled');

test('a pod waits without nodes and is placed when one comes', async () => {
  await pod('a');
  await cluster.settle();
  expect(await scheduled('a')).toMatchObject({ status: 'False', reason: 'Unschedulable', message: 'no nodes available to schedule pods' });
  await cluster.addNode('n1');
  await cluster.settle();
  expect(await nodeOf('a')).toBe('n1');
  expect((await scheduled('a'))?.status).toBe('True');
  await expect
    .poll(async () => (await cluster.list(events)).map(({ reason, message }) => [reason, message]))
    .toEqual(
      expect.arrayContaining([
        ['FailedScheduling', 'no nodes available to schedule pods'],
        ['Scheduled', 'Successfully assigned default/a to n1'],
      ]),
    );
  expect(cluster.errors).toEqual([]);
});

test('a full node takes no more, until a pod leaves it', async () => {
  await cluster.addNode('n1', { cpu: '2' });
  for (const name of ['a', 'b', 'c']) await pod(name);
  await cluster.settle();
  const waiting = (await cluster.list(pods)).filter(({ spec }) => spec.nodeName === undefined);
  expect(waiting).toHaveLength(1);
  const [one] = waiting;
  expect((await scheduled(one?.metadata.name ?? ''))?.message).toBe(
    '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
  );
  const other = (await cluster.list(pods)).find(({ spec }) => spec.nodeName === 'n1');
  await cluster.end([other as Pod], 'Succeeded');
  await cluster.settle();
  expect(await nodeOf(one?.metadata.name ?? '')).toBe('n1');
});

test('cordons, taints and selectors are followed, and a change that helps is enough', async () => {
  await cluster.addNode('n1');
  await cluster.patch(nodes, 'n1', { spec: { unschedulable: true } });
  await pod('a');
  await pod('b', { nodeSelector: { disk: 'ssd' }, tolerations: [{ operator: 'Exists' }] });
  await cluster.settle();
  expect([await nodeOf('a'), await nodeOf('b')]).toEqual([undefined, undefined]);
  await cluster.patch(nodes, 'n1', { spec: { unschedulable: false } });
  await cluster.settle();
  expect([await nodeOf('a'), await nodeOf('b')]).toEqual(['n1', undefined]);
  await cluster.patch(nodes, 'n1', { metadata: { labels: { disk: 'ssd' } } });
  await cluster.settle();
  expect(await nodeOf('b')).toBe('n1');
});

test("a Deployment's pods spread over nodes", async () => {
  for (const name of ['n1', 'n2', 'n3']) await cluster.addNode(name);
  await cluster.create(deployments, {
    metadata: { name: 'web' },
    spec: {
      replicas: 6,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'a:1' }] } },
    },
  });
  await cluster.settle();
  const counts = Map.groupBy(await cluster.list(pods), ({ spec }) => spec.nodeName);
  expect(['n1', 'n2', 'n3'].map((name) => counts.get(name)?.length)).toEqual([2, 2, 2]);
});

test('gated pods, and pods of other schedulers, are left alone', async () => {
  await cluster.addNode('n1');
  await pod('gated', { schedulingGates: [{ name: 'example.com/wait' }] });
  await pod('other', { schedulerName: 'mine' });
  await cluster.settle();
  expect([await nodeOf('gated'), await nodeOf('other')]).toEqual([undefined, undefined]);
});

test('an important pod makes room for itself', async () => {
  await cluster.addNode('n1', { cpu: '2' });
  for (const [name, value] of Object.entries({ low: 1, high: 1000 })) await cluster.create(priorityClasses, { metadata: { name }, value });
  for (const name of ['a', 'b']) await pod(name, { priorityClassName: 'low' });
  await cluster.settle();
  await pod('vip', { priorityClassName: 'high' });
  await cluster.settle();
  const [victim, ...others] = (await cluster.list(pods)).filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  expect(others).toEqual([]);
  expect((await cluster.get(pods, 'vip')).status?.nominatedNodeName).toBe('n1');
  await cluster.resource(pods).delete('default', victim?.metadata.name ?? '', { gracePeriodSeconds: 0 });
  await cluster.settle();
  expect(await nodeOf('vip')).toBe('n1');
  await expect.poll(async () => (await cluster.list(events)).map(({ reason }) => reason)).toContain('Preempted');
});
