import { isStatusError, type StatusError } from '@kajitori/apimachinery';
import { deployments, podDisruptionBudgets, type PodDisruptionBudget, type Pod, pods, replicaSets } from '@kajitori/kinds';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployment } from '../deployment/deployment.controller.ts';
import { replicaSet } from '../replica-set/replica-set.controller.ts';
import { TestCluster } from '../test-cluster.testing.ts';
import { disruption } from './disruption.controller.ts';

const labels = { app: 'a' };

describe('disruption budgets', () => {
  let cluster: TestCluster;
  beforeEach(async () => {
    cluster = await TestCluster.open({ descriptors: [disruption, deployment, replicaSet] });
  });
  afterEach(() => cluster[Symbol.asyncDispose]());

  const budget = async (spec: object): Promise<void> => {
    await cluster.create(podDisruptionBudgets, { metadata: { name: 'b' }, spec: { selector: { matchLabels: labels }, ...spec } });
    await cluster.settle();
  };
  const status = async (): Promise<NonNullable<PodDisruptionBudget['status']>> =>
    (await cluster.get(podDisruptionBudgets, 'b')).status ?? {};

  /** Pods of a deployment, on a node and ready. */
  const run = async (replicas: number): Promise<Pod[]> => {
    const template = { metadata: { labels }, spec: { nodeName: 'n', containers: [{ name: 'c', image: 'busybox:1' }] } };
    await cluster.create(deployments, { metadata: { name: 'd' }, spec: { replicas, selector: { matchLabels: labels }, template } });
    await cluster.settle();
    await cluster.makeReady(await cluster.list(pods));
    await cluster.settle();
    return cluster.list(pods);
  };

  const evict = ({ metadata }: Pod, deleteOptions = {}): Promise<StatusError | undefined> =>
    cluster
      .resource(pods)
      .post('default', metadata.name ?? '', 'eviction', {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: metadata.name },
        deleteOptions,
      })
      .then(
        () => undefined,
        (error: unknown) => {
          if (isStatusError(error)) return error;
          throw error;
        },
      );

  it('count by what controllers want, in numbers and percentages', async () => {
    await run(4);
    await budget({ maxUnavailable: '30%' });
    expect(await status()).toMatchObject({
      currentHealthy: 4,
      desiredHealthy: 2,
      expectedPods: 4,
      disruptionsAllowed: 2,
      observedGeneration: 1,
    });
    expect((await status()).conditions).toMatchObject([{ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods' }]);
    await cluster.patch(podDisruptionBudgets, 'b', { spec: { maxUnavailable: null, minAvailable: 4 } });
    await cluster.settle();
    expect(await status()).toMatchObject({ desiredHealthy: 4, disruptionsAllowed: 0, observedGeneration: 2 });
    expect((await status()).conditions).toMatchObject([{ status: 'False', reason: 'InsufficientPods' }]);
  });

  it('let no number of evictions at once take more than they allow', async () => {
    const all = await run(8);
    await budget({ minAvailable: 5 });
    const outcomes = await Promise.all(all.map((pod) => evict(pod)));
    expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(3);
    const refused = outcomes.find((outcome) => outcome !== undefined);
    expect(refused?.toStatus()).toMatchObject({
      code: 429,
      reason: 'TooManyRequests',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: { causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget b needs 5 healthy pods and has 8 currently' }] },
    });
    const leaving = (await cluster.list(pods)).filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    expect(leaving).toHaveLength(3);
    expect(leaving[0]?.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'DisruptionTarget', reason: 'EvictionByEvictionAPI' }),
    );
    await cluster.settle();
    expect(await status()).toMatchObject({ currentHealthy: 5, disruptionsAllowed: 0 });
    expect((await status()).disruptedPods ?? {}).toEqual({});
  });

  it('spend nothing in a dry run, nor for pods that do not serve', async () => {
    const [pod] = await run(1);
    await budget({ minAvailable: 0 });
    if (pod === undefined) throw new Error('there is a pod');
    expect(await evict(pod, { dryRun: ['All'] })).toBeUndefined();
    expect(await status()).toMatchObject({ disruptionsAllowed: 1 });
    await cluster.patch(podDisruptionBudgets, 'b', { spec: { minAvailable: 1 } });
    await cluster.settle();
    await cluster.patch(pods, pod.metadata.name ?? '', { status: { conditions: [{ type: 'Ready', status: 'False' }] } }, 'status');
    await cluster.settle();
    expect((await evict(pod))?.code).toBe(429);
    await cluster.patch(podDisruptionBudgets, 'b', { spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' } });
    expect(await evict(pod)).toBeUndefined();
  });

  it('allow nothing while they cannot be counted', async () => {
    await budget({ maxUnavailable: 1 });
    const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'u', controller: true };
    await cluster.create(pods, {
      metadata: { name: 'p', labels, ownerReferences: [owner] },
      spec: { containers: [{ name: 'c', image: 'busybox:1' }] },
    });
    await cluster.settle();
    expect((await status()).conditions).toMatchObject([{ status: 'False', reason: 'SyncFailed' }]);
    expect(await cluster.list(replicaSets)).toEqual([]);
  });
});
