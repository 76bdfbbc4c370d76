import { once } from 'node:events';
import { createServer, type IncomingMessage, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import type { UserInfo } from '@kajitori/client';
import { endpointSlices, pods, services } from '@kajitori/kinds';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { apiOverHttp } from '../testing/api-over-http.testing.ts';
import { type MemoryApi, admin, memoryApi, pod } from '../testing/memory-api.testing.ts';
import { PortNode } from '../testing/port-node.testing.ts';

/** Tells what it was sent, and serves a page with links. */
function backend(): Server {
  const server = createServer(
    (request, response) => void answer(request).then((reply) => response.writeHead(reply.status ?? 200, reply.headers).end(reply.body)),
  );
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (request.url === '/no') return void socket.end('HTTP/1.1 418 Teapot\r\nContent-Length: 5\r\n\r\nshort');
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.send(
        JSON.stringify({
          url: request.url,
          protocol: request.headers['sec-websocket-protocol'],
          authorization: request.headers.authorization,
        }),
      );
      webSocket.on('message', (data: Buffer) => webSocket.send(`${data.toString()}!`));
    });
  });
  return server;
}

async function answer(request: IncomingMessage): Promise<{ status?: number; headers?: Record<string, string>; body?: string | Buffer }> {
  if (request.url === '/redirect') return { status: 302, headers: { location: '/login?x=1', 'access-control-allow-origin': '*' } };
  if (request.url === '/page')
    return { headers: { 'content-type': 'text/html; charset=utf-8', 'content-encoding': 'gzip' }, body: gzipSync('<a href="/next">é</a>') };
  const body = await text(request);
  return {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }),
  };
}

const owns = new AsyncDisposableStack();
let world: MemoryApi;
let base: string;
let node: PortNode;
let user: UserInfo = admin;
const paths = { pod: '/api/v1/namespaces/default/pods/p/proxy', service: '/api/v1/namespaces/default/services/web/proxy' };

beforeAll(async () => {
  node = new PortNode();
  world = owns.use(await memoryApi({ node, authenticateToken: async () => user }));
  const server = backend();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  owns.defer(() => void server.close());
  const body = pod('p');
  const { metadata } = await world.client
    .resource(pods)
    .create({ ...body, spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 8080 }] }] } });
  node.open(metadata.uid ?? '', 8080, (server.address() as AddressInfo).port);
  const service = (name: string): Promise<unknown> =>
    world.client.resource(services).create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'default' },
      spec: { ports: [{ name: 'http', port: 80 }] },
    });
  await service('web');
  await service('empty');
  await world.client.resource(endpointSlices).create({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-1', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: [
      { addresses: ['10.1.0.1'], nodeName: 'n1', targetRef: { kind: 'Pod', namespace: 'default', name: 'p', uid: metadata.uid } },
    ],
  });
  base = owns.use(await apiOverHttp(world)).url;
});
afterAll(() => owns.disposeAsync());
beforeEach(() => {
  user = admin;
});

