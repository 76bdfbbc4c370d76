import { type ClusterId, randomName } from '@kajitori/apimachinery';
import { silentLogger } from '@kajitori/telemetry';
import { testRedis, type TestRedis } from '@kajitori/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { queueConformance } from '../conformance/queue-conformance.ts';
import { notAgain } from '../queue.ts';
import { BullmqQueue } from './bullmq-queue.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await testRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

const open = (name = randomName(12)): BullmqQueue => new BullmqQueue({ redisUrl: redis.url, name, logger: silentLogger });

queueConformance(() => open());

test('processes share the work, and a key still never runs twice at once', async () => {
  const name = randomName(12);
  await using first = open(name);
  await using second = open(name);
  const key = { cluster: `c-${randomName(20)}` as ClusterId, controller: 'example', namespace: '', name: 'one' };
  let [active, overlaps, runs] = [0, 0, 0];
  const run = async (): Promise<typeof notAgain> => {
    active += 1;
    runs += 1;
    if (active > 1) overlaps += 1;
    await new Promise((resolve) => setTimeout(resolve, 2));
    active -= 1;
    return notAgain;
  };
  first.start(run);
  second.start(run);
  for (let index = 0; index < 60; index += 1) await (index % 2 === 0 ? first : second).add([key]);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(overlaps).toBe(0);
  expect(runs).toBeGreaterThan(1);
});

test('after Redis lost everything, an added key runs again, though its deduplication was lost half-way', async () => {
  await using queue = open();
  const key = { cluster: `c-${randomName(20)}` as ClusterId, controller: 'example', namespace: '', name: 'one' };
  const ran = Promise.withResolvers<true>();
  queue.start(async () => {
    ran.resolve(true);
    return notAgain;
  });
  await queue.addAfter(key, 60_000);
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
  // As the sweep would: once may be lost with what Redis half remembers.
  const adding = setInterval(() => void queue.add([key]), 50);
  expect(await ran.promise).toBe(true);
  clearInterval(adding);
});
