import { type TestDatabase, testDatabase } from '@kajitori/testing';
import postgres from 'postgres';
import type { Subject } from '../conformance/harness.ts';
import { openPostgresStorage, type PostgresStorageOptions } from './postgres-storage.ts';

export interface PostgresSubject extends Subject {
  database: TestDatabase;
  /** As the owner, past all walls. */
  owner: postgres.Sql;
}

/** A storage over a database of its own. */
export async function postgresSubject(options: Partial<PostgresStorageOptions> = {}): Promise<PostgresSubject> {
  const database = await testDatabase();
  const engine = openPostgresStorage({ url: database.appUrl, ...options });
  const owner = postgres(database.ownerUrl, { max: 2, onnotice: () => {} });
  return {
    database,
    engine,
    owner,
    async forgetHistory() {
      // Opens the next slot, then truncates the one before as if its time had come.
      for (let turn = 0; turn < 2; turn += 1) await owner`SELECT storage.rotate_log('0 s', '0 s')`;
    },
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await owner.end();
      await database[Symbol.asyncDispose]();
    },
  };
}
