import { Agent, request } from 'node:https';
import type { LoadRequest, Target } from '../load.ts';

/** Sends what it is told, reads what it is given, and counts answers by their code; 0: none came. */
export class NoisyClient {
  readonly answers = new Map<number, number>();
  readonly #target: Target;
  readonly #agent: Agent;

  constructor(target: Target) {
    this.#target = target;
    this.#agent = new Agent({ keepAlive: true, ca: target.certificateAuthority });
  }

  /** The code of the answer. */
  send(asked: LoadRequest): Promise<number> {
    return this.#ask(asked, this.#agent);
  }

  /** Until it ends, on a connection of its own. */
  async watch(path: string, signal: AbortSignal): Promise<void> {
    await this.#ask({ method: 'GET', path }, new Agent({ ca: this.#target.certificateAuthority, maxCachedSessions: 0 }), signal);
  }

  #ask(
    { method, path, body, contentType = 'application/json', headers }: LoadRequest,
    agent: Agent,
    signal?: AbortSignal,
  ): Promise<number> {
    const { url, token } = this.#target;
    return new Promise((resolve) => {
      const call = request(`${url}${path}`, {
        method,
        agent,
        ...(signal === undefined ? {} : { signal }),
        headers: {
          authorization: `Bearer ${token ?? ''}`,
          ...(body === undefined ? {} : { 'content-type': contentType, 'content-length': String(Buffer.byteLength(body)) }),
          ...headers,
        },
      });
      call.on('response', (response) => {
        const code = response.statusCode ?? 0;
        this.answers.set(code, (this.answers.get(code) ?? 0) + 1);
        response.resume();
        response.on('error', () => undefined);
        response.on('close', () => resolve(code));
      });
      call.on('error', () => {
        this.answers.set(0, (this.answers.get(0) ?? 0) + 1);
        resolve(0);
      });
      call.end(body);
    });
  }
}
