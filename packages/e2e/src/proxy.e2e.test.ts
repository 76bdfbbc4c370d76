import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { testAuthority, waitFor } from '@kajitori/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kubectl } from './kubectl.ts';
import { webDeployment } from './manifests.ts';
import { newestKubectl } from './newest-kubectl.ts';
import { relay } from './relay.ts';

/** Reaching into a cluster: what runs in pods, as part of the API. */
const namespace = 'reaching';
const group = 'wardle.example.com';
const owns = new AsyncDisposableStack();
let kubectl: Kubectl;
let proxyUrl: string;

async function listen(server: Server): Promise<number> {
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  owns.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** Says what it was asked, a page with a link, or a stream that goes on. */
function echo(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/page') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<a href="/next">next</a>');
  if (request.url === '/redirect') return void response.writeHead(302, { location: '/next' }).end();
  if (request.url === '/endless') {
    response.write('first ');
    return;
  }
  const hash = createHash('sha256');
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    hash.update(chunk);
  });
  request.once('end', () =>
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, bytes, hash: hash.digest('hex') })),
  );
}

beforeAll(async () => {
  ({ kubectl } = await newestKubectl(owns));
  await kubectl.run(['create', 'namespace', namespace]);
  const server = createServer(echo);
  server.on('upgrade', (_request, socket: Socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    socket.pipe(socket);
  });
  const hostPort = await listen(server);
  await kubectl.run(['apply', '-f', '-'], relay(namespace, 'echo', { port: 9000, hostPort, servicePort: 80 }));
  await kubectl.run(['apply', '-f', '-'], webDeployment(namespace));
  await kubectl.run(['-n', namespace, 'expose', 'deployment', 'web', '--port=80', '--target-port=8080']);
  await kubectl.run(['-n', namespace, 'rollout', 'status', 'deployment/web', '--timeout=60s']);
  await kubectl.run(['-n', namespace, 'wait', 'pod/echo', '--for=condition=Ready', '--timeout=60s']);
  const child = kubectl.start(['proxy', '--port=0']);
  owns.defer(() => void child.kill());
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  proxyUrl = `http://${/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? ''}`;
});
afterAll(async () => {
  await kubectl.run(['delete', 'apiservice', `v1alpha1.${group}`, '--ignore-not-found']);
  await kubectl.run(['delete', 'namespace', namespace, '--wait=true', '--timeout=80s']);
  await owns.disposeAsync();
});

const servicePath = (name: string): string => `/api/v1/namespaces/${namespace}/services/${name}/proxy`;
const podPath = (name: string): string => `/api/v1/namespaces/${namespace}/pods/${name}/proxy`;
const raw = (path: string): Promise<string> => kubectl.run(['get', '--raw', path]);

describe('the proxy', () => {
  it('reaches every pod of a Service, by the number or the name of its port', async () => {
    await waitFor(async () => (await kubectl.try(['get', '--raw', `${servicePath('web')}/`])).code === 0, {
      what: 'the Service has endpoints',
    });
    const answers = new Set<string>();
    for (let round = 0; round < 30 && answers.size < 2; round += 1) answers.add(await raw(`${servicePath('web:80')}/`));
    expect([...answers].every((answer) => answer.startsWith('hello from web-'))).toBe(true);
    expect(answers.size).toBe(2);
    const pod = await kubectl.run(['-n', namespace, 'get', 'pod', '-l', 'app=web', '-o', 'jsonpath={.items[0].metadata.name}']);
    expect(await raw(`${podPath(`http:${pod}:8080`)}/`)).toBe(`hello from ${pod}\n`);
    expect(await raw(`${podPath(pod)}/`)).toBe(`hello from ${pod}\n`);
  });

  it('passes methods, bodies of any size, redirects and links on', async () => {
    const body = Buffer.alloc(8_000_000, 'kajitori');
    const answer = (await (await fetch(`${proxyUrl}${servicePath('echo')}/a%2Fb?x=1`, { method: 'PUT', body })).json()) as Record<
      string,
      unknown
    >;
    expect(answer).toMatchObject({
      method: 'PUT',
      url: '/a%2Fb?x=1',
      bytes: body.length,
      hash: createHash('sha256').update(body).digest('hex'),
    });
    expect(answer['headers']).not.toHaveProperty('authorization');
    const redirect = await fetch(`${proxyUrl}${servicePath('echo')}/redirect`, { redirect: 'manual' });
    expect([redirect.status, redirect.headers.get('location')]).toEqual([302, `${servicePath('echo')}/next`]);
    expect(await (await fetch(`${proxyUrl}${servicePath('echo')}/page`)).text()).toBe(`<a href="${servicePath('echo')}/next">next</a>`);
    const bare = await fetch(`${proxyUrl}${servicePath('echo')}`, { redirect: 'manual' });
    expect([bare.status, bare.headers.get('location')]).toEqual([301, `${servicePath('echo')}/`]);
  });

  it('streams, and hands connections over', async () => {
    const endless = await fetch(`${proxyUrl}${servicePath('echo')}/endless`);
    const reader = endless.body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('first ');
    await reader.cancel();
    const { port } = new URL(proxyUrl);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`GET ${podPath('echo:9000')}/up HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`);
    let heard = '';
    socket.on('data', (bytes: Buffer) => (heard += bytes.toString()));
    await waitFor(() => Promise.resolve(heard.includes('\r\n\r\n')), { what: 'the connection is handed over' });
    expect(heard).toMatch(/^HTTP\/1\.1 101 /);
    socket.write('there and back');
    await waitFor(() => Promise.resolve(heard.endsWith('there and back')), { what: 'bytes come back' });
    socket.destroy();
  });

  it('says what it cannot reach, and reaches nothing but pods', async () => {
    const refused = async (path: string): Promise<string> => (await kubectl.try(['get', '--raw', path])).stderr;
    await kubectl.run(['-n', namespace, 'create', 'service', 'clusterip', 'empty', '--tcp=80']);
    expect(await refused(`${servicePath('empty')}/`)).toContain('no endpoints available for service "empty"');
    expect(await refused(`${podPath('echo:9001')}/`)).toContain('error trying to reach service: dial tcp');
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'written', namespace, labels: { 'kubernetes.io/service-name': 'written' } },
      addressType: 'IPv4',
      ports: [{ name: '', port: 22 }],
      endpoints: [{ addresses: ['10.0.0.1'] }],
    };
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'written', namespace }, spec: { ports: [{ port: 22 }] } };
    await kubectl.run(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [service, slice] }));
    expect(await refused(`${servicePath('written')}/`)).toContain('is not that of a running pod');
  });
});

