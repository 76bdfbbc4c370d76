import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  bytes: Buffer;
  /** The body as JSON. @throws SyntaxError when it is something else. */
  json<T = Record<string, unknown>>(): T;
}

export interface Asked {
  headers?: Record<string, string>;
  body?: unknown;
}

/** Requests as they are on the wire, for what a client library hides: media types, status codes, bytes. */
export class RawClient implements Disposable {
  readonly #server: string;
  readonly #token: string;
  readonly #agent: Agent;

  private constructor(config: KubeConfig, certificate: Buffer) {
    this.#server = config.getCurrentCluster()?.server ?? '';
    this.#token = config.getCurrentUser()?.token ?? '';
    this.#agent = new Agent({ keepAlive: true, ca: certificate });
  }

  static async open(kubeconfigFile: string): Promise<RawClient> {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfigFile);
    const { caData, caFile } = config.getCurrentCluster() ?? {};
    return new RawClient(config, caData === undefined ? await readFile(caFile ?? '') : Buffer.from(caData, 'base64'));
  }

  send(method: string, path: string, { headers = {}, body }: Asked = {}): Promise<Answer> {
    const bytes = body === undefined || body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const call = request(
        `${this.#server}${path}`,
        {
          method,
          agent: this.#agent,
          headers: {
            authorization: `Bearer ${this.#token}`,
            accept: 'application/json',
            ...(bytes === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(bytes.length) }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const all = Buffer.concat(chunks);
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              bytes: all,
              json: <T>() => JSON.parse(all.toString()) as T,
            });
          });
        },
      );
      call.on('error', reject);
      call.end(bytes);
    });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
