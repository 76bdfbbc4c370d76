import { existsSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { initialisePostgres, postgresAnswers, postgresUrl } from '@kajitori/servers';
import { AppRoleError, migrate } from '@kajitori/storage';
import postgres from 'postgres';
import { logFile } from './instance.ts';
import type { Instance, Settings } from './instance.ts';
import { endpointsOf, postgresDirectory, postgresSpec } from './process-specs.ts';
import { StepError } from './progress.ts';
import type { SupervisorControl } from './supervisor/control.ts';
import { waitForProcess } from './wait-for-process.ts';

const databaseName = 'kajitori';
/** A server that was killed replays its log first. */
const recoveryLimitMilliseconds = 60_000;

/** Starts the embedded Postgres, initialising it at the first time, and makes the product's database. */
export async function startPostgres(instance: Instance, settings: Settings, control: SupervisorControl): Promise<string> {
  const directory = postgresDirectory(settings);
  await mkdir(settings.dataDirectory, { recursive: true });
  // The unprivileged user that Postgres runs as must be able to pass.
  await chmod(settings.dataDirectory, 0o755);
  const isNew = !existsSync(join(directory, 'PG_VERSION'));
  await initialisePostgres({ directory, password: settings.postgresOwnerPassword });
  await control.start(await postgresSpec(settings));
  await waitForProcess(control, {
    name: 'postgres',
    log: logFile(instance, 'postgres'),
    timeoutMilliseconds: recoveryLimitMilliseconds,
    ready: () => postgresAnswers(settings.postgresPort),
  });
  await ensureDatabase(settings);
  return `127.0.0.1:${settings.postgresPort}${isNew ? ', new' : ''}`;
}

/** Brings the schema up to date. */
export async function migrateDatabase(instance: Instance, settings: Settings): Promise<string> {
  const { ownerDatabaseUrl } = endpointsOf(settings);
  try {
    const applied = await migrate(ownerDatabaseUrl, join(instance.root, 'migrations'), { appPassword: settings.postgresAppPassword });
    return applied.length === 0 ? 'up to date' : `applied ${applied.length}`;
  } catch (cause) {
    if (cause instanceof AppRoleError) throw new StepError(cause.message, { cause: cause.cause, remedy: cause.remedy });
    throw cause;
  }
}

/** After a restore that may have lost writes, before any server starts. */
export async function raiseAfterRestore(settings: Settings): Promise<string> {
  const sql = postgres(endpointsOf(settings).ownerDatabaseUrl, { max: 1 });
  try {
    const [raised] = await sql<{ clusters: number }[]>`SELECT storage.after_restore()::int AS clusters`;
    return `${raised?.clusters} clusters begin above what was lost`;
  } finally {
    await sql.end();
  }
}

async function ensureDatabase(settings: Settings): Promise<void> {
  const sql = postgres(postgresUrl({ port: settings.postgresPort, password: settings.postgresOwnerPassword }), { max: 1 });
  try {
    const [found] = await sql`SELECT 1 FROM pg_database WHERE datname = ${databaseName}`;
    if (!found) await sql.unsafe(`CREATE DATABASE ${databaseName}`);
  } finally {
    await sql.end();
  }
}
