import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { create, newCluster, remove, update, widget, widgets, written } from '../conformance/harness.ts';
import { isRefusal, type NewObject, StorageUnavailableError } from '../storage.ts';
import { openPostgresStorage } from './postgres-storage.ts';
import { type PostgresSubject, postgresSubject } from './subject.fixture.ts';

/** What only Postgres can do wrong: groups, dead connections, stale plans, a crash that empties the unlogged tables. */
let subject: PostgresSubject;
let app: postgres.Sql;
beforeAll(async () => {
  subject = await postgresSubject();
  app = postgres(subject.database.appUrl, { max: 4, onnotice: () => {} });
});
afterAll(async () => {
  await app.end();
  await subject[Symbol.asyncDispose]();
});

const encoded = (t: string, { uid, group: g, resource: r, namespace: ns, name: n, body: b }: NewObject, i: number, e?: number) => ({
  i,
  s: i,
  t,
  g,
  r,
  ns,
  n,
  uid,
  b,
  l: {},
  f: {},
  v: 'v1',
  h: '',
  ...(e === undefined ? {} : { e }),
});

describe('the write function', () => {
  it.each([
    ['two updates', 'update', 'update'],
    ['an update and a deletion', 'update', 'delete'],
    ['two deletions', 'delete', 'delete'],
  ])('refuses %s of one object in one group, and changes nothing', async (_, first, second) => {
    const storage = await newCluster(subject.engine);
    const object = widget('a');
    const revision = await written(storage, create(object));
    const group = [encoded(first, object, 0, revision), encoded(second, object, 1, revision)];
    await expect(app`SELECT storage.durable_write(${storage.id}, ${randomUUID()}, ${JSON.stringify(group)})`).rejects.toThrow(
      /two operations|second time/,
    );
    expect(await storage.revision()).toBe(revision);
    expect(await storage.get(object)).toMatchObject({ revision });
  });

  it('refuses two creations of one object in one group', async () => {
    const storage = await newCluster(subject.engine);
    const group = [encoded('create', widget('a'), 0), encoded('create', widget('a'), 1)];
    await expect(app`SELECT storage.durable_write(${storage.id}, ${randomUUID()}, ${JSON.stringify(group)})`).rejects.toThrow(
      'second time',
    );
    expect((await storage.list(widgets)).objects).toEqual([]);
  });

  it('tells afterwards what became of a write, and stops one that was given up', async () => {
    const storage = await newCluster(subject.engine);
    const [happened, late] = [randomUUID(), randomUUID()];
    const group = JSON.stringify([encoded('create', widget('a'), 0)]);
    const [written_] = await app<{ outcome: string }[]>`SELECT storage.durable_write(${storage.id}, ${happened}, ${group}) AS outcome`;
    expect(await app`SELECT storage.durable_resolve(${storage.id}, ${happened}) AS outcome`).toEqual([{ outcome: written_?.outcome }]);
    expect(await app`SELECT storage.durable_resolve(${storage.id}, ${late}) AS outcome`).toEqual([{ outcome: null }]);
    const arrives = app`SELECT storage.durable_write(${storage.id}, ${late}, ${JSON.stringify([encoded('create', widget('b'), 0)])})`;
    await expect(arrives).rejects.toThrow('was abandoned');
    expect(await storage.get(widget('b'))).toBeUndefined();
  });

  it('waits with its resolution for a write that is still running', async () => {
    const storage = await newCluster(subject.engine);
    const id = randomUUID();
    const { promise: mayCommit, resolve: letCommit } = Promise.withResolvers<void>();
    const { promise: holds, resolve: held } = Promise.withResolvers<void>();
    const writing = app.begin(async (sql) => {
      await sql`SELECT storage.durable_write(${storage.id}, ${id}, ${JSON.stringify([encoded('create', widget('a'), 0)])})`;
      held();
      await mayCommit;
    });
    await holds;
    const resolving = app<{ outcome: string | null }[]>`SELECT storage.durable_resolve(${storage.id}, ${id}) AS outcome`;
    setTimeout(letCommit, 100);
    expect((await resolving)[0]?.outcome).toContain('null, 2');
    await writing;
  });
});

describe('groups', () => {
  it('do not let one set that the database cannot take fail the others', async () => {
    const storage = await newCluster(subject.engine);
    const outcomes = await Promise.allSettled([
      storage.write([create(widget('a'))]),
      storage.write([create(widget('b', { body: 'a NUL: \u0000' }))]),
      storage.write([create(widget('c'))]),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await storage.list(widgets)).objects.map(({ name }) => name)).toEqual(['a', 'c']);
  });

  it('keep the order of writes to one object that come together', async () => {
    const storage = await newCluster(subject.engine);
    const object = widget('a');
    const outcomes = await Promise.all([
      storage.write([create(object)]),
      storage.write([update({ ...object, body: '{"n":1}' }, 2)]),
      storage.write([create(widget('b'))]),
      storage.write([update({ ...object, body: '{"n":2}' }, 2)]),
      storage.write([remove(object, 4)]),
    ]);
    expect(outcomes).toEqual([
      { revisions: [2] },
      { revisions: [4] },
      { revisions: [3] },
      { refused: 'conflict', current: 4 },
      { revisions: [5] },
    ]);
  });
});

