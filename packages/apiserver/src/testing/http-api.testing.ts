import { type KubeObject, newClusterId } from '@kajitori/apimachinery';
import type { ClusterClient, UserInfo } from '@kajitori/client';
import { silentLogger } from '@kajitori/telemetry';
import { openMemoryStorage } from '@kajitori/storage';
import { ApiServer, type ApiServerOptions } from '../api-server.ts';
import { apiOverHttp } from './api-over-http.testing.ts';
import { admin, defaultAccount, namespace } from './memory-api.testing.ts';
import { namespaces, serviceAccounts } from '@kajitori/kinds';

export interface WatchedEvent {
  type: string;
  object: KubeObject;
}

export interface HttpAnswerBody {
  code: number;
  body: KubeObject;
  warnings: string[];
  etag: string | undefined;
}

/** The whole pipeline over the memory driver, asked over HTTP as a superuser. */
export interface HttpApi extends AsyncDisposable {
  client: ClusterClient;
  /** `media`: what is sent, or for a GET what is asked for. */
  send(method: string, path: string, body?: unknown, media?: string): Promise<HttpAnswerBody>;
  /** The events of a watch until the server ends it, or until so many milliseconds passed. Resolves when it has begun. */
  watch(path: string, milliseconds?: number): Promise<{ events: Promise<WatchedEvent[]> }>;
  otherCluster(): Promise<{ client(user: UserInfo): ClusterClient }>;
}

export async function httpApi(options: Pick<ApiServerOptions, 'egress' | 'node'> = {}): Promise<HttpApi> {
  const owns = new AsyncDisposableStack();
  const storage = owns.use(openMemoryStorage());
  const cluster = newClusterId();
  await storage.clusters.create(cluster);
  const authenticator = { authenticateToken: async () => admin };
  const api = owns.use(new ApiServer({ storage, authenticator, logger: silentLogger, ...options }));
  const client = api.client(cluster, admin);
  await client.resource(namespaces).create(namespace('default'));
  await client.resource(serviceAccounts).create(defaultAccount('default'));
  const { url } = owns.use(await apiOverHttp({ api, cluster }));
  return {
    client,
    async send(method, path, body, media = 'application/json') {
      const sent: RequestInit = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: 'Bearer any',
          ...(method === 'GET' ? { accept: media } : { 'content-type': media }),
        },
        ...sent,
      });
      const warning = response.headers.get('warning');
      return {
        code: response.status,
        body: (await response.json()) as KubeObject,
        warnings: warning === null ? [] : warning.split(/, (?=299)/),
        etag: response.headers.get('etag') ?? undefined,
      };
    },
    async watch(path, milliseconds) {
      const signal = milliseconds === undefined ? undefined : AbortSignal.timeout(milliseconds);
      const headers = { authorization: 'Bearer any' };
      const response = await fetch(`${url}${path}?watch=true`, { headers, ...(signal === undefined ? {} : { signal }) });
      return { events: readEvents(response) };
    },
    async otherCluster() {
      const other = newClusterId();
      await storage.clusters.create(other);
      return { client: (user) => api.client(other, user) };
    },
    [Symbol.asyncDispose]: () => owns.disposeAsync(),
  };
}

async function readEvents({ body }: Response): Promise<WatchedEvent[]> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body ?? []) text += decoder.decode(chunk, { stream: true });
  } catch (error) {
    // The time that the test gave is over; what came until then counts.
    if ((error as Error).name !== 'TimeoutError') throw error;
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as WatchedEvent);
}
