import { type ClusterId, newClusterId } from '@kajitori/apimachinery';
import { type TestRedis, testRedis, waitFor } from '@kajitori/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changesAfter, create, newCluster, widget, written } from '../conformance/harness.ts';
import { openPostgresStorage } from '../postgres/postgres-storage.ts';
import { postgresSubject, type PostgresSubject } from '../postgres/subject.fixture.ts';
import type { Line, Revision } from '../storage.ts';
import { RedisWake } from './redis-wake.ts';

let redis: TestRedis;
let subject: PostgresSubject;
beforeAll(async () => {
  redis = await testRedis();
  subject = await postgresSubject();
});
afterAll(async () => {
  await subject[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

it('carries rings from one process to those that listen, and to nobody else', async () => {
  await using ringing = new RedisWake(redis);
  await using hearing = new RedisWake(redis);
  const [one, two] = [newClusterId(), newClusterId()];
  const heard: [Line, Revision][] = [];
  const heardOfAll: [ClusterId, Revision][] = [];
  const listening = hearing.listen(one, (...rung) => heard.push(rung));
  using _all = hearing.listenToAll((...rung) => heardOfAll.push(rung));
  await waitFor(
    () => {
      ringing.ring(two, 'durable', 5);
      ringing.ring(one, 'volatile', 3);
      return heard.length > 0 && heardOfAll.length > 0;
    },
    { what: 'the subscriptions are there' },
  );
  expect(heard).toContainEqual(['volatile', 3]);
  expect(heardOfAll).toContainEqual([two, 5]);
  expect(heard.some(([, revision]) => revision === 5)).toBe(false);
  listening[Symbol.dispose]();
  listening[Symbol.dispose]();
  const count = heard.length;
  hearing.ring(one, 'durable', 9);
  expect(heard).toHaveLength(count);
});

it('lets a watcher in another process see a write at once, and without Redis a little later', async () => {
  await using wakeOfWriter = new RedisWake(redis);
  await using wakeOfWatcher = new RedisWake(redis);
  await using writer = openPostgresStorage({ url: subject.database.appUrl, wake: wakeOfWriter });
  await using watcher = openPostgresStorage({ url: subject.database.appUrl, wake: wakeOfWatcher });
  const storage = await newCluster(writer);
  const other = watcher.cluster(storage.id);
  await changesAfterWrite('warm');
  expect(await changesAfterWrite('rung')).toBeLessThan(1_000);
  await redis.kill();
  expect(await changesAfterWrite('polled')).toBeLessThan(5_000);
  await redis.restart();

  async function changesAfterWrite(name: string): Promise<number> {
    const seen = changesAfter(other, await storage.revision(), 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const started = performance.now();
    await written(storage, create(widget(name)));
    expect(await seen).toMatchObject([{ object: { name } }]);
    return performance.now() - started;
  }
});
