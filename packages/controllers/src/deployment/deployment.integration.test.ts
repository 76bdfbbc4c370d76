import { deployments, events, type Pod, pods, type ReplicaSet, replicaSets } from '@kajitori/kinds';
import { openPostgresStorage } from '@kajitori/storage';
import { testDatabase, type TestDatabase } from '@kajitori/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { replicaSet } from '../replica-set/replica-set.controller.ts';
import { TestCluster } from '../test-cluster.testing.ts';
import { deployment } from './deployment.controller.ts';

let cluster: TestCluster;
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const web = (replicas: number, image = 'web:1', spec: object = {}): { metadata: object; spec: object } => ({
  metadata: { name: 'web' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
    ...spec,
  },
});
const setImage = (image: string): Promise<unknown> =>
  cluster.patch(deployments, 'web', { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } });
const alive = async (): Promise<Pod[]> => (await cluster.list(pods)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
const unready = (found: readonly Pod[]): Pod[] => found.filter(({ status }) => !status?.conditions?.some(({ type }) => type === 'Ready'));
const imageOf = ({ spec }: Pod | { spec: Pod['spec'] }): string | undefined => spec.containers[0]?.image;
const revision = ({ metadata }: ReplicaSet): string | undefined => metadata.annotations?.['deployment.kubernetes.io/revision'];
const said = async (reason: string): Promise<(string | undefined)[]> =>
  (await cluster.list(events)).filter((one) => one.reason === reason).map(({ message }) => message);

/** Readies one new pod after another and removes deleted ones, watching the bounds on the way. */
async function rollOut(bounds: { most: number; leastReady: number }): Promise<void> {
  for (let step = 0; step < 60; step += 1) {
    await cluster.settle();
    for (const { metadata } of await cluster.list(pods)) {
      if (metadata.deletionTimestamp !== undefined)
        await cluster.resource(pods).delete('default', metadata.name ?? '', { gracePeriodSeconds: 0 });
    }
    await cluster.settle();
    const found = await alive();
    expect(found.length).toBeLessThanOrEqual(bounds.most);
    expect(found.length - unready(found).length).toBeGreaterThanOrEqual(bounds.leastReady);
    const [next] = unready(found);
    if (next === undefined) return;
    await cluster.makeReady([next]);
  }
  throw new Error('the rollout did not end');
}

describe.each(['memory', 'postgres'] as const)('on %s storage', (driver) => {
  beforeEach(async () => {
    const storage = driver === 'memory' ? undefined : () => openPostgresStorage({ url: database.appUrl });
    cluster = await TestCluster.open({ descriptors: [deployment, replicaSet], storage });
  });
  afterEach(() => cluster[Symbol.asyncDispose]());

  test('makes a ReplicaSet, its pods, a revision, conditions and events', async () => {
    await cluster.create(deployments, web(3));
    await cluster.settle();
    const [made] = await cluster.list(replicaSets);
    expect(made?.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]+$/);
    expect(made?.spec.selector.matchLabels?.['pod-template-hash']).toBe(made?.metadata.name?.slice(4));
    expect(await alive()).toHaveLength(3);
    await cluster.makeReady(await alive());
    await cluster.settle();
    const found = await cluster.get(deployments, 'web');
    expect(found.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1');
    expect(found.status).toMatchObject({ observedGeneration: 1, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 });
    expect(found.status?.unavailableReplicas ?? 0).toBe(0);
    expect(found.status?.conditions?.map(({ type, status, reason }) => [type, status, reason])).toEqual(
      expect.arrayContaining([
        ['Available', 'True', 'MinimumReplicasAvailable'],
        ['Progressing', 'True', 'NewReplicaSetAvailable'],
      ]),
    );
    await expect.poll(() => said('ScalingReplicaSet')).toEqual([`Scaled up replica set ${made?.metadata.name} from 0 to 3`]);
    await expect.poll(() => said('SuccessfulCreate')).toHaveLength(3);
    expect(cluster.errors).toEqual([]);
  });

  test('a new image rolls within its bounds, undo goes back to the old ReplicaSet with a new revision', async () => {
    await cluster.create(
      deployments,
      web(4, 'web:1', { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } }),
    );
    await rollOut({ most: 5, leastReady: 0 });
    await setImage('web:2');
    await rollOut({ most: 5, leastReady: 3 });
    expect((await alive()).map(imageOf)).toEqual(['web:2', 'web:2', 'web:2', 'web:2']);
    await setImage('web:1');
    await rollOut({ most: 5, leastReady: 3 });
    const sets = await cluster.list(replicaSets);
    expect(sets).toHaveLength(2);
    const current = sets.find(({ spec }) => (spec.replicas ?? 0) > 0);
    expect([revision(current ?? sets[0]!), current?.metadata.annotations?.['deployment.kubernetes.io/revision-history']]).toEqual([
      '3',
      '1',
    ]);
    expect((await cluster.get(deployments, 'web')).metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
    expect(cluster.errors).toEqual([]);
  });

  test('Recreate waits until the last old pod is gone', async () => {
    await cluster.create(deployments, web(2, 'web:1', { strategy: { type: 'Recreate' } }));
    await cluster.settle();
    // On a node: a deletion waits for it.
    for (const { metadata } of await alive())
      await cluster.resource(pods).post('default', metadata.name ?? '', 'binding', {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: metadata.name },
        target: { kind: 'Node', name: 'n' },
      });
    await cluster.makeReady(await alive());
    await setImage('web:2');
    await cluster.settle();
    const going = await cluster.list(pods);
    expect(going.map(({ metadata }) => metadata.deletionTimestamp === undefined)).toEqual([false, false]);
    for (const { metadata } of going) await cluster.resource(pods).delete('default', metadata.name ?? '', { gracePeriodSeconds: 0 });
    await cluster.settle();
    expect((await alive()).map(imageOf)).toEqual(['web:2', 'web:2']);
  });

  test('scaling, pausing and resuming', async () => {
    await cluster.create(deployments, web(2));
    await cluster.settle();
    await cluster.patch(deployments, 'web', { spec: { replicas: 5 } });
    await cluster.settle();
    expect(await alive()).toHaveLength(5);
    await cluster.patch(deployments, 'web', { spec: { paused: true } });
    await setImage('web:2');
    await cluster.patch(deployments, 'web', { spec: { replicas: 1 } });
    await cluster.settle();
    expect((await alive()).map(imageOf)).toEqual(['web:1']);
    expect((await cluster.get(deployments, 'web')).status?.conditions?.find(({ type }) => type === 'Progressing')?.reason).toBe(
      'DeploymentPaused',
    );
    await cluster.patch(deployments, 'web', { spec: { paused: false } });
    await rollOut({ most: 2, leastReady: 0 });
    expect((await alive()).map(imageOf)).toEqual(['web:2']);
  });

  test('a rollout that does not move is called stuck after its deadline', async () => {
    await cluster.create(deployments, web(1, 'web:1', { progressDeadlineSeconds: 60 }));
    await cluster.settle();
    await cluster.advance(62_000);
    const progressing = (await cluster.get(deployments, 'web')).status?.conditions?.find(({ type }) => type === 'Progressing');
    expect([progressing?.status, progressing?.reason]).toEqual(['False', 'ProgressDeadlineExceeded']);
  });

  test('history beyond its limit is deleted', async () => {
    await cluster.create(deployments, web(1, 'web:1', { revisionHistoryLimit: 1 }));
    for (const image of ['web:2', 'web:3', 'web:4']) {
      await rollOut({ most: 2, leastReady: 0 });
      await setImage(image);
    }
    await rollOut({ most: 2, leastReady: 0 });
    await cluster.settle();
    expect((await cluster.list(replicaSets)).map((one) => Number(revision(one))).toSorted((a, b) => a - b)).toEqual([3, 4]);
  });

  test('a deleted pod is replaced, an orphan is adopted, and a pod that no longer matches is let go', async () => {
    await cluster.create(deployments, web(2));
    await cluster.settle();
    const [first, second] = await alive();
    await cluster.resource(pods).delete('default', first?.metadata.name ?? '', { gracePeriodSeconds: 0 });
    await cluster.settle();
    expect(await alive()).toHaveLength(2);
    await cluster.patch(pods, second?.metadata.name ?? '', { metadata: { labels: { app: 'debug' } } });
    await cluster.settle();
    expect((await alive()).filter(({ metadata }) => metadata.labels?.['app'] === 'web')).toHaveLength(2);
    const released = await cluster.get(pods, second?.metadata.name ?? '');
    expect(released.metadata.ownerReferences ?? []).toEqual([]);
    await cluster.patch(pods, second?.metadata.name ?? '', { metadata: { labels: { app: 'web' } } });
    await cluster.settle();
    expect((await alive()).filter(({ metadata }) => metadata.labels?.['app'] === 'web')).toHaveLength(2);
  });
});
