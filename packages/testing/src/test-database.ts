import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { appRole, migrate } from '@kajitori/storage';
import postgres from 'postgres';
import type { Sql } from 'postgres';
import { startTestPostgres } from './test-postgres.ts';

/** Owner's URL of a Postgres whose databases tests may make and drop; the global set-up sets it. */
export const postgresUrlVariable = 'KAJITORI_TEST_POSTGRES_URL';

const appPassword = 'kajitori-app-test';
const template = 'kajitori_template';
const lockKey = 7_242_026;
export const migrationsDirectory = fileURLToPath(new URL('../../../migrations', import.meta.url));

export interface TestDatabase extends AsyncDisposable {
  readonly name: string;
  /** As the owner of the tables, who migrates. */
  readonly ownerUrl: string;
  /** As `kajitori_app`, like the product's processes. */
  readonly appUrl: string;
}

export interface TestDatabaseOptions {
  /** False: an empty database. */
  migrated?: boolean;
}

let ownServer: Promise<string> | undefined;

/**
 * A database of the caller's own in the run's Postgres, cloned from a template that has all migrations. Ask for one
 * a test file; a clone takes some 30 ms. Without vitest's global set-up, a server is started that ends with the process.
 */
export async function testDatabase({ migrated = true }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const serverUrl = process.env[postgresUrlVariable] ?? (await (ownServer ??= startOwnServer()));
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withServer(serverUrl, async (sql) => {
    await ensureAppRole(sql);
    if (migrated) await ensureTemplate(sql, serverUrl);
    await sql.unsafe(`CREATE DATABASE ${name} TEMPLATE ${migrated ? template : 'template0'}`);
  });
  return {
    name,
    ownerUrl: urlOf(serverUrl, { database: name }),
    appUrl: urlOf(serverUrl, { database: name, user: appRole, password: appPassword }),
    async [Symbol.asyncDispose]() {
      await withServer(serverUrl, (sql) => sql.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

/** For a process without the global set-up: it ends with the process, which it does not keep alive. */
async function startOwnServer(): Promise<string> {
  const server = await startTestPostgres();
  server.unref();
  return server.url;
}

async function withServer(url: string, use: (sql: Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await use(sql);
  } finally {
    await sql.end();
  }
}

/** Roles belong to the server, not to a database: whoever comes first makes it. */
async function ensureAppRole(sql: Sql): Promise<void> {
  await locked(sql, async () => {
    const [found] = await sql`SELECT 1 FROM pg_roles WHERE rolname = ${appRole} AND rolcanlogin`;
    if (!found) await sql.unsafe(`CREATE ROLE ${appRole} LOGIN PASSWORD '${appPassword}'`);
  });
}

async function ensureTemplate(sql: Sql, serverUrl: string): Promise<void> {
  await locked(sql, async () => {
    const [found] = await sql`SELECT 1 FROM pg_database WHERE datname = ${template}`;
    if (found) return;
    const building = `${template}_building`;
    await sql.unsafe(`DROP DATABASE IF EXISTS ${building} WITH (FORCE)`);
    await sql.unsafe(`CREATE DATABASE ${building} TEMPLATE template0`);
    await migrate(urlOf(serverUrl, { database: building }), migrationsDirectory, { appPassword });
    await sql.unsafe(`ALTER DATABASE ${building} RENAME TO ${template}`);
  });
}

async function locked(sql: Sql, work: () => Promise<void>): Promise<void> {
  await sql`SELECT pg_advisory_lock(${lockKey})`;
  try {
    await work();
  } finally {
    await sql`SELECT pg_advisory_unlock(${lockKey})`;
  }
}

function urlOf(serverUrl: string, { database, user, password }: { database: string; user?: string; password?: string }): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  if (user) url.username = user;
  if (password) url.password = password;
  return url.href;
}
