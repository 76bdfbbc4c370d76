import { Redis } from 'ioredis';
import postgres from 'postgres';
import { StepError } from './progress.ts';

/** Postgres and Redis that somebody else runs, named by DATABASE_URL and REDIS_URL: looked at before anything stands on them. */
const connectLimitMilliseconds = 5_000;
const redisOldestMajor = 7;

const forms = {
  DATABASE_URL: { schemes: ['postgres:', 'postgresql:'], example: 'postgres://OWNER:PASSWORD@HOST:5432/DATABASE' },
  REDIS_URL: { schemes: ['redis:', 'rediss:'], example: 'redis://HOST:6379' },
  STREAMS_REDIS_URL: { schemes: ['redis:', 'rediss:'], example: 'redis://HOST:6379' },
} as const;

/** @throws StepError when a variable is set and is no URL of its kind. The value is not shown: it may hold a password. */
export function checkGivenUrls(environment: NodeJS.ProcessEnv = process.env): void {
  for (const [name, { schemes, example }] of Object.entries(forms)) {
    const value = environment[name];
    if (!value) continue;
    const isOne = URL.canParse(value) && (schemes as readonly string[]).includes(new URL(value).protocol) && new URL(value).hostname !== '';
    if (!isOne)
      throw new StepError(`${name} is not a URL of the form ${example}`, { remedy: `mend it, or unset it: then npm start runs its own` });
  }
}

/** Whether the owner that DATABASE_URL names may make what the product needs. Answers where it is. */
export async function lookAtPostgres(url: string): Promise<string> {
  const place = placeOf(url);
  const sql = postgres(url, { max: 1, connect_timeout: connectLimitMilliseconds / 1000, onnotice: () => {} });
  try {
    const [found] = await sql<{ version: string; may_create: boolean; user: string; database: string }[]>`
      SELECT current_setting('server_version') AS version, current_user AS user, current_database() AS database,
        has_database_privilege(current_database(), 'CREATE') AS may_create`;
    if (!found?.may_create) {
      throw new StepError(`${found?.user} may not create schemas in the database ${found?.database} of ${place}`, {
        remedy: `as a superuser there: ALTER DATABASE "${found?.database}" OWNER TO "${found?.user}"`,
      });
    }
    return `${place}, version ${found.version}`;
  } catch (cause) {
    if (cause instanceof StepError) throw cause;
    throw new StepError(`the Postgres of DATABASE_URL at ${place} cannot be used`, {
      cause,
      remedy: 'start it, make the database, or mend DATABASE_URL',
    });
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Whether the Redis that REDIS_URL names answers, is new enough and evicts nothing. Answers where it is. */
export async function lookAtRedis(url: string): Promise<string> {
  const place = placeOf(url);
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: connectLimitMilliseconds,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    enableReadyCheck: false,
  });
  let refusal: Error | undefined;
  redis.on('error', (error: Error) => (refusal = error));
  try {
    await redis.connect();
    const info = await redis.info();
    const version = /^(?:valkey|redis)_version:(\S+)/m.exec(info)?.[1] ?? 'unknown';
    const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
    if (Number.parseInt(version, 10) < redisOldestMajor)
      throw new StepError(`Redis ${version} at ${place} is too old`, { remedy: 'use Redis 7 or Valkey' });
    if (policy !== undefined && policy !== 'noeviction') {
      throw new StepError(`the Redis at ${place} evicts keys (maxmemory-policy ${policy}), which loses jobs of the queue`, {
        remedy: 'give it maxmemory-policy noeviction: CONFIG SET maxmemory-policy noeviction',
      });
    }
    return `${place}, version ${version}`;
  } catch (error) {
    if (error instanceof StepError) throw error;
    throw new StepError(`the Redis of REDIS_URL at ${place} cannot be used`, {
      cause: refusal ?? error,
      remedy: 'start it, or mend REDIS_URL',
    });
  } finally {
    redis.disconnect();
  }
}

/** Host, port and database: what may be shown. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname === '/' ? '' : pathname}`;
}