describe('an API that a Service in the cluster serves', () => {
  it('becomes available, is discovered, and is asked as the user', async () => {
    const authority = owns.use(await testAuthority());
    const config = await kubectl.json<{ data: Record<string, string> }>([
      '-n',
      'kube-system',
      'get',
      'configmap',
      'extension-apiserver-authentication',
    ]);
    const { cert, key } = await authority.issue(`DNS:wardle.${namespace}.svc`);
    const server = createSecureServer({
      cert,
      key,
      ca: config.data['requestheader-client-ca-file'],
      requestCert: true,
      rejectUnauthorized: true,
    });
    const resources = [{ name: 'flunders', singularName: 'flunder', namespaced: false, kind: 'Flunder', verbs: ['get', 'list'] }];
    const users: unknown[] = [];
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { pathname } = new URL(request.url ?? '/', 'https://x');
      const metadata = { name: 'one' };
      const answers: Record<string, object> = {
        [`/apis/${group}/v1alpha1`]: { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/v1alpha1`, resources },
        [`/apis/${group}/v1alpha1/flunders/one`]: { kind: 'Flunder', apiVersion: `${group}/v1alpha1`, metadata },
      };
      if (pathname.endsWith('/one'))
        users.push([request.headers['x-remote-user'], (request.socket as TLSSocket).getPeerCertificate().subject.CN]);
      const found = answers[pathname];
      response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(found ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404 }));
    });
    const hostPort = await listen(server);
    const service = { namespace, name: 'wardle', port: 443 };
    const spec = {
      group,
      version: 'v1alpha1',
      groupPriorityMinimum: 1000,
      versionPriority: 15,
      service,
      caBundle: Buffer.from(authority.certificate).toString('base64'),
    };
    const name = `v1alpha1.${group}`;
    await kubectl.run(
      ['create', '-f', '-'],
      JSON.stringify({ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name }, spec }),
    );
    const row = async (): Promise<string> => (await kubectl.run(['get', 'apiservice', name, '--no-headers'])).replace(/\s+/g, ' ');
    await waitFor(async () => (await row()).includes('False (ServiceNotFound)'), {
      timeoutMilliseconds: 20_000,
      what: 'the condition is told',
    });
    expect(await row()).toContain(`${namespace}/wardle`);
    await kubectl.run(['apply', '-f', '-'], relay(namespace, 'wardle', { port: 8443, hostPort, servicePort: 443 }));
    await kubectl.run(['wait', 'apiservice', name, '--for=condition=Available', '--timeout=60s']);
    await waitFor(async () => (await kubectl.run(['api-resources', '--cached=false'])).includes('flunders'), {
      timeoutMilliseconds: 20_000,
      what: 'it is discovered',
    });
    expect(await kubectl.run(['get', 'flunders.wardle.example.com', 'one', '-o', 'name'])).toBe('flunder.wardle.example.com/one\n');
    const whoami = await kubectl.run(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}']);
    expect(users).toContainEqual([whoami, 'front-proxy-client']);
    const refused = await kubectl.try(['get', '--raw', `/apis/${group}/v1alpha1/flunders/one`, '--as=nobody']);
    expect(refused.stderr).toContain('forbidden');
  });

  it('leaves the APIs of the cluster itself as they are', async () => {
    const rows = await kubectl.run(['get', 'apiservices', '--no-headers']);
    expect(rows).toMatch(/^v1\.apps\s+Local\s+True\s/m);
    expect(rows).toMatch(/^v1\.\s+Local\s+True\s/m);
    expect(await text((await fetch(`${proxyUrl}/apis`)).body! as never)).toContain('"apps"');
  });
});
