import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { Instance } from './instance.ts';

export interface KubernetesCall {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: unknown;
  contentType?: string;
  timeoutMilliseconds?: number;
  /** Instead of the kubeconfig's. */
  token?: string;
}

export interface KubernetesAnswer {
  status: number;
  /** The parsed JSON, or undefined when the answer was none. */
  body: unknown;
}

const usualTimeoutMilliseconds = 5_000;

/** The first cluster's Kubernetes API, with the credentials of the instance's kubeconfig, over connections that are kept. */
export class KubernetesAccess implements Disposable {
  readonly #server: string;
  readonly #token: string;
  readonly #agent: Agent;

  constructor(instance: Pick<Instance, 'kubeconfigFile' | 'caFile'>) {
    const { server, token } = readCredentials(instance);
    this.#server = server;
    this.#token = token;
    this.#agent = new Agent({ keepAlive: true, ca: readFileSync(instance.caFile) });
  }

  /** Resolves with whatever the server answers. @throws Error when it does not answer in time, so that the outcome is not known. */
  call({
    method = 'GET',
    path,
    body,
    contentType = 'application/json',
    timeoutMilliseconds,
    token = this.#token,
  }: KubernetesCall): Promise<KubernetesAnswer> {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(payload ? { 'content-type': contentType, 'content-length': String(payload.length) } : {}),
    };
    const timeout = timeoutMilliseconds ?? usualTimeoutMilliseconds;
    return new Promise((resolve, reject) => {
      const call = request(`${this.#server}${path}`, { method, headers, agent: this.#agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks).toString()) }));
      });
      const timer = setTimeout(() => call.destroy(new Error(`${method} ${path}: no answer within ${timeout} ms`)), timeout);
      call.on('close', () => clearTimeout(timer));
      call.on('error', reject);
      call.end(payload);
    });
  }

  /** @throws Error unless the answer is 200. */
  async get(path: string): Promise<unknown> {
    const { status, body } = await this.call({ path });
    if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

/** Server and token of a kubeconfig that we wrote: one cluster, one user, values as JSON strings. */
export function readCredentials({ kubeconfigFile }: Pick<Instance, 'kubeconfigFile'>): { server: string; token: string } {
  const kubeconfig = readFileSync(kubeconfigFile, 'utf8');
  const value = (key: string): string => {
    const text = new RegExp(String.raw`^\s*${key}: (".*")$`, 'm').exec(kubeconfig)?.[1];
    if (!text) throw new Error(`${kubeconfigFile} has no ${key}`);
    return JSON.parse(text) as string;
  };
  return { server: value('server'), token: value('token') };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
