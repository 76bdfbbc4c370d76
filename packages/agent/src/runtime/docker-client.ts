import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { EngineUnavailableError } from '../model/engine-unavailable.ts';

/** The engine answered, and refused. */
export class DockerError extends Error {
  override readonly name = 'DockerError';
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

export function isDockerError(error: unknown, statusCode: number): error is DockerError {
  return error instanceof DockerError && error.statusCode === statusCode;
}

type QueryValue = string | number | boolean | object | undefined;

export interface DockerRequest {
  query?: Record<string, QueryValue>;
  /** Sent as JSON; a Buffer as a tar archive. */
  body?: object;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** For calls that answer late by design (stop, wait, pull); others must answer within the default. */
  timeoutMilliseconds?: number | undefined;
}

export interface DockerClientOptions {
  socketPath: string;
}

const defaultTimeoutMilliseconds = 120_000;
const maxConnections = 64;
/** What this code is written for; an engine that no longer speaks it names its own oldest. */
const wantedApiVersion = '1.41';
const versionForm = z.object({ ApiVersion: z.string(), MinAPIVersion: z.string().default('1.12'), Version: z.string() });

/** HTTP over the engine's unix socket: whole JSON answers, streams, and connections taken over for raw bytes. Knows nothing of pods. */
export class DockerClient implements AsyncDisposable {
  readonly #socketPath: string;
  readonly #connections = new Agent({ keepAlive: true, maxSockets: maxConnections, scheduling: 'lifo' });
  #apiVersion: Promise<string> | undefined;

  constructor({ socketPath }: DockerClientOptions) {
    this.#socketPath = socketPath;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#connections.destroy();
    return Promise.resolve();
  }

  /** @throws DockerError, EngineUnavailableError */
  async json(method: string, path: string, options: DockerRequest = {}): Promise<unknown> {
    const response = await this.#send(method, path, options, this.#connections);
    const body = await text(response);
    return body === '' || response.headers['content-type']?.startsWith('application/json') !== true
      ? undefined
      : (JSON.parse(body) as unknown);
  }

  /** An answer that is read piece by piece, on a connection of its own. Its reader destroys it. */
  stream(method: string, path: string, options: DockerRequest = {}): Promise<IncomingMessage> {
    return this.#send(method, path, { ...options, timeoutMilliseconds: undefined }, false);
  }

  /** Takes the connection over for raw bytes both ways. */
  async hijack(method: string, path: string, options: DockerRequest = {}): Promise<Socket> {
    const url = await this.#url(path, options.query);
    return new Promise((resolve, reject) => {
      const asking = request({
        ...this.#target(method, url, options, false),
        headers: { ...bodyHeaders(options.body), Connection: 'Upgrade', Upgrade: 'tcp' },
      });
      asking.once('upgrade', (_response, socket, head) => {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      });
      asking.once('response', (response) => void refusal(response).then(reject, reject));
      asking.once('error', (cause) => reject(unavailable(cause)));
      asking.end(bodyBytes(options.body));
    });
  }

  async #send(method: string, path: string, options: DockerRequest, agent: Agent | false): Promise<IncomingMessage> {
    return this.#exchange(method, await this.#url(path, options.query), options, agent);
  }

  async #exchange(method: string, url: string, options: DockerRequest, agent: Agent | false): Promise<IncomingMessage> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asking = request(
        { ...this.#target(method, url, options, agent), headers: { ...bodyHeaders(options.body), ...options.headers } },
        resolve,
      );
      const limit = 'timeoutMilliseconds' in options ? options.timeoutMilliseconds : defaultTimeoutMilliseconds;
      if (limit !== undefined)
        asking.setTimeout(limit, () => asking.destroy(new Error(`no answer to ${method} ${path(url)} within ${limit} ms`)));
      asking.once('error', (cause) => reject(unavailable(cause)));
      asking.end(bodyBytes(options.body));
    });
    if ((response.statusCode ?? 500) >= 400) throw await refusal(response);
    return response;
  }

  #target(method: string, url: string, { signal }: DockerRequest, agent: Agent | false): RequestOptions {
    return { socketPath: this.#socketPath, method, path: url, agent, ...(signal === undefined ? {} : { signal }) };
  }

  async #url(rest: string, query: DockerRequest['query']): Promise<string> {
    this.#apiVersion ??= this.#negotiate();
    try {
      return `/v${await this.#apiVersion}${rest}${queryText(query)}`;
    } catch (error) {
      // The engine may only be late.
      this.#apiVersion = undefined;
      throw error;
    }
  }

  async #negotiate(): Promise<string> {
    const { MinAPIVersion } = versionForm.parse(JSON.parse(await text(await this.#exchange('GET', '/version', {}, this.#connections))));
    return isNewer(MinAPIVersion, wantedApiVersion) ? MinAPIVersion : wantedApiVersion;
  }
}

const path = (url: string): string => url.split('?')[0] ?? url;

function isNewer(a: string, b: string): boolean {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA > majorB || (majorA === majorB && minorA > minorB);
}

function queryText(query: DockerRequest['query']): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) search.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  return search.size === 0 ? '' : `?${search.toString()}`;
}

function bodyHeaders(body: object | undefined): Record<string, string> {
  if (body === undefined) return { 'Content-Length': '0' };
  return {
    'Content-Type': Buffer.isBuffer(body) ? 'application/x-tar' : 'application/json',
    'Content-Length': String(bodyBytes(body)?.length ?? 0),
  };
}

function bodyBytes(body: object | undefined): Buffer | undefined {
  if (body === undefined) return undefined;
  return Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
}

const refusalForm = z.object({ message: z.string() });

async function refusal(response: IncomingMessage): Promise<DockerError> {
  const body = await text(response);
  const read = refusalForm.safeParse(parsed(body));
  return new DockerError(response.statusCode ?? 500, read.success ? read.data.message : body);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // An answer that is no JSON is shown as it is.
    return undefined;
  }
}

function unavailable(cause: Error): Error {
  if (cause.name === 'AbortError') return cause;
  return new EngineUnavailableError(`cannot reach the Docker Engine: ${cause.message}`, { cause });
}
