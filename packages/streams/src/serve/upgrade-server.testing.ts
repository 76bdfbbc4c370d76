/** For tests: as much of an API server as kubectl asks for before it upgrades. */
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ClusterId, newClusterId } from '@kajitori/apimachinery';
import type { NodeStreams } from '../node-streams.ts';
import { refuseUpgrade } from './http-refusal.ts';
import { execOptions, portForwardOptions, processOptions } from './process-options.ts';
import { serveUpgrade } from './serve-upgrade.ts';

const pod = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: '5f8f6bd4-0000-4000-8000-000000000001' },
  spec: { nodeName: 'n1', containers: [{ name: 'main', image: 'i', stdin: true }] },
  status: { phase: 'Running' },
});

const resources = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: 'v1',
  resources: [{ name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs: ['get', 'list'], shortNames: ['po'] }],
};

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = new URL(request.url ?? '/', 'http://x').pathname;
  const name = /^\/api\/v1\/namespaces\/default\/pods\/([^/]+)$/.exec(path)?.[1];
  const body =
    path === '/api'
      ? { kind: 'APIVersions', versions: ['v1'] }
      : path === '/apis'
        ? { kind: 'APIGroupList', apiVersion: 'v1', groups: [] }
        : path === '/api/v1'
          ? resources
          : name === undefined
            ? undefined
            : pod(name);
  response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify(body ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404, message: `no ${path}` }),
  );
}

export interface UpgradeServer extends AsyncDisposable {
  port: number;
}

export async function upgradeServer(node: NodeStreams): Promise<UpgradeServer> {
  const cluster: ClusterId = newClusterId();
  const server = createServer(answer);
  const sockets = new Set<Duplex>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const url = new URL(request.url ?? '/', 'http://x');
    const [, name, kind] = /\/pods\/([^/]+)\/(exec|attach|portforward)$/.exec(url.pathname) ?? [];
    const target = { cluster, node: 'n1', namespace: 'default', pod: name ?? '', uid: 'u', container: 'main' };
    try {
      const query = url.searchParams;
      const what =
        kind === 'exec'
          ? ({ kind, target, options: execOptions(query) } as const)
          : kind === 'attach'
            ? ({ kind, target, options: processOptions(query) } as const)
            : ({ kind: 'portforward', target, options: portForwardOptions(query) } as const);
      void serveUpgrade({ ...what, request, socket, head, node });
    } catch (error) {
      refuseUpgrade(socket, error);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
