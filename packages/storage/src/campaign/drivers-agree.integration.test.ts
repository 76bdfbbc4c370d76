import { type ClusterId, newClusterId } from '@kajitori/apimachinery';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openMemoryStorage } from '../memory/memory-storage.ts';
import { type PostgresSubject, postgresSubject } from '../postgres/subject.fixture.ts';
import type { ClusterStorage, ListOptions, Operation } from '../storage.ts';

/** Whatever is asked one after the other, Postgres and memory answer alike: outcomes, refusals, lists of any revision, the log. */
let subject: PostgresSubject;
beforeAll(async () => {
  subject = await postgresSubject();
});
afterAll(() => subject[Symbol.asyncDispose]());

const resource = { group: 'example.com', resource: 'widgets' };
const key = fc.record({ namespace: fc.constantFrom('a', 'b'), name: fc.constantFrom('x', 'X', 'y-1', 'y-10') });
const labels = fc.dictionary(fc.constantFrom('app', 'tier'), fc.constantFrom('', 'web', 'db'));
const fields = fc.dictionary(fc.constantFrom('spec.nodeName'), fc.constantFrom('', 'n1', 'n2'));
/** How far behind the truth the writer's revision is. */
const staleness = fc.constantFrom(0, 0, 0, 1);

const operation = fc.record({
  type: fc.constantFrom('create', 'update', 'update', 'delete'),
  key,
  labels,
  fields,
  text: fc.string(),
  staleness,
});
const list = fc.record({
  namespace: fc.option(fc.constantFrom('a', 'b', 'none'), { nil: undefined }),
  labels: fc.array(
    fc.record({
      key: fc.constantFrom('app', 'tier'),
      operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
      values: fc.subarray(['', 'web', 'db'], { minLength: 1 }),
    }),
    { maxLength: 2 },
  ),
  fields: fc.array(
    fc.record({ field: fc.constant('spec.nodeName'), operator: fc.constantFrom('=', '!='), value: fc.constantFrom('', 'n1') }),
    { maxLength: 1 },
  ),
  limit: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  back: fc.nat({ max: 6 }),
});
const step = fc.oneof(
  fc.array(operation, { minLength: 1, maxLength: 3 }).map((set) => ({ set })),
  list.map((asked) => ({ asked })),
);

type Step = {
  set?: typeof operation extends fc.Arbitrary<infer T> ? T[] : never;
  asked?: typeof list extends fc.Arbitrary<infer T> ? T : never;
};

async function operationsOf(storage: ClusterStorage, set: NonNullable<Step['set']>): Promise<Operation[]> {
  const operations = new Map<string, Operation>();
  for (const { type, key: place, staleness: behind, text, ...marks } of set) {
    const full = { ...resource, ...place };
    const current = await storage.get(full);
    const uid = current?.uid ?? `uid-of-${place.namespace}-${place.name}`;
    const expectedRevision = (current?.revision ?? 2) - behind;
    const body = JSON.stringify({ text });
    const object = { ...full, uid, body, ...marks, stamp: { version: 'v1', schemaHash: '' } };
    const operation =
      type === 'create'
        ? { type, object }
        : type === 'update'
          ? { type, object, expectedRevision }
          : { type: 'delete' as const, key: full, uid, expectedRevision };
    operations.set(JSON.stringify(place), operation as Operation);
  }
  return [...operations.values()];
}

/** Errors are answers too. */
const answer = <T>(promise: Promise<T>): Promise<unknown> => promise.catch((error: Error) => error.name);

it('the drivers agree on every sequence', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const memory = openMemoryStorage();
      const id: ClusterId = newClusterId();
      await Promise.all([memory.clusters.create(id), subject.engine.clusters.create(id)]);
      const [one, two] = [memory.cluster(id), subject.engine.cluster(id)];
      for (const { set, asked } of steps as Step[]) {
        if (set !== undefined) {
          const operations = await operationsOf(one, set);
          expect(await two.write(operations)).toEqual(await one.write(operations));
        }
        if (asked !== undefined) {
          const { back, ...options } = asked;
          const wanted = { ...resource, ...options, ...(back === 0 ? {} : { revision: (await one.revision()) - back + 1 }) } as ListOptions;
          expect(await answer(two.list(wanted))).toEqual(await answer(one.list(wanted)));
        }
      }
      expect(await two.count()).toEqual(await one.count());
      expect(await two.count(resource)).toEqual(await one.count(resource));
      const [expected, actual] = [await memory.dispatch.changes(id, 1), await subject.engine.dispatch.changes(id, 1)];
      expect(actual.changes.map(({ before: _, ...change }) => change)).toEqual(expected.changes.map(({ before: _, ...change }) => change));
      for (const [index, { before }] of actual.changes.entries()) {
        const other = expected.changes[index]?.before;
        expect(before).toEqual(
          other === undefined ? undefined : { body: other.body, labels: other.labels, fields: other.fields, revision: other.revision },
        );
      }
    }),
    { numRuns: 40 },
  );
});
