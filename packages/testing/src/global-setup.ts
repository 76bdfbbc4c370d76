import { startTestPostgres } from './test-postgres.ts';
import { postgresUrlVariable } from './test-database.ts';

/** vitest's globalSetup of the integration and e2e projects: one Postgres for all their files. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[postgresUrlVariable]) return undefined;
  const postgres = await startTestPostgres();
  process.env[postgresUrlVariable] = postgres.url;
  return async () => {
    delete process.env[postgresUrlVariable];
    await postgres[Symbol.asyncDispose]();
  };
}
