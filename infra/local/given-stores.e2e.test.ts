import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePortBlock, startTestPostgres, testRedis } from '@kajitori/testing';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instanceOf } from './instance.ts';
import { KubernetesAccess } from './kubernetes-access.ts';

const run = promisify(execFile);
const startLimitMilliseconds = 120_000;
const owns = new AsyncDisposableStack();
let directory: string;
let databaseUrl: string;
let redisUrl: string;
let port: string;
let superuser: postgres.Sql;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kajitori-given-'));
  owns.defer(() => rm(directory, { recursive: true, force: true }));
  const server = owns.use(await startTestPostgres());
  redisUrl = owns.use(await testRedis()).url;
  superuser = postgres(server.url, { max: 1 });
  owns.defer(() => superuser.end());
  await superuser.unsafe("CREATE ROLE tenant LOGIN PASSWORD 'of-the-tenant'");
  await superuser.unsafe('CREATE DATABASE product OWNER tenant');
  const url = new URL(server.url);
  Object.assign(url, { username: 'tenant', password: 'of-the-tenant', pathname: '/product' });
  databaseUrl = url.href;
  port = String(await freePortBlock());
});
afterAll(async () => {
  await script('stop', ['--all']);
  await owns.disposeAsync();
});

const instance = () => instanceOf(process.cwd(), directory);

/** What the script says, whether it ends well or not. */
async function script(name: 'start' | 'stop' | 'status', args: string[] = [], given: Record<string, string> = {}): Promise<string> {
  const env = { ...process.env, KAJITORI_STATE_DIR: directory, ...given };
  const options = { env, timeout: startLimitMilliseconds };
  const { stdout, stderr } = await run(process.execPath, [`infra/local/${name}.ts`, ...args], options).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  return stderr + stdout;
}

const start = (given: Record<string, string> = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl }): Promise<string> =>
  script('start', ['--detach', '--port', port], given);

async function nodeStatus(): Promise<string | undefined> {
  using access = new KubernetesAccess(instance());
  const { items } = (await access.get('/api/v1/nodes')) as { items: { status: { conditions: { type: string; status: string }[] } }[] };
  return items[0]?.status.conditions.find(({ type }) => type === 'Ready')?.status;
}

describe('an instance on a Postgres and a Redis that somebody else runs', () => {
  test('says at once what is no URL, without showing it', async () => {
    const said = await start({ DATABASE_URL: 'mysql://me:hunter2@host/db' });
    expect(said).toMatch(/Step failed: settings[^]*DATABASE_URL is not a URL of the form postgres:[^]*remedy:/);
    expect(said).not.toContain('hunter2');
  });

  test('names the place of a Redis and of a Postgres that do not answer, and leaves nothing running', async () => {
    expect(await start({ DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/db' })).toMatch(
      /Step failed: Postgres[^]*127\.0\.0\.1:1\/db cannot be used[^]*ECONNREFUSED[^]*remedy:/,
    );
    expect((await readdir(instance().runDirectory)).filter((name) => name.endsWith('.json'))).toEqual([]);
    await rm(join(directory, 'settings.json'));
  });

  test('says by which statement an owner who may not make roles gets on, and gets on by it', async () => {
    const refused = await start();
    const statement = /or make it yourself: (CREATE ROLE kajitori_app .*)$/m.exec(refused)?.[1];
    expect(refused).toMatch(/Step failed: schema[^]*tenant may not make the role kajitori_app[^]*ALTER ROLE "tenant" CREATEROLE/);
    expect((await readdir(instance().runDirectory)).filter((name) => name.endsWith('.json'))).toEqual([]);
    await superuser.unsafe(statement ?? '');
    expect(await start({ DATABASE_URL: databaseUrl, REDIS_URL: 'redis://127.0.0.1:1' })).toMatch(
      /Step failed: Redis[^]*127\.0\.0\.1:1 cannot be used[^]*ECONNREFUSED[^]*remedy:/,
    );
    expect(await start()).toContain('Kajitori is ready');
    expect(await nodeStatus()).toBe('True');
  });

  test('runs none of its own, and says that it runs already', async () => {
    const table = await script('status');
    expect(table).toMatch(/^agent-1 +\d+ +running/m);
    expect(table).not.toMatch(/^(postgres|redis) /m);
    expect(existsSync(join(directory, 'data/postgres'))).toBe(false);
    expect(await start()).toContain('already running');
  });

  test('does not become an empty one when DATABASE_URL is forgotten', async () => {
    await script('stop');
    expect(await start({})).toMatch(/DATABASE_URL is not set[^]*remedy: +set it again/);
  });

  test('has its node again after stop --all, which took the node’s credential with it', async () => {
    await script('stop', ['--all']);
    expect(await start()).toContain('Kajitori is ready');
    expect(await nodeStatus()).toBe('True');
  });
});
