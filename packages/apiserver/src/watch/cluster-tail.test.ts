import { newClusterId } from '@kajitori/apimachinery';
import { openMemoryStorage } from '@kajitori/storage';
import { silentLogger } from '@kajitori/telemetry';
import { expect, it } from 'vitest';
import { ClusterTail } from './cluster-tail.ts';

it('tells many watchers in slices, and each of them everything, once and in order', async () => {
  await using storage = openMemoryStorage();
  const cluster = newClusterId();
  await storage.clusters.create(cluster);
  const rests: number[] = [];
  const rest = async (worked: number): Promise<void> => {
    rests.push(worked);
    await new Promise((resolve) => setImmediate(resolve));
  };
  await using tail = new ClusterTail(storage.cluster(cluster), 'durable', { logger: silentLogger, rest });
  const told = Array.from({ length: 20 }, () => [] as number[]);
  for (const revisions of told) {
    const begun = await tail.subscribe({
      deliver: ({ revision }) => {
        revisions.push(revision);
        const until = performance.now() + 1;
        while (performance.now() < until);
      },
      fail: (error) => {
        throw error;
      },
    });
    expect(begun).toBeGreaterThan(0);
  }
  const write = async (name: string): Promise<void> => {
    const key = { group: '', resource: 'widgets', namespace: 'default', name };
    const object = { ...key, uid: name, body: '{}', labels: {}, fields: {}, stamp: { version: 'v1', schemaHash: '' } };
    await storage.cluster(cluster).write([{ type: 'create', object }]);
  };
  await write('one');
  await write('two');
  const last = await storage.cluster(cluster).revision();
  await expect.poll(() => told.every((revisions) => revisions.at(-1) === last)).toBe(true);
  for (const revisions of told) expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b));
  // Some milliseconds each: no slice holds the process for all of them.
  expect(rests.length).toBeGreaterThan(2);
});
