import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { create, newCluster, widget, written } from '../conformance/harness.ts';
import { type PostgresSubject, postgresSubject } from './subject.fixture.ts';

/** The second wall: what the database itself refuses to the role of the processes. */
let subject: PostgresSubject;
let app: postgres.Sql;
let id: string;
let other: string;
beforeAll(async () => {
  subject = await postgresSubject();
  app = postgres(subject.database.appUrl, { max: 1, onnotice: () => {} });
  for (const make of [0, 1]) {
    const storage = await newCluster(subject.engine);
    await written(storage, create(widget('a')));
    await written(storage, create(widget('e', { group: '', resource: 'events' })));
    await subject.engine.fences.acquire(storage.id, 'fence', 'me', 60);
    await subject.engine.dispatch.register('walls');
    await subject.engine.dispatch.advance('walls', storage.id, 1);
    await subject.engine.wakeups.set(storage.id, 'k', new Date(), 'earliest');
    await subject.engine.occurrences.schedule(storage.id, 'uid', new Date());
    await subject.engine.dataKeys.add(storage.id, { number: 1, wrapped: 'x' });
    await subject.owner`INSERT INTO storage.abandoned_writes (cluster, id) VALUES (${storage.id}, gen_random_uuid())`;
    if (make === 0) id = storage.id;
    else other = storage.id;
  }
});
afterAll(async () => {
  await app.end();
  await subject[Symbol.asyncDispose]();
});

const walled = async (): Promise<string[]> => {
  const rows = await subject.owner<{ name: string }[]>`
    SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'cluster'
    WHERE c.relnamespace = 'storage'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`;
  return rows.map(({ name }) => name);
};

describe('row-level security', () => {
  it('stands before every table that has a cluster', async () => {
    const names = await walled();
    expect(names.length).toBeGreaterThanOrEqual(14);
    for (const name of names) {
      const [count] = await subject.owner.unsafe<{ all: string }[]>(`SELECT count(DISTINCT cluster) AS all FROM storage.${name}`);
      expect([name, Number(count?.all)]).toEqual([name, 2]);
    }
  });

  it('shows nothing to a query that forgot its cluster', async () => {
    for (const name of await walled()) expect([name, ...(await app.unsafe(`SELECT * FROM storage.${name}`))]).toEqual([name]);
  });

  it('shows one cluster to a transaction that is bound to it, whatever it asks for', async () => {
    for (const name of await walled()) {
      const rows = await app.begin(async (sql) => {
        await sql`SELECT set_config('kajitori.cluster', ${id}, true)`;
        return sql.unsafe<{ cluster: string }[]>(`SELECT DISTINCT cluster FROM storage.${name} WHERE cluster >= ''`);
      });
      expect([name, ...rows.map(({ cluster }) => cluster)]).toEqual([name, id]);
    }
    for (const name of await walled()) expect([name, ...(await app.unsafe(`SELECT * FROM storage.${name}`))]).toEqual([name]);
  });

  it('takes no row for another cluster', async () => {
    const foreign = app.begin(async (sql) => {
      await sql`SELECT set_config('kajitori.cluster', ${id}, true)`;
      await sql`INSERT INTO storage.wakeups (cluster, key, due_at) VALUES (${other}, 'k2', now())`;
    });
    await expect(foreign).rejects.toThrow('row-level security');
  });
});

describe('the role of the processes', () => {
  it.each([
    ['TRUNCATE storage.resources', 'permission denied'],
    ['DELETE FROM storage.changes', 'permission denied'],
    ['UPDATE storage.changes SET body = body', 'permission denied'],
    ['DELETE FROM storage.heads', 'permission denied'],
    ['SELECT * FROM storage.changes_0', 'permission denied'],
    ['SELECT * FROM storage.volatile_changes_1', 'permission denied'],
    ['ALTER TABLE storage.resources DISABLE ROW LEVEL SECURITY', 'must be owner'],
    ['CREATE TABLE storage.mine (x int)', 'permission denied'],
    ['CREATE TABLE public.mine (x int)', 'permission denied'],
    ['SELECT storage.after_restore()', 'permission denied'],
    ['SELECT * FROM kajitori.migrations', 'permission denied'],
    ['SET ROLE postgres', 'permission denied'],
  ])('may not %s', async (statement, why) => {
    await expect(app.unsafe(statement)).rejects.toThrow(why);
  });
});
