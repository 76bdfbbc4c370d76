import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { scramVerifier } from './scram.ts';

/**
 * Owns: the order in which the files of `migrations/` reach a database, and the role that processes connect as.
 * Invariant: a file is applied once, whole or not at all, by one process at a time; an applied file never changes.
 * Numbers: 0001–0049 storage, 0050–0099 reconciler, 0100 and up accounts. A lower number may arrive after a higher one.
 */
export interface MigrateOptions {
  /** Password of `kajitori_app`; set anew each time, so that it can be changed by migrating again. */
  appPassword: string;
}

export interface Migration {
  number: number;
  /** File name without `.sql`. */
  name: string;
  checksum: string;
  statements: string;
}

/** The role of all server processes: it owns nothing, and row-level security binds it. */
export const appRole = 'kajitori_app';

/** The migrating user may not make the role of the server processes. */
export class AppRoleError extends Error {
  override readonly name = 'AppRoleError';
  /** The statements that help, as somebody who may has to run them. */
  readonly remedy: string;

  constructor(message: string, remedy: string, options: { cause: unknown }) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** "kaji" in ASCII: any constant does, as long as all migrators agree. */
const advisoryLock = 0x6b616a69;
const attemptsMax = 5;
const insufficientPrivilege = '42501';

/**
 * Brings a database up to date and answers the names that were applied now.
 * @throws Error when a file that was applied has changed since, naming it.
 * @throws AppRoleError
 */
export async function migrate(ownerUrl: string, directory: string, { appPassword }: MigrateOptions): Promise<string[]> {
  const migrations = await readMigrations(directory);
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => {}, connection: { application_name: 'kajitori-migrate' } });
  try {
    await sql`SELECT pg_advisory_lock(${advisoryLock})`;
    await makeRole(sql, ownerUrl, appPassword);
    await makeLedger(sql);
    const applied = await readLedger(sql);
    const fresh: string[] = [];
    for (const migration of migrations) {
      const checksum = applied.get(migration.number);
      if (checksum === migration.checksum) continue;
      if (checksum !== undefined)
        throw new Error(`migration ${migration.name} was applied in another form: write a new one instead of changing it`);
      await apply(sql, migration);
      fresh.push(migration.name);
    }
    return fresh;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** The migrations of a folder in order. @throws Error when two files share a number. */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  const migrations = await Promise.all(
    names.map(async (file): Promise<Migration> => {
      const statements = await readFile(join(directory, file), 'utf8');
      const checksum = createHash('sha256').update(statements).digest('hex');
      return { number: Number(file.slice(0, 4)), name: file.slice(0, -'.sql'.length), checksum, statements };
    }),
  );
  for (const [index, { number, name }] of migrations.entries()) {
    const twin = migrations[index + 1];
    if (twin?.number === number) throw new Error(`migrations ${name} and ${twin.name} share the number ${number}`);
  }
  return migrations;
}

/**
 * Roles belong to the whole server, so two databases may be migrated at once: a lost race is run again. A user who may not make roles can have it made
 * by somebody else, once, by the statement that the error shows.
 */
async function makeRole(sql: postgres.Sql, ownerUrl: string, password: string): Promise<void> {
  const words = `ROLE ${appRole} LOGIN NOINHERIT PASSWORD '${scramVerifier(password)}'`;
  for (let attempt = 1; ; attempt += 1) {
    const [known] = await sql<{ unbound: boolean }[]>`SELECT rolsuper OR rolbypassrls AS unbound FROM pg_roles WHERE rolname = ${appRole}`;
    if (known?.unbound)
      throw new Error(
        `the role ${appRole} passes the walls between clusters; as a superuser: ALTER ROLE ${appRole} NOSUPERUSER NOBYPASSRLS`,
      );
    try {
      await sql.unsafe(`${known === undefined ? 'CREATE' : 'ALTER'} ${words}`);
      return;
    } catch (cause) {
      if ((cause as { code?: string }).code === insufficientPrivilege) {
        if (known !== undefined && (await canLogIn(ownerUrl, password))) return;
        const [{ user } = { user: 'this user' }] = await sql<{ user: string }[]>`SELECT current_user AS user`;
        const made = known === undefined ? 'CREATE' : 'ALTER';
        const remedy = `as a superuser: ALTER ROLE "${user}" CREATEROLE; or make it yourself: ${made} ${words}`;
        throw new AppRoleError(`${user} may not make the role ${appRole}, as which the servers connect`, remedy, { cause });
      }
      if (attempt === attemptsMax) throw new Error(`cannot make the role ${appRole}`, { cause });
    }
  }
}

async function canLogIn(ownerUrl: string, password: string): Promise<boolean> {
  const url = new URL(ownerUrl);
  url.username = appRole;
  url.password = password;
  const sql = postgres(url.href, { max: 1, onnotice: () => {} });
  try {
    await sql`SELECT 1`;
    return true;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function makeLedger(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    CREATE SCHEMA IF NOT EXISTS kajitori;
    CREATE TABLE IF NOT EXISTS kajitori.migrations (
      number integer PRIMARY KEY,
      name text NOT NULL,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    );
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${appRole};
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO ${appRole};
    GRANT USAGE ON SCHEMA public TO ${appRole};`);
}

async function readLedger(sql: postgres.Sql): Promise<Map<number, string>> {
  const rows = await sql<{ number: number; checksum: string }[]>`SELECT number, checksum FROM kajitori.migrations`;
  return new Map(rows.map(({ number, checksum }) => [number, checksum]));
}

async function apply(sql: postgres.Sql, { number, name, checksum, statements }: Migration): Promise<void> {
  try {
    await sql.begin(async (transaction) => {
      await transaction.unsafe(statements);
      await transaction`INSERT INTO kajitori.migrations (number, name, checksum) VALUES (${number}, ${name}, ${checksum})`;
    });
  } catch (cause) {
    throw new Error(`migration ${name} failed and changed nothing: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
