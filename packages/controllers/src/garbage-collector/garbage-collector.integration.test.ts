import type { KubeObject } from '@kajitori/apimachinery';
import { configMaps, deployments, pods, replicaSets, secrets } from '@kajitori/kinds';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deployment } from '../deployment/deployment.controller.ts';
import { replicaSet } from '../replica-set/replica-set.controller.ts';
import { TestCluster } from '../test-cluster.testing.ts';
import { garbageCollector } from './garbage-collector.controller.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await TestCluster.open({ descriptors: [garbageCollector, deployment, replicaSet] });
});
afterEach(() => cluster[Symbol.asyncDispose]());

const web = {
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'a:1' }] } },
  },
};
const owner = (object: KubeObject, blockOwnerDeletion = false): object => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  name: object.metadata.name,
  uid: object.metadata.uid,
  blockOwnerDeletion,
});
const left = async (): Promise<number[]> => [
  (await cluster.list(deployments)).length,
  (await cluster.list(replicaSets)).length,
  (await cluster.list(pods)).length,
];

test.each(['Background', 'Foreground'] as const)('%s deletion takes everything along', async (propagationPolicy) => {
  await cluster.create(deployments, web);
  await cluster.settle();
  expect(await left()).toEqual([1, 1, 2]);
  await cluster.resource(deployments).delete('default', 'web', { propagationPolicy });
  await cluster.settle();
  expect(await left()).toEqual([0, 0, 0]);
  expect(cluster.errors).toEqual([]);
});

test('Orphan deletion leaves dependents, which forget their owner', async () => {
  await cluster.create(deployments, web);
  await cluster.settle();
  await cluster.resource(deployments).delete('default', 'web', { propagationPolicy: 'Orphan' });
  await cluster.settle();
  expect(await left()).toEqual([0, 1, 2]);
  expect((await cluster.list(replicaSets))[0]?.metadata.ownerReferences ?? []).toEqual([]);
});

test('foreground deletion waits for those who block it', async () => {
  const top = await cluster.create(configMaps, { metadata: { name: 'top' } });
  await cluster.create(secrets, { metadata: { name: 'held', ownerReferences: [owner(top, true)], finalizers: ['example.com/hold'] } });
  await cluster.resource(configMaps).delete('default', 'top', { propagationPolicy: 'Foreground' });
  await cluster.create(deployments, web);
  await cluster.resource(deployments).delete('default', 'web', { propagationPolicy: 'Background' });
  await cluster.settle();
  expect(await cluster.list(configMaps)).toHaveLength(1);
  await cluster.patch(secrets, 'held', { metadata: { finalizers: null } });
  await cluster.settle();
  expect([await cluster.list(secrets), await cluster.list(configMaps)]).toEqual([[], []]);
});

test('with one owner left, the gone one is forgotten; with none, it goes', async () => {
  await cluster.create(deployments, web);
  await cluster.settle();
  const [first, second] = await Promise.all(['first', 'second'].map((name) => cluster.create(configMaps, { metadata: { name } })));
  await cluster.create(secrets, {
    metadata: { name: 'shared', ownerReferences: [owner(first as KubeObject), owner(second as KubeObject)] },
  });
  await cluster.resource(deployments).delete('default', 'web', { propagationPolicy: 'Background' });
  await cluster.settle();
  await cluster.resource(configMaps).delete('default', 'first');
  await cluster.settle();
  expect((await cluster.get(secrets, 'shared')).metadata.ownerReferences?.map(({ name }) => name)).toEqual(['second']);
  await cluster.resource(configMaps).delete('default', 'second');
  await cluster.settle();
  expect(await cluster.list(secrets)).toEqual([]);
});

test('an object whose owner never was does not stay', async () => {
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'never', uid: '00000000-0000-4000-8000-000000000000' }];
  await cluster.create(pods, { metadata: { name: 'stray', ownerReferences }, spec: { containers: [{ name: 'a', image: 'a:1' }] } });
  await cluster.settle();
  expect(await cluster.list(pods)).toEqual([]);
});
