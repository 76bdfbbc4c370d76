import { events, jobs, type Job, type Pod, pods } from '@kajitori/kinds';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { garbageCollector } from '../garbage-collector/garbage-collector.controller.ts';
import { TestCluster } from '../test-cluster.testing.ts';
import { ttlAfterFinished } from '../ttl-after-finished/ttl-after-finished.controller.ts';
import { job } from './job.controller.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await TestCluster.open({ descriptors: [job, ttlAfterFinished, garbageCollector] });
});
afterEach(() => cluster[Symbol.asyncDispose]());

async function make(spec: object): Promise<void> {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'work', image: 'work:1' }] } };
  await cluster.create(jobs, { metadata: { name: 'work' }, spec: { template, ...spec } });
  await cluster.settle();
}
const running = async (): Promise<Pod[]> =>
  (await cluster.list(pods)).filter(
    ({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed',
  );
const work = (): Promise<Job> => cluster.get(jobs, 'work');
const ends = async (): Promise<[string, string | undefined][]> =>
  ((await work()).status?.conditions ?? []).filter(({ status }) => status === 'True').map(({ type, reason }) => [type, reason]);
async function end(phase: 'Succeeded' | 'Failed', count = Infinity, exitCode?: number): Promise<void> {
  await cluster.end((await running()).slice(0, count), phase, exitCode);
  await cluster.settle();
}

test('runs as many at once as it may until enough have succeeded', async () => {
  await make({ completions: 5, parallelism: 2 });
  const sizes: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    sizes.push((await running()).length);
    await end('Succeeded');
  }
  expect(sizes).toEqual([2, 2, 1]);
  const found = await work();
  expect(found.status).toMatchObject({ succeeded: 5, completionTime: '2026-03-01T00:00:00Z', startTime: '2026-03-01T00:00:00Z' });
  expect(found.status?.active ?? 0).toBe(0);
  expect(found.status?.uncountedTerminatedPods ?? {}).toEqual({});
  expect(await ends()).toEqual([
    ['SuccessCriteriaMet', 'CompletionsReached'],
    ['Complete', 'CompletionsReached'],
  ]);
  expect((await cluster.list(pods)).flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([]);
  await expect.poll(async () => (await cluster.list(events)).filter(({ reason }) => reason === 'Completed')).toHaveLength(1);
  expect(cluster.errors).toEqual([]);
});

test('replaces failed pods after a growing wait, and gives up beyond its limit', async () => {
  await make({ backoffLimit: 2 });
  await end('Failed');
  expect(await running()).toHaveLength(0);
  await cluster.advance(9_000);
  expect(await running()).toHaveLength(0);
  await cluster.advance(1_000);
  expect(await running()).toHaveLength(1);
  await end('Failed');
  await cluster.advance(19_000);
  expect(await running()).toHaveLength(0);
  await cluster.advance(1_000);
  await end('Failed');
  expect(await ends()).toEqual([
    ['FailureTarget', 'BackoffLimitExceeded'],
    ['Failed', 'BackoffLimitExceeded'],
  ]);
  expect((await work()).status?.failed).toBe(3);
});

test('an Indexed Job runs each index once, with its index told', async () => {
  await make({ completions: 3, parallelism: 3, completionMode: 'Indexed' });
  const [first] = await running();
  const index = first?.metadata.annotations?.['batch.kubernetes.io/job-completion-index'];
  expect(first?.spec.hostname).toBe(`work-${index}`);
  expect(first?.spec.containers[0]?.env?.[0]?.name).toBe('JOB_COMPLETION_INDEX');
  expect(
    (await running())
      .map(({ metadata }) => Number(metadata.labels?.['batch.kubernetes.io/job-completion-index']))
      .toSorted((a, b) => a - b),
  ).toEqual([0, 1, 2]);
  await end('Succeeded', 1);
  expect((await work()).status?.completedIndexes).toBe(index);
  await end('Succeeded');
  expect((await work()).status).toMatchObject({ completedIndexes: '0-2', succeeded: 3 });
});

test('each index has its own limit, and the others go on', async () => {
  await make({ completions: 2, parallelism: 2, completionMode: 'Indexed', backoffLimitPerIndex: 1 });
  const ofIndex = async (index: string): Promise<Pod[]> =>
    (await running()).filter(({ metadata }) => metadata.labels?.['batch.kubernetes.io/job-completion-index'] === index);
  await cluster.end(await ofIndex('0'), 'Failed');
  await cluster.settle();
  await cluster.advance(10_000);
  expect((await ofIndex('0'))[0]?.metadata.annotations?.['batch.kubernetes.io/job-index-failure-count']).toBe('1');
  await cluster.end(await ofIndex('0'), 'Failed');
  await cluster.settle();
  await cluster.advance(60_000);
  expect([(await ofIndex('0')).length, (await ofIndex('1')).length]).toEqual([0, 1]);
  expect((await work()).status?.failedIndexes).toBe('0');
  await end('Succeeded');
  expect((await ends()).at(-1)).toEqual(['Failed', 'FailedIndexes']);
});

test('a success policy ends it early', async () => {
  await make({ completions: 3, parallelism: 3, completionMode: 'Indexed', successPolicy: { rules: [{ succeededIndexes: '0' }] } });
  const leader = (await running()).filter(({ metadata }) => metadata.labels?.['batch.kubernetes.io/job-completion-index'] === '0');
  await cluster.end(leader, 'Succeeded');
  await cluster.settle();
  expect(await running()).toHaveLength(0);
  expect((await ends()).at(-1)).toEqual(['Complete', 'SuccessPolicy']);
});

test('a deadline ends it, and its pods with it', async () => {
  await make({ activeDeadlineSeconds: 30 });
  await cluster.advance(30_000);
  expect(await ends()).toEqual([
    ['FailureTarget', 'DeadlineExceeded'],
    ['Failed', 'DeadlineExceeded'],
  ]);
  expect(await running()).toHaveLength(0);
});

test('suspending stops its pods without counting them, resuming starts its time anew', async () => {
  await make({ parallelism: 2, completions: 2 });
  await cluster.patch(jobs, 'work', { spec: { suspend: true } });
  await cluster.settle();
  expect(await running()).toHaveLength(0);
  expect((await work()).status?.startTime).toBeUndefined();
  expect(await ends()).toEqual([['Suspended', 'JobSuspended']]);
  await cluster.advance(60_000);
  await cluster.patch(jobs, 'work', { spec: { suspend: false } });
  await cluster.settle();
  expect(await running()).toHaveLength(2);
  expect((await work()).status).toMatchObject({ startTime: '2026-03-01T00:01:00Z' });
  expect((await work()).status?.failed ?? 0).toBe(0);
});

test('a pod failure policy ends the Job at once', async () => {
  await make({ backoffLimit: 6, podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }] } });
  await end('Failed', 1, 42);
  expect((await ends()).at(-1)).toEqual(['Failed', 'PodFailurePolicy']);
});

test('it goes, with its pods, some time after its end', async () => {
  await make({ ttlSecondsAfterFinished: 100 });
  await end('Succeeded');
  await cluster.advance(99_000);
  expect(await cluster.list(jobs)).toHaveLength(1);
  await cluster.advance(1_000);
  expect(await cluster.list(jobs)).toEqual([]);
  expect(await cluster.list(pods)).toEqual([]);
});
