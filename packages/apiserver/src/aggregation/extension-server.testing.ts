import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { frontProxyClient, server as serverCertificate } from './certificates.testing.ts';

export interface ExtensionServer extends AsyncDisposable {
  port: number;
  /** How it answers from now on. */
  mode: 'serves' | 'fails' | 'redirects';
}

const resources = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: 'wardle.example.com/v1alpha1',
  resources: [
    {
      name: 'flunders',
      singularName: 'flunder',
      namespaced: true,
      kind: 'Flunder',
      verbs: ['get', 'list', 'watch', 'create'],
      shortNames: ['fl'],
    },
    { name: 'flunders/status', singularName: '', namespaced: true, kind: 'Flunder', verbs: ['get'] },
  ],
};

const openapiIndex = {
  paths: {
    'apis/wardle.example.com/v1alpha1': { serverRelativeURL: '/openapi/v3/apis/wardle.example.com/v1alpha1?hash=ABC' },
    'apis/apps/v1': { serverRelativeURL: '/openapi/v3/apis/apps/v1?hash=FORGED' },
  },
};
const answering = (name: string): object => ({ 200: { description: 'OK', schema: { $ref: `#/definitions/${name}` } } });
const openapiDocument = {
  swagger: '2.0',
  paths: {
    '/apis/wardle.example.com/v1alpha1/flunders': { get: { responses: answering('com.example.wardle.v1alpha1.Flunder') } },
    '/apis/apps/v1/deployments': { get: { responses: answering('forged') } },
  },
  definitions: {
    'com.example.wardle.v1alpha1.Flunder': {
      type: 'object',
      properties: { metadata: { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' } },
      'x-kubernetes-group-version-kind': [{ group: 'wardle.example.com', version: 'v1alpha1', kind: 'Flunder' }],
    },
    'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': { type: 'object', description: 'Of another version.' },
    forged: {},
  },
};

/** A small aggregated API server, as tests need one: it believes the front proxy's certificate alone, and says what it was asked. */
export async function extensionServer(): Promise<ExtensionServer> {
  const server = createServer({ ...serverCertificate, ca: frontProxyClient.cert, requestCert: true, rejectUnauthorized: false });
  const state: { mode: ExtensionServer['mode'] } = { mode: 'serves' };
  server.on('request', (request, response) => answer(request, response, state.mode));
  server.on('upgrade', (request, socket: Socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    socket.write(`${String(request.headers['x-remote-user'])}:`);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(state, {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await Promise.resolve();
    },
  });
}

function answer(request: IncomingMessage, response: ServerResponse, mode: ExtensionServer['mode']): void {
  const json = (status: number, body: unknown): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (!(request.socket as TLSSocket).authorized) return json(401, { kind: 'Status', message: 'not the front proxy' });
  if (mode === 'fails') return json(500, { kind: 'Status', message: 'ill' });
  if (mode === 'redirects') return void response.writeHead(302, { location: 'https://169.254.169.254/' }).end();
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://x');
  if (pathname === '/apis/wardle.example.com/v1alpha1') return json(200, resources);
  if (pathname === '/openapi/v3') return json(200, openapiIndex);
  if (pathname === '/openapi/v2') return json(200, openapiDocument);
  if (pathname === '/openapi/v3/apis/wardle.example.com/v1alpha1') return json(200, { openapi: '3.0.0' });
  if (searchParams.has('watch')) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"type":"ADDED"}\n');
    return;
  }
  json(200, { method: request.method, url: request.url, headers: request.headers });
}
