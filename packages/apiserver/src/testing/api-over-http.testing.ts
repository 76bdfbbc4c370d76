import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Metrics } from '@kajitori/telemetry';
import type { NodeBindings } from '../http/hono-app.ts';
import type { MemoryApi } from './memory-api.testing.ts';

/** The API of one cluster on a port of this machine, as at the cluster's own address. */
export async function apiOverHttp({
  api,
  cluster,
}: Pick<MemoryApi, 'api' | 'cluster'>): Promise<AsyncDisposable & { port: number; url: string }> {
  const http = api.http({
    clusterOf: (incoming: NodeBindings['incoming']) => ((incoming.url ?? '').startsWith('/clusters/') ? undefined : cluster),
    metrics: new Metrics(),
    serverAddress: 'here:443',
  });
  const listener = getRequestListener((request, env) => http.app.fetch(request, env), { overrideGlobalObjects: false });
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.on('upgrade', (incoming, socket, head) => void http.upgrade(incoming, socket, head));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await Promise.resolve();
    },
  };
}
