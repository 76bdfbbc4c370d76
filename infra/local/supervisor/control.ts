import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Instance } from '../instance.ts';
import type { ProcessSpec, ProcessState } from './supervised-process.ts';

/**
 * How the scripts talk to the supervisor: HTTP on a Unix socket that only its owner can reach.
 * GET /processes, PUT and DELETE /processes/NAME, POST /shutdown.
 */
export interface SupervisorState {
  processes: ProcessState[];
}

/** Linux takes no socket path longer than this. */
const socketPathMaxCharacters = 100;

/** The socket of an instance, as short as the working directory allows. */
export function socketPath(instance: Instance): string {
  const path = join(instance.runDirectory, 'supervisor.sock');
  const short = [path, relative(process.cwd(), path)].sort((a, b) => a.length - b.length)[0] ?? path;
  if (short.length <= socketPathMaxCharacters) return short;
  const hash = createHash('sha256').update(instance.directory).digest('hex').slice(0, 16);
  return join(tmpdir(), `kajitori-${process.getuid?.() ?? 0}-${hash}.sock`);
}

export class SupervisorControl {
  readonly #socketPath: string;

  constructor(instance: Instance) {
    this.#socketPath = socketPath(instance);
  }

  async state(): Promise<SupervisorState> {
    return JSON.parse(await this.#call('GET', '/processes')) as SupervisorState;
  }

  /** Starts a process; one of the same name is stopped first. */
  async start(spec: ProcessSpec): Promise<void> {
    await this.#call('PUT', `/processes/${spec.name}`, spec);
  }

  async stop(name: string): Promise<void> {
    await this.#call('DELETE', `/processes/${name}`);
  }

  /** Asks it to stop everything and itself; answers before that is done. */
  async shutdown(): Promise<void> {
    await this.#call('POST', '/shutdown');
  }

  #call(method: string, path: string, body?: unknown): Promise<string> {
    return new Promise((resolve, reject) => {
      const call = request({ socketPath: this.#socketPath, method, path }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () =>
          response.statusCode === 200 ? resolve(text) : reject(new Error(`supervisor: ${method} ${path}: ${text}`)),
        );
      });
      call.on('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
