import { Agent, request } from 'node:https';

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
  send({ method, path, body }: LoadRequest): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const call = request(
        `${this.#target.url}${path}`,
        { method, agent: this.#agent, headers: this.#headers(body), timeout: requestLimitMilliseconds },
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
      call.on('error', reject);
      call.end(body);
    });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  #headers(body: string | undefined): Record<string, string> {
    const { token } = this.#target;
    return {
      accept: 'application/json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
    };
  }
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