describe('connections that die', () => {
  it('lose no acknowledged write and double none', async () => {
    const storage = await newCluster(subject.engine);
    const from = await storage.revision();
    const done = new AbortController();
    const killing = (async () => {
      for (let killed = 0; !done.signal.aborted || killed < 5; killed += 1) {
        await subject.owner`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'kajitori_app' AND datname = current_database() AND application_name = 'kajitori'`;
        await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 100));
      }
    })();
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        const acknowledged: string[] = [];
        for (let n = 0; n < 60; n += 1) {
          const name = `w-${writer}-${n}`;
          const outcome = await storage.write([create(widget(name))]);
          if (isRefusal(outcome)) throw new Error(`${name}: ${JSON.stringify(outcome)}`);
          acknowledged.push(name);
        }
        return acknowledged;
      }),
    );
    done.abort();
    await killing;
    const listed = await storage.list(widgets);
    expect(listed.objects.map(({ name }) => name)).toEqual(outcomes.flat().sort());
    expect(listed.revision).toBe(from + 480);
  });

  it('give up in words when the database stays away', async () => {
    await using storage = openPostgresStorage({ url: 'postgres://kajitori_app:x@127.0.0.1:1/none', unavailableMilliseconds: 300 });
    const cluster = storage.cluster((await newCluster(subject.engine)).id);
    await expect(cluster.write([create(widget('a'))])).rejects.toThrow(StorageUnavailableError);
    await expect(cluster.get(widget('a'))).rejects.toThrow(StorageUnavailableError);
  });
});

describe('the volatile line', () => {
  it('never goes back when a crash empties its tables', async () => {
    const storage = await newCluster(subject.engine);
    const event = (name: string) => widget(name, { group: '', resource: 'events' });
    const before = await written(storage, create(event('a')));
    // What recovery does to unlogged tables.
    await subject.owner.unsafe(
      'TRUNCATE storage.volatile_heads, storage.volatile_resources, storage.volatile_changes, storage.volatile_writes',
    );
    expect(await storage.get(event('a'))).toBeUndefined();
    expect(await storage.revision('volatile')).toBeGreaterThanOrEqual(before);
    const after = await written(storage, create(event('a')));
    expect(after).toBeGreaterThan(before);
    expect(await storage.revision('volatile')).toBe(after);
  });

  it('reserves revisions before it gives them out', async () => {
    const storage = await newCluster(subject.engine);
    await written(storage, create(widget('a', { group: '', resource: 'events' })));
    await subject.owner`UPDATE storage.volatile_heads SET revision = reserved - 1 WHERE cluster = ${storage.id}`;
    for (const name of ['b', 'c', 'd']) await written(storage, create(widget(name, { group: '', resource: 'events' })));
    const [row] = await subject.owner<{ fits: boolean }[]>`
      SELECT v.revision <= h.volatile_reserved AND v.reserved = h.volatile_reserved AS fits
      FROM storage.volatile_heads v JOIN storage.heads h USING (cluster) WHERE cluster = ${storage.id}`;
    expect(row?.fits).toBe(true);
  });
});

describe('plans', () => {
  it('made for empty tables stay good when the tables are full', async () => {
    const storage = await newCluster(subject.engine);
    for (let n = 0; n < 12; n += 1) await written(storage, create(widget(`warm-${n}`)));
    const time = async (prefix: string): Promise<number> => {
      const started = performance.now();
      for (let round = 0; round < 5; round += 1) {
        const written_ = await Promise.all(
          Array.from({ length: 100 }, (_, n) => written(storage, create(widget(`${prefix}-${round}-${n}`)))),
        );
        expect(written_).toHaveLength(100);
      }
      return performance.now() - started;
    };
    await time('warm');
    const empty = await time('empty');
    await Promise.all(Array.from({ length: 8_000 }, (_, n) => storage.write([create(widget(`fill-${n}`))])));
    const full = await time('full');
    // A plan that reads the table would cost a hundred times as much.
    expect(full).toBeLessThan(empty * 5 + 500);
  });
});

describe('a restore', () => {
  it('makes all clients list anew, and gives no revision twice', async () => {
    const storage = await newCluster(subject.engine);
    const before = await written(storage, create(widget('a')));
    await subject.owner`SELECT storage.after_restore()`;
    const after = await written(storage, create(widget('b')));
    expect(after).toBe(before + 2 ** 32 + 1);
    await expect(storage.list({ ...widgets, revision: before })).rejects.toThrow('no longer in the log');
    await expect(subject.engine.dispatch.changes(storage.id, before)).rejects.toThrow('no longer in the log');
  });

  it('gives no epoch twice, not even of a fence that was lost, and ends every hold', async () => {
    const storage = await newCluster(subject.engine);
    const { fences } = subject.engine;
    const before = await fences.acquire(storage.id, 'node/a', 'one', 3600);
    await subject.owner`SELECT storage.after_restore()`;
    await expect(storage.write([create(widget('late'))], { fence: { name: 'node/a', epoch: before!.epoch } })).resolves.toEqual({
      refused: 'fenced',
    });
    const after = await fences.acquire(storage.id, 'node/a', 'two', 3600);
    expect(after?.epoch).toBe(before!.epoch + 2 ** 32 + 1);
    const unheard = await fences.acquire(storage.id, 'node/made-after-the-backup', 'one', 3600);
    expect(unheard?.epoch).toBe(2 ** 32 + 1);
  });
});
