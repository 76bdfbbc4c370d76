import { rmSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, initialisePostgres, postgresAnswers, postgresServer, postgresUrl, ServerProcess } from '@kajitori/servers';

const password = 'kajitori-test';
const prefix = 'kajitori-postgres-';
const maxConnections = 400;

export interface TestPostgres extends AsyncDisposable {
  /** Owner's URL of the maintenance database. */
  readonly url: string;
  /** Lets this process end without disposing of it: the server and its data then end with it. */
  unref(): void;
}

/** A Postgres server for this process and its children; it ends with this process at the latest. */
export async function startTestPostgres(): Promise<TestPostgres> {
  await sweepLeftovers();
  const directory = join(tmpdir(), `${prefix}${process.pid}-${Date.now().toString(36)}`);
  await mkdir(directory, { mode: 0o755 });
  const data = join(directory, 'data');
  const port = await freePort();
  await initialisePostgres({ directory: data, password });
  const command = await postgresServer({ directory: data, port, password, maxConnections });
  const server = await ServerProcess.start(command, () => postgresAnswers(port));
  return {
    url: postgresUrl({ port, password }),
    unref() {
      server.unref();
      process.once('exit', () => {
        if (!server.ended) process.kill(server.pid, 'SIGKILL');
        rmSync(directory, { recursive: true, force: true });
      });
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Removes directories of runs that were killed before they could. */
async function sweepLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length).split('-')[0]) : 0;
    if (pid > 0 && !isRunning(pid)) await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
