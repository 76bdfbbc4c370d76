import { pods, replicationControllers } from '@kajitori/kinds';
import { openPostgresStorage } from '@kajitori/storage';
import { testDatabase, type TestDatabase } from '@kajitori/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { garbageCollector } from '../garbage-collector/garbage-collector.controller.ts';
import { TestCluster } from '../test-cluster.testing.ts';
import { replicationController } from './replication-controller.controller.ts';

let cluster: TestCluster;
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

describe.each(['memory', 'postgres'] as const)('on %s storage', (driver) => {
  beforeEach(async () => {
    const storage = driver === 'memory' ? undefined : () => openPostgresStorage({ url: database.appUrl });
    cluster = await TestCluster.open({ descriptors: [replicationController, garbageCollector], storage });
  });
  afterEach(() => cluster[Symbol.asyncDispose]());

  test('keeps its pods, says how many there are, and takes them along', async () => {
    const template = { metadata: { labels: { app: 'old' } }, spec: { containers: [{ name: 'c', image: 'c:1' }] } };
    await cluster.create(replicationControllers, { metadata: { name: 'old' }, spec: { replicas: 2, selector: { app: 'old' }, template } });
    await cluster.settle();
    const made = await cluster.list(pods);
    expect(made.map(({ metadata }) => metadata.ownerReferences?.[0])).toMatchObject([
      { apiVersion: 'v1', kind: 'ReplicationController', name: 'old', controller: true },
      { apiVersion: 'v1', kind: 'ReplicationController', name: 'old', controller: true },
    ]);
    await cluster.makeReady(made);
    await cluster.settle();
    const [found] = await cluster.list(replicationControllers);
    expect(found?.status).toMatchObject({
      replicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      fullyLabeledReplicas: 2,
      observedGeneration: 1,
    });
    await cluster.patch(replicationControllers, 'old', { spec: { replicas: 1 } });
    await cluster.settle();
    const left = (await cluster.list(pods)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    expect(left).toHaveLength(1);
    await cluster.resource(replicationControllers).delete('default', 'old', { propagationPolicy: 'Background' });
    await cluster.settle();
    expect((await cluster.list(pods)).every(({ metadata }) => metadata.deletionTimestamp !== undefined)).toBe(true);
  });
});
