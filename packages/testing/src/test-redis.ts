import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, redisAnswers, redisServer, ServerProcess } from '@kajitori/servers';

export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Ends the server as a crash would. */
  kill(): Promise<void>;
  /** Starts it again, empty, on the same port. */
  restart(): Promise<void>;
}

/** A Redis of the caller's own, with the settings of production. It dies with this process at the latest. */
export async function testRedis(): Promise<TestRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'kajitori-redis-'));
  const port = await freePort();
  const start = (): Promise<ServerProcess> => ServerProcess.start(redisServer({ port, directory }), () => redisAnswers(port));
  let server = await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: () => server.end('SIGKILL'),
    async restart() {
      await server.end('SIGTERM');
      server = await start();
    },
    async [Symbol.asyncDispose]() {
      await server.end('SIGTERM');
      await rm(directory, { recursive: true, force: true });
    },
  };
}
