import { type CronJob, cronJobs, events, type Job, jobs } from '@kajitori/kinds';
import { openPostgresStorage } from '@kajitori/storage';
import { testDatabase, type TestDatabase } from '@kajitori/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TestCluster } from '../test-cluster.testing.ts';
import { cronJob } from './cron-job.controller.ts';

let cluster: TestCluster;
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const minute = 60_000;
async function make(spec: object): Promise<CronJob> {
  const jobTemplate = {
    metadata: { labels: { a: 'b' } },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'work', image: 'work:1' }] } } },
  };
  const made = await cluster.create(cronJobs, { metadata: { name: 'tick' }, spec: { schedule: '* * * * *', jobTemplate, ...spec } });
  await cluster.settle();
  return made;
}
const names = async (): Promise<(string | undefined)[]> => (await cluster.list(jobs)).map(({ metadata }) => metadata.name);
const minuteOf = (time: string): number => Date.parse(time) / minute;
async function finish(job: Job | undefined, type: 'Complete' | 'Failed' = 'Complete'): Promise<void> {
  const at = cluster.clock.now().toISOString().replace('.000Z', 'Z');
  const conditions = [{ type, status: 'True', lastTransitionTime: at }];
  const started = job?.metadata.creationTimestamp ?? at;
  await cluster.patch(
    jobs,
    job?.metadata.name ?? '',
    { status: { conditions, startTime: started, ...(type === 'Complete' ? { completionTime: at, succeeded: 1 } : { failed: 1 }) } },
    'status',
  );
  await cluster.settle();
}
const occurrences = async ({ metadata }: CronJob): Promise<[string, string, string][]> =>
  (await cluster.storage.occurrences.list(cluster.id, metadata.uid ?? '', { limit: 100 })).map(({ scheduledAt, state, detail }) => [
    scheduledAt.toISOString().slice(11, 16),
    state,
    detail,
  ]);
/** Events are told without waiting for them: ask again and again. */
const reasons = async (): Promise<(string | undefined)[]> => (await cluster.list(events)).map(({ reason }) => reason);

describe.each(['memory', 'postgres'] as const)('on %s storage', (driver) => {
  beforeEach(async () => {
    const storage = driver === 'memory' ? undefined : () => openPostgresStorage({ url: database.appUrl });
    cluster = await TestCluster.open({ descriptors: [cronJob], start: '2026-03-01T00:00:30Z', storage });
  });
  afterEach(() => cluster[Symbol.asyncDispose]());

  test('fires on the minute, names the Job after it, and keeps a row', async () => {
    const made = await make({ timeZone: 'Asia/Tokyo' });
    expect(await names()).toEqual([]);
    await cluster.advance(30_000);
    const [job] = await cluster.list(jobs);
    expect(job?.metadata.name).toBe(`tick-${minuteOf('2026-03-01T00:01:00Z')}`);
    expect(job?.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp']).toBe('2026-03-01T09:01:00+09:00');
    expect(job?.metadata.labels?.['a']).toBe('b');
    const found = await cluster.get(cronJobs, 'tick');
    expect(found.status?.lastScheduleTime).toBe('2026-03-01T00:01:00Z');
    expect(found.status?.active?.map(({ name }) => name)).toEqual([job?.metadata.name]);
    await finish(job);
    expect((await cluster.get(cronJobs, 'tick')).status?.active ?? []).toEqual([]);
    expect((await cluster.get(cronJobs, 'tick')).status?.lastSuccessfulTime).toBe('2026-03-01T00:01:00Z');
    expect(await occurrences(made)).toEqual([['00:01', 'started', job?.metadata.name]]);
    await expect.poll(reasons).toEqual(expect.arrayContaining(['SuccessfulCreate', 'SawCompletedJob']));
    expect(cluster.errors).toEqual([]);
  });

  test('an hour in Tokyo is an hour in Tokyo', async () => {
    await make({ schedule: '0 9 * * *', timeZone: 'Asia/Tokyo' });
    await cluster.advance(23 * 60 * minute + 59 * minute);
    expect(await names()).toEqual([]);
    await cluster.advance(minute);
    expect(await names()).toEqual([`tick-${minuteOf('2026-03-02T00:00:00Z')}`]);
  });

  test('Forbid waits for the running Job, and starts late when it ends', async () => {
    const made = await make({ concurrencyPolicy: 'Forbid' });
    await cluster.advance(30_000);
    await cluster.advance(minute);
    await cluster.advance(minute);
    expect(await names()).toHaveLength(1);
    await expect.poll(reasons).toContain('JobAlreadyActive');
    await finish((await cluster.list(jobs))[0]);
    expect(await names()).toEqual([`tick-${minuteOf('2026-03-01T00:01:00Z')}`, `tick-${minuteOf('2026-03-01T00:03:00Z')}`]);
    expect((await occurrences(made)).map(([at, state]) => [at, state])).toEqual([
      ['00:03', 'started'],
      ['00:02', 'skipped'],
      ['00:01', 'started'],
    ]);
  });

  test('Replace deletes the running Job, Allow lets it run', async () => {
    await make({ concurrencyPolicy: 'Replace' });
    await cluster.advance(30_000);
    await cluster.advance(minute);
    expect(await names()).toEqual([`tick-${minuteOf('2026-03-01T00:02:00Z')}`]);
    await cluster.patch(cronJobs, 'tick', { spec: { concurrencyPolicy: 'Allow' } });
    await cluster.settle();
    await cluster.advance(minute);
    expect(await names()).toHaveLength(2);
  });

  test('suspended it does nothing; an instant past its deadline is missed', async () => {
    const made = await make({ suspend: true, startingDeadlineSeconds: 90 });
    await cluster.advance(30_000);
    await cluster.advance(4 * minute);
    expect(await names()).toEqual([]);
    await cluster.patch(cronJobs, 'tick', { spec: { suspend: false } });
    await cluster.settle();
    expect(await names()).toEqual([`tick-${minuteOf('2026-03-01T00:05:00Z')}`]);
    expect((await occurrences(made)).map(([at, state, detail]) => [at, state, detail].slice(0, state === 'missed' ? 3 : 2))).toEqual([
      ['00:05', 'started'],
      ['00:04', 'missed', 'Superseded'],
      ['00:03', 'missed', 'MissedDeadline'],
      ['00:02', 'missed', 'MissedDeadline'],
      ['00:01', 'missed', 'MissedDeadline'],
    ]);
    await expect.poll(reasons).toContain('MissSchedule');
  });

  test('finished Jobs beyond the limits are deleted', async () => {
    await make({ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 1 });
    for (const type of ['Complete', 'Failed', 'Complete', 'Failed'] as const) {
      await cluster.advance(minute);
      await finish(
        (await cluster.list(jobs)).find(({ status }) => status?.conditions === undefined),
        type,
      );
    }
    expect(await names()).toEqual([3, 4].map((at) => `tick-${minuteOf('2026-03-01T00:00:00Z') + at}`));
  });

  test('an instant never runs twice, whatever became of its Job and of the status', async () => {
    const made = await make({});
    await cluster.advance(30_000);
    const [job] = await cluster.list(jobs);
    await cluster.resource(jobs).delete('default', job?.metadata.name ?? '', { propagationPolicy: 'Background' });
    await cluster.patch(cronJobs, 'tick', { status: { lastScheduleTime: null } }, 'status');
    await cluster.settle();
    expect(await names()).toEqual([]);
    expect(await occurrences(made)).toHaveLength(1);
  });
});
