import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Target {
  /** Origin, such as `https://127.1.0.1:6443`. */
  url: string;
  certificateAuthority: string;
  token?: string;
}

export interface LoadRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: string;
  contentType?: string;
  headers?: Record<string, string>;
}

export interface LoadFigures {
  perSecond: number;
  /** Of each request, from sending to its last byte. */
  milliseconds: number[];
}

const requestLimitMilliseconds = 30_000;

/** The one HTTP client of all measurements, so that a product's route and a bare one are asked in the same way. */
export class LoadClient implements Disposable {
  readonly #target: Target;
  readonly #agent: Agent;

  constructor(target: Target, connections: number) {
    this.#target = target;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, ca: target.certificateAuthority });
  }

  /** Sends and reads to the end. @throws Error unless the status is of the 200s. */
  async send(asked: LoadRequest): Promise<Buffer> {
    try {
      return await this.#send(asked);
    } catch (error) {
      if (!isStaleConnection(error)) throw error;
    }
    return this.#send(asked);
  }

  #send(asked: LoadRequest): Promise<Buffer> {
    const { method, path, body } = asked;
    return new Promise((resolve, reject) => {
      const call = request(
        `${this.#target.url}${path}`,
        { method, agent: this.#agent, headers: this.#headers(asked), timeout: requestLimitMilliseconds },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const { statusCode = 0 } = response;
            const answer = Buffer.concat(chunks);
            if (statusCode >= 200 && statusCode < 300) resolve(answer);
            else reject(new Error(`${method} ${path} answered ${statusCode}: ${answer.toString().slice(0, 500)}`));
          });
        },
      );
      call.on('timeout', () => call.destroy(new Error(`${method} ${path} took too long`)));
      call.on('error', (error) => reject(call.reusedSocket ? Object.assign(error, { reusedSocket: true }) : error));
      call.end(body);
    });
  }

  /** Sends and reads to the end, so many bytes a second, keeping none. @throws as `send` does. */
  async drain(asked: LoadRequest, bytesPerSecond: number): Promise<void> {
    const call = request(`${this.#target.url}${asked.path}`, { method: asked.method, agent: this.#agent, headers: this.#headers(asked) });
    call.end(asked.body);
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`${asked.method} ${asked.path} answered ${response.statusCode}`);
    const begin = performance.now();
    let bytes = 0;
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length;
      const ahead = (bytes / bytesPerSecond) * 1_000 - (performance.now() - begin);
      if (ahead > 0) await sleep(ahead);
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  #headers({ body, contentType = 'application/json', headers = {} }: LoadRequest): Record<string, string> {
    const { token } = this.#target;
    return {
      accept: 'application/json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': contentType, 'content-length': String(Buffer.byteLength(body)) }),
      ...headers,
    };
  }
}

/** The server has just closed a connection that was idle for long. */
function isStaleConnection(error: unknown): boolean {
  return error instanceof Error && 'reusedSocket' in error && 'code' in error && error.code === 'ECONNRESET';
}

export interface LoadOptions {
  clients: number;
  seconds: number;
  /** Sent before what is counted. */
  warmUpSeconds?: number;
  request: (number: number) => LoadRequest;
  signal: AbortSignal;
}

/** So many clients, each sending its next request once the last was answered. */
export async function load(
  client: LoadClient,
  { clients, seconds, warmUpSeconds = 1, request: make, signal }: LoadOptions,
): Promise<LoadFigures> {
  const begin = performance.now() + warmUpSeconds * 1000;
  const end = begin + seconds * 1000;
  const milliseconds: number[] = [];
  let number = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < end) {
      signal.throwIfAborted();
      const sent = performance.now();
      await client.send(make((number += 1)));
      const answered = performance.now();
      if (sent >= begin && answered <= end) milliseconds.push(answered - sent);
    }
  };
  await Promise.all(Array.from({ length: clients }, one));
  return { perSecond: milliseconds.length / seconds, milliseconds };
}

const turns = 2;
/** Until what is asked often is compiled, and its connections are open. */
const firstWarmUpSeconds = 5;

/**
 * Two loads, one after the other and again, so that a machine that is slower for some seconds is so for both; each for so many seconds in all.
 */
export async function loadByTurns(
  ours: { client: LoadClient; request: LoadOptions['request'] },
  bare: { client: LoadClient; request: LoadOptions['request'] },
  { clients, seconds, signal }: Pick<LoadOptions, 'clients' | 'seconds' | 'signal'>,
): Promise<[LoadFigures, LoadFigures]> {
  const all: [number[], number[]] = [[], []];
  for (let turn = 0; turn < turns; turn += 1) {
    const warmUpSeconds = turn === 0 ? firstWarmUpSeconds : 1;
    for (const [at, { client, request: make }] of [ours, bare].entries()) {
      const { milliseconds } = await load(client, { clients, seconds: seconds / turns, warmUpSeconds, request: make, signal });
      for (const one of milliseconds) all[at as 0 | 1].push(one);
    }
  }
  const figures = (milliseconds: number[]): LoadFigures => ({ perSecond: milliseconds.length / seconds, milliseconds });
  return [figures(all[0]), figures(all[1])];
}
