import { afterAll, beforeAll, expect, it } from 'vitest';
import { changesAfter, create, newCluster, widget, widgets, written } from '../conformance/harness.ts';
import { ExpiredError } from '../storage.ts';
import { type PostgresSubject, postgresSubject } from './subject.fixture.ts';

let subject: PostgresSubject;
beforeAll(async () => {
  subject = await postgresSubject();
});
afterAll(() => subject[Symbol.asyncDispose]());

const rotate = async (slot: string, keep: string): Promise<boolean> => {
  const [row] = await subject.owner<{ rotated: boolean }[]>`SELECT storage.rotate_log(${slot}::interval, ${keep}::interval) AS rotated`;
  return row?.rotated === true;
};

it('keeps history until it is old enough, and no slot is opened before another is free', async () => {
  const storage = await newCluster(subject.engine);
  const from = await storage.revision();
  for (let slot = 0; slot < 4; slot += 1) {
    await written(storage, create(widget(`w-${slot}`)));
    // A log of four slots: three turns lead to the last, the fourth finds the first still full.
    expect(await rotate('0 s', '1 hour')).toBe(slot < 3);
  }
  await written(storage, create(widget('w-4')));
  expect((await changesAfter(storage, from, 5)).map(({ object }) => object.name)).toEqual(['w-0', 'w-1', 'w-2', 'w-3', 'w-4']);
  expect((await storage.list({ ...widgets, revision: from + 2 })).objects).toHaveLength(2);
  expect(await rotate('1 hour', '0 s')).toBe(true);
  await expect(changesAfter(storage, from + 2, 1)).rejects.toThrow(ExpiredError);
  expect((await changesAfter(storage, from + 3, 2)).map(({ object }) => object.name)).toEqual(['w-3', 'w-4']);
  expect(await rotate('1 hour', '0 s')).toBe(false);
  expect(await subject.engine.maintain()).toBe(false);
});

it('waits for a consumer that is behind, and no longer than that', async () => {
  const storage = await newCluster(subject.engine);
  await subject.engine.dispatch.register('slow');
  const head = await written(storage, create(widget('a')));
  for (const { cluster, head: newest } of await subject.engine.dispatch.dirty('slow', 100)) {
    await subject.engine.dispatch.advance('slow', cluster, cluster === storage.id ? newest - 1 : newest);
  }
  await subject.forgetHistory();
  expect((await subject.engine.dispatch.changes(storage.id, head - 1)).changes).toHaveLength(1);
  await subject.engine.dispatch.advance('slow', storage.id, head);
  await subject.forgetHistory();
  await expect(subject.engine.dispatch.changes(storage.id, head - 1)).rejects.toThrow(ExpiredError);
});

it('goes on beside writers', async () => {
  const storage = await newCluster(subject.engine);
  const from = await storage.revision();
  const seen = changesAfter(storage, from, 400);
  const done = new AbortController();
  const refusals: unknown[] = [];
  const rotating = (async () => {
    while (!done.signal.aborted) await rotate('0 s', '1 hour').catch((error: { code?: string }) => refusals.push(error.code));
  })();
  for (let round = 0; round < 20; round += 1)
    await Promise.all(Array.from({ length: 20 }, (_, n) => written(storage, create(widget(`r-${round}-${n}`)))));
  expect((await seen).map(({ revision }) => revision)).toEqual(Array.from({ length: 400 }, (_, n) => from + 1 + n));
  done.abort();
  await rotating;
  expect(refusals.filter((code) => code !== '55P03')).toEqual([]);
});
