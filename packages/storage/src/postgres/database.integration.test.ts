import { setImmediate as nextTurn } from 'node:timers/promises';
import { type TestDatabase, testDatabase } from '@kajitori/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { create, newCluster, widget } from '../conformance/harness.ts';
import { isRefusal } from '../storage.ts';
import { openPostgresStorage } from './postgres-storage.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

it('keeps transactions and single calls apart, however many clusters ask at once', async () => {
  await using engine = openPostgresStorage({ url: database.appUrl });
  const clusters = await Promise.all(Array.from({ length: 40 }, () => newCluster(engine)));
  const held = await Promise.all(clusters.map(({ id }) => engine.fences.acquire(id, 'lease', 'me', 60)));
  const kept = await Promise.all(
    clusters.map(async (storage, index) => {
      const fence = held[index];
      if (fence === undefined) throw new Error('the fence was taken');
      for (let round = 0; round < 10; round += 1) {
        const outcome = storage.write([create(widget(`w-${round}`))]);
        await nextTurn();
        await engine.fences.release(storage.id, fence);
        if (isRefusal(await outcome)) return false;
      }
      return true;
    }),
  );
  expect(kept.every(Boolean)).toBe(true);
});
