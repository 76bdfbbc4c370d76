import { createConnection } from 'node:net';
import { findProgram } from './server-process.ts';
import type { ServerCommand } from './server-process.ts';

export interface RedisOptions {
  port: number;
  /** Working directory of the server. */
  directory: string;
}

/**
 * A Redis for wake-ups and queues: loopback only, nothing on disk, nothing evicted. Postgres is the truth, so an empty
 * Redis costs time and never data.
 * @throws Error when no `redis-server` or `valkey-server` is on PATH.
 */
export function redisServer({ port, directory }: RedisOptions): ServerCommand {
  const command = findProgram('redis-server') ?? findProgram('valkey-server');
  if (!command) throw new Error('no redis-server on PATH: apt-get install redis-server (or valkey)');
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    dir: directory,
    save: '',
    appendonly: 'no',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
  };
  return {
    command,
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    stopSignal: 'SIGTERM',
  };
}

/** Whether a Redis answers PING on this port of the machine. */
export function redisAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once('error', () => end(false));
    socket.once('data', (data) => end(data.toString().startsWith('+PONG')));
    socket.write('PING\r\n');
  });
}
