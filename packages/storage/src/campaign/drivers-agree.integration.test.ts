import { type ClusterId, newClusterId } from '@kajitori/apimachinery';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openMemoryStorage } from '../memory/memory-storage.ts';
import { type PostgresSubject, postgresSubject } from '../postgres/subject.fixture.ts';
import type { Change, ClusterStorage, ListOptions, Operation } from '../storage.ts';

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

const anOperation = fc.record({
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
  fc.array(anOperation, { minLength: 1, maxLength: 3 }).map((set) => ({ set })),
  list.map((asked) => ({ asked })),
);

type Step = {
  set?: typeof anOperation extends fc.Arbitrary<infer T> ? T[] : never;
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
    operations.set(JSON.stringify(place), operation);
  }
  return [...operations.values()];
}

/** Errors are answers too. */
const answer = <T>(promise: Promise<T>): Promise<unknown> => promise.catch((error: Error) => error.name);

async function answersTo({ set, asked }: Step, one: ClusterStorage, two: ClusterStorage): Promise<[unknown, unknown]> {
  if (set !== undefined) {
    const operations = await operationsOf(one, set);
    return [await one.write(operations), await two.write(operations)];
  }
  const { back = 0, ...options } = asked ?? {};
  const wanted = { ...resource, ...options, ...(back === 0 ? {} : { revision: (await one.revision()) - back + 1 }) } as ListOptions;
  return [await answer(one.list(wanted)), await answer(two.list(wanted))];
}

/** A change with no more of what was before than the contract names. */
function comparable({ before, ...change }: Change): unknown {
  if (before === undefined) return change;
  const { body, labels: marks, fields: values, revision } = before;
  return { ...change, before: { body, labels: marks, fields: values, revision } };
}

it('the drivers agree on every sequence', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const memory = openMemoryStorage();
      const id: ClusterId = newClusterId();
      await Promise.all([memory.clusters.create(id), subject.engine.clusters.create(id)]);
      const [one, two] = [memory.cluster(id), subject.engine.cluster(id)];
      for (const taken of steps as Step[]) {
        const [expected, actual] = await answersTo(taken, one, two);
        expect(actual).toEqual(expected);
      }
      expect(await two.count()).toEqual(await one.count());
      expect(await two.count(resource)).toEqual(await one.count(resource));
      const changes = (await memory.dispatch.changes(id, 1)).changes.map(comparable);
      expect((await subject.engine.dispatch.changes(id, 1)).changes.map(comparable)).toEqual(changes);
    }),
    { numRuns: 40 },
  );
});
