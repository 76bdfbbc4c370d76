import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase } from '@kajitori/testing';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appRole, migrate } from './migrate.ts';

const appPassword = 'kajitori-app-test';

describe('migrate', () => {
  let directory: string;
  const write = (name: string, text: string): Promise<void> => writeFile(join(directory, name), text);
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kajitori-migrations-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('applies each file once, in order, also when a lower number arrives later', async () => {
    await using database = await testDatabase({ migrated: false });
    await write('0002_second.sql', 'CREATE TABLE b (x int);');
    await write('0100_third.sql', 'ALTER TABLE b ADD y int; -- and a second statement\nCREATE TABLE c ();');
    await write('notes.txt', 'not a migration');
    expect(await migrate(database.ownerUrl, directory, { appPassword })).toEqual(['0002_second', '0100_third']);
    await write('0001_first.sql', 'CREATE TABLE a (x int);');
    expect(await migrate(database.ownerUrl, directory, { appPassword })).toEqual(['0001_first']);
    expect(await migrate(database.ownerUrl, directory, { appPassword })).toEqual([]);
  });

  it('is run by one process at a time', async () => {
    await using database = await testDatabase({ migrated: false });
    await write('0001_once.sql', 'CREATE TABLE once (); SELECT pg_sleep(0.1);');
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(database.ownerUrl, directory, { appPassword })));
    expect(applied.flat()).toEqual(['0001_once']);
  });

  it('applies a file whole or not at all', async () => {
    await using database = await testDatabase({ migrated: false });
    await write('0001_half.sql', 'CREATE TABLE half (); SELECT 1 / 0;');
    await expect(migrate(database.ownerUrl, directory, { appPassword })).rejects.toThrow('0001_half failed and changed nothing');
    await write('0001_half.sql', 'CREATE TABLE half ();');
    expect(await migrate(database.ownerUrl, directory, { appPassword })).toEqual(['0001_half']);
  });

  it('refuses a file that changed since, and two of one number', async () => {
    await using database = await testDatabase({ migrated: false });
    await write('0001_a.sql', 'SELECT 1;');
    await migrate(database.ownerUrl, directory, { appPassword });
    await write('0001_a.sql', 'SELECT 2;');
    await expect(migrate(database.ownerUrl, directory, { appPassword })).rejects.toThrow('applied in another form');
    await write('0001_b.sql', 'SELECT 1;');
    await expect(migrate(database.ownerUrl, directory, { appPassword })).rejects.toThrow('share the number 1');
  });

  it('makes a role that can log in with its password and may use what lies in public', async () => {
    await using database = await testDatabase({ migrated: false });
    await write('0001_t.sql', 'CREATE TABLE t (id serial, x int);');
    await migrate(database.ownerUrl, directory, { appPassword });
    const sql = postgres(database.appUrl, { max: 1 });
    try {
      await sql`INSERT INTO t (x) VALUES (1)`;
      expect(await sql`SELECT current_user AS role, x FROM t`).toEqual([{ role: appRole, x: 1 }]);
    } finally {
      await sql.end();
    }
  });
});
