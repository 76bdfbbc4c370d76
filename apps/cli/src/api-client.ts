import type { IncomingMessage } from 'node:http';
import { type Agent, request } from 'node:https';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { CliError } from './cli-error.ts';
import { agentFor, type Server } from './server-trust.ts';
import { unreachable } from './unreachable.ts';

export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  /** Creations that may be sent again carry one. */
  idempotencyKey?: string;
}

const timeoutMilliseconds = 60_000;
const attemptsMax = 3;

const problemForm = z.object({
  title: z.string(),
  detail: z.string(),
  remedy: z.string().optional(),
  requestId: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});

/** Speaks /v1. Failures are CliErrors that say what the service said. */
export class ApiClient {
  readonly server: Server;
  readonly #token: string | undefined;
  readonly #agent: Agent;

  constructor(server: Server, token?: string) {
    this.server = server;
    this.#token = token;
    this.#agent = agentFor(server);
  }

  async send<Form extends z.ZodType>(path: string, form: Form, options: ApiRequest = {}): Promise<z.infer<Form>> {
    const answer = await this.#sendRetrying(path, options);
    const parsed = form.safeParse(answer.text === '' ? undefined : parse(answer.text));
    if (parsed.success) return parsed.data;
    throw new CliError(
      `${this.server.url} answered ${path} in a form that this kaji does not know`,
      'Use the kaji of the same release.',
      parsed.error,
    );
  }

  /** All items of a list, page after page. */
  async all<Item extends z.ZodType>(path: string, item: Item): Promise<z.infer<Item>[]> {
    const items: z.infer<Item>[] = [];
    for await (const page of this.pages(path, item)) items.push(...page);
    return items;
  }

  /** The pages of a list, each asked for when the reader wants it. */
  async *pages<Item extends z.ZodType>(path: string, item: Item): AsyncGenerator<z.infer<Item>[]> {
    const form = z.object({ items: z.array(item), nextCursor: z.string().optional() });
    let cursor: string | undefined;
    do {
      const at = cursor === undefined ? path : `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`;
      const page = await this.send(at, form);
      yield page.items;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }

  /** An answer of any length, as its bytes come. One that breaks off fails. */
  async stream(path: string): Promise<Readable> {
    const answer = await this.#request(path, { accept: '*/*', gzip: true }).catch((error: unknown) => {
      throw error instanceof CliError ? error : unreachable(this.server.url, error);
    });
    const status = answer.statusCode ?? 0;
    if (status >= 400) throw refusal({ status, text: await text(answer) }, path);
    if (answer.headers['content-encoding'] !== 'gzip') return answer;
    const plain = createGunzip();
    answer.on('error', (error) => plain.destroy(error));
    return answer.pipe(plain);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** What can be sent again without doing it twice is, when the connection breaks. */
  async #sendRetrying(path: string, options: ApiRequest): Promise<{ status: number; text: string }> {
    const safe = (options.method ?? 'GET') !== 'POST' || options.idempotencyKey !== undefined;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await this.#exchange(path, options);
        if (answer.status < 400) return answer;
        throw refusal(answer, path);
      } catch (error) {
        if (error instanceof CliError) throw error;
        if (!safe || attempt >= attemptsMax || !isBroken(error)) throw unreachable(this.server.url, error);
      }
    }
  }

  async #exchange(path: string, options: ApiRequest): Promise<{ status: number; text: string }> {
    const answer = await this.#request(path, options);
    return { status: answer.statusCode ?? 0, text: await text(answer) };
  }

  #request(
    path: string,
    { method = 'GET', body, idempotencyKey, accept = 'application/json', gzip = false }: ApiRequest & { accept?: string; gzip?: boolean },
  ): Promise<IncomingMessage> {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const asked = request(
        new URL(path, this.server.url),
        {
          method,
          agent: this.#agent,
          timeout: timeoutMilliseconds,
          headers: {
            accept,
            'user-agent': 'kaji',
            ...(gzip ? { 'accept-encoding': 'gzip' } : {}),
            ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
            ...(payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': payload.byteLength }),
            ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
          },
        },
        resolve,
      );
      asked.on('timeout', () => asked.destroy(new CliError(`${this.server.url} did not answer within a minute`, 'Try again.')));
      asked.on('error', reject);
      asked.end(payload);
    });
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function refusal(answer: { status: number; text: string }, path: string): CliError {
  const { status } = answer;
  const problem = problemForm.safeParse(parse(answer.text));
  if (!problem.success) return new CliError(`${path} was answered with ${status}`, 'Is this address a Kajitori service?');
  const { detail, remedy, requestId } = problem.data;
  const id = status >= 500 && requestId !== undefined ? ` (request ${requestId})` : '';
  return new CliError(`${detail}${id}`, remedy);
}

const broken = new Set(['ECONNRESET', 'EPIPE', 'ECONNREFUSED']);

/** Whether a service that is only starting anew would fail so. */
export const isBroken = (error: unknown): boolean => broken.has((error as NodeJS.ErrnoException).code ?? '');