const authorization = { authorization: 'Bearer secret' };
const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${base}${path}`, { redirect: 'manual', ...init, headers: authorization });

interface Echo {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

describe.each(Object.entries(paths))('the proxy of a %s', (_what, path) => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('passes %s on, with its path, query and body', async (method) => {
    const body = method === 'GET' ? null : 'x'.repeat(300_000);
    const response = await ask(`${path}//a%2Fb/c/?q=1+2%20&r=%C3%A9`, { method, body });
    const echo = (await response.json()) as Echo;
    expect(echo).toMatchObject({ method, url: '//a%2Fb/c/?q=1+2%20&r=%C3%A9', body: body ?? '' });
  });

  it('tells who asked for what, and never the credential', async () => {
    const headers = {
      'x-other': 'kept',
      connection: 'close',
      cookie: 'a=b',
      'impersonate-user': 'x',
      'impersonate-group': 'system:masters',
    };
    const echo = await new Promise<Echo>((resolve, reject) => {
      httpRequest(
        `${base}${path}/x`,
        { headers: { ...authorization, ...headers } },
        (response) => void text(response).then((body) => resolve(JSON.parse(body) as Echo), reject),
      ).end();
    });
    expect(echo.headers).toMatchObject({
      host: base.slice('http://'.length),
      'x-other': 'kept',
      cookie: 'a=b',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-uri': `${path}/x`,
      'x-forwarded-proto': 'https',
    });
    expect(echo.headers).not.toHaveProperty('authorization');
    expect(echo.headers).not.toHaveProperty('impersonate-user');
  });

  it('asks a browser for the slash at the end, and leads redirects and links through the proxy', async () => {
    const bare = await ask(`${path}?x=1`);
    expect([bare.status, bare.headers.get('location')]).toEqual([301, `${path}/?x=1`]);
    expect(((await (await ask(`${path}?x=1`, { method: 'POST' })).json()) as Echo).url).toBe('/?x=1');
    const redirect = await ask(`${path}/redirect`);
    expect([redirect.status, redirect.headers.get('location')]).toEqual([302, `${path}/login?x=1`]);
    expect(redirect.headers.get('access-control-allow-origin')).toBeNull();
    const page = await ask(`${path}/page`);
    expect(page.headers.get('content-encoding')).toBe('gzip');
    expect(await page.text()).toBe(`<a href="${path}/next">é</a>`);
  });

  it('passes WebSockets on, and their refusal', async () => {
    const protocols = ['chat', `base64url.bearer.authorization.k8s.io.${Buffer.from('secret').toString('base64url')}`];
    const socket = new WebSocket(`${base}${path}/ws?a=b`, protocols);
    const [first] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(first.toString())).toEqual({ url: '/ws?a=b', protocol: 'chat' });
    socket.send('hi');
    const [second] = (await once(socket, 'message')) as [Buffer];
    expect(second.toString()).toBe('hi!');
    socket.close();
    await once(socket, 'close');
    const refused = new WebSocket(`${base}${path}/no`, { headers: authorization });
    const [, response] = (await once(refused, 'unexpected-response')) as [unknown, IncomingMessage];
    expect([response.statusCode, await text(response)]).toEqual([418, 'short']);
  });

  it('asks RBAC with the verb of the method', async () => {
    user = { name: 'nobody', groups: ['system:authenticated'] };
    const status = (await (await ask(`${path}/x`, { method: 'POST', body: '' })).json()) as { code: number; message: string };
    expect(status.code).toBe(403);
    expect(status.message).toContain('cannot create resource');
  });

  it('is not served under the address that clusters share', async () => {
    const response = await ask(`/clusters/${world.cluster}${path}/x`);
    expect(response.status).toBe(400);
  });
});

describe('what a proxy cannot reach', () => {
  it.each([
    ['/api/v1/namespaces/default/services/empty/proxy/', 503, 'no endpoints available for service "empty"'],
    ['/api/v1/namespaces/default/services/web:81/proxy/', 503, 'no service port 81 found for service "web"'],
    ['/api/v1/namespaces/default/services/none/proxy/', 404, 'services "none" not found'],
    [
      '/api/v1/namespaces/default/pods/p:81/proxy/',
      503,
      'error trying to reach service: dial tcp 10.1.0.1:81: connect: connection refused',
    ],
    ['/api/v1/namespaces/default/pods/x:p:81/proxy/', 400, 'invalid pod request "x:p:81"'],
    ['/api/v1/namespaces/default/pods/https:p:8080/proxy/', 503, 'error trying to reach service: '],
  ])('%s', async (path, code, message) => {
    const status = (await (await ask(path)).json()) as { kind: string; code: number; message: string };
    expect(status).toMatchObject({ kind: 'Status', code });
    expect(status.message).toContain(message);
  });
});
