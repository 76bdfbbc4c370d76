import { once } from 'node:events';
import { connect } from 'node:net';
import type { UserInfo } from '@kajitori/client';
import { type APIService, apiServices, clusterRoleBindings, clusterRoles, endpointSlices, pods, services } from '@kajitori/kinds';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { apiOverHttp } from '../testing/api-over-http.testing.ts';
import { admin, type MemoryApi, memoryApi, pod } from '../testing/memory-api.testing.ts';
import { PortNode } from '../testing/port-node.testing.ts';
import { frontProxyClient, server as serverCertificate } from './certificates.testing.ts';
import { type ExtensionServer, extensionServer } from './extension-server.testing.ts';

const owns = new AsyncDisposableStack();
const node = new PortNode();
let world: MemoryApi;
let base: { port: number; url: string };
let extension: ExtensionServer;
let user: UserInfo = admin;

const root = '/apis/wardle.example.com/v1alpha1';
const wardle = (spec: object = {}): APIService => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: 'v1alpha1.wardle.example.com' },
  spec: {
    group: 'wardle.example.com',
    version: 'v1alpha1',
    groupPriorityMinimum: 2000,
    versionPriority: 200,
    service: { namespace: 'default', name: 'wardle', port: 443 },
    caBundle: Buffer.from(serverCertificate.cert).toString('base64'),
    ...spec,
  },
});

beforeAll(async () => {
  const frontProxy = { certificate: async () => frontProxyClient };
  world = owns.use(await memoryApi({ node, frontProxy, authenticateToken: async () => user }));
  extension = owns.use(await extensionServer());
  const made = await world.client
    .resource(pods)
    .create({ ...pod('wardle'), spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] } });
  node.open(made.metadata.uid ?? '', 8443, extension.port);
  await world.client.resource(services).create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'wardle', namespace: 'default' },
    spec: { ports: [{ name: 'https', port: 443 }] },
  });
  const targetRef = { kind: 'Pod', namespace: 'default', name: 'wardle', uid: made.metadata.uid };
  await world.client.resource(endpointSlices).create({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'wardle-1', namespace: 'default', labels: { 'kubernetes.io/service-name': 'wardle' } },
    addressType: 'IPv4',
    ports: [{ name: 'https', port: 8443, protocol: 'TCP' }],
    endpoints: [{ addresses: ['10.1.0.1'], nodeName: 'n1', targetRef }],
  });
  await world.client.resource(apiServices).create(wardle());
  base = owns.use(await apiOverHttp(world));
});
afterAll(() => owns.disposeAsync());
afterEach(() => {
  user = admin;
  extension.mode = 'serves';
});

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${base.url}${path}`, {
    redirect: 'manual',
    ...init,
    headers: { authorization: 'Bearer x', 'x-remote-user': 'forged', ...(init.headers as Record<string, string>) },
  });
const json = async (path: string, init?: RequestInit): Promise<Record<string, unknown>> =>
  (await (await ask(path, init)).json()) as Record<string, unknown>;

async function allow(name: string, rules: object[]): Promise<void> {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  await world.client.resource(clusterRoles).create({ apiVersion, kind: 'ClusterRole', metadata: { name }, rules } as never);
  await world.client.resource(clusterRoleBindings).create({
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name }],
  });
}

describe('an API that a Service serves', () => {
  it('gets requests with the user that was authenticated, and no credential', async () => {
    user = { name: 'jösé', uid: 'u1', groups: ['system:masters', 'dev'], extra: { 'example.com/Scope': ['a', 'b'] } };
    const echo = await json(`${root}/namespaces/x/flunders/a?limit=1+2`, { method: 'PUT', body: 'x' });
    expect(echo).toMatchObject({ method: 'PUT', url: `${root}/namespaces/x/flunders/a?limit=1+2` });
    const headers = echo['headers'] as Record<string, string>;
    expect(headers).toMatchObject({
      host: 'wardle.default.svc',
      'x-remote-user': Buffer.from('jösé').toString('latin1'),
      'x-remote-uid': 'u1',
      'x-remote-group': 'system:masters, dev',
      'x-remote-extra-example.com%2fscope': 'a, b',
    });
    expect(headers).not.toHaveProperty('authorization');
  });

  it('is asked only for what the user may', async () => {
    user = { name: 'maria', groups: ['system:authenticated'] };
    expect((await ask(`${root}/namespaces/x/flunders`)).status).toBe(403);
    const rules = [{ apiGroups: ['wardle.example.com'], resources: ['flunders'], verbs: ['list'] }];
    await allow('maria', rules);
    await expect.poll(async () => (await ask(`${root}/namespaces/x/flunders`)).status, { timeout: 3_000 }).toBe(200);
    expect((await ask(`${root}/namespaces/x/flunders`, { method: 'DELETE' })).status).toBe(403);
  });

  it('is not asked by paths that could mean another object than the one that was allowed', async () => {
    user = { name: 'dora', groups: ['system:authenticated'] };
    const statuses = async (...paths: string[]): Promise<number[]> =>
      Promise.all(paths.map(async (path) => (await ask(`${root}${path}`)).status));
    await allow('dora', [{ nonResourceURLs: ['/apis/*'], verbs: ['get'] }]);
    await expect.poll(() => statuses('', '/'), { timeout: 3_000 }).toEqual([200, 200]);
    expect(await statuses('//namespaces/x/flunders', '/namespaces//flunders', '/flunders//')).toEqual([404, 404, 403]);
    expect(await statuses('/namespaces/x/flunders/a%2F..%2Fb', '/namespaces/x%2Fy/flunders')).toEqual([400, 400]);
    expect((await ask(root, { method: 'OPTIONS' })).status).toBe(403);
    expect((await ask(`${root}/flunders`, { method: 'OPTIONS' })).status).toBe(404);
  });

  it('streams a watch, and connections that leave HTTP', async () => {
    const response = await ask(`${root}/flunders?watch=true`);
    const reader = response.body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('{"type":"ADDED"}\n');
    await reader.cancel();
    const socket = connect(base.port, '127.0.0.1');
    socket.write(
      `GET ${root}/namespaces/x/flunders/a/echo HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly `,
    );
    let heard = '';
    socket.on('data', (bytes: Buffer) => (heard += bytes.toString()));
    await expect.poll(() => heard).toMatch(/^HTTP\/1\.1 101 [^]*admin:early /);
    socket.write('late');
    await expect.poll(() => heard).toMatch(/early late$/);
    socket.destroy();
    await once(socket, 'close');
  });

  it('is discovered with what its server serves, and described by it', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const { items } = (await json('/apis', { headers: { accept } })) as { items: { metadata: { name: string }; versions: object[] }[] };
    expect(items.find(({ metadata }) => metadata.name === 'wardle.example.com')?.versions).toMatchObject([
      {
        version: 'v1alpha1',
        freshness: 'Current',
        resources: [
          {
            resource: 'flunders',
            responseKind: { group: 'wardle.example.com', version: 'v1alpha1', kind: 'Flunder' },
            scope: 'Namespaced',
            shortNames: ['fl'],
            subresources: [{ subresource: 'status', verbs: ['get'] }],
          },
        ],
      },
    ]);
    expect(await json('/apis')).toMatchObject({
      groups: expect.arrayContaining([expect.objectContaining({ name: 'wardle.example.com' })]) as unknown,
    });
    expect(await json('/apis/wardle.example.com')).toMatchObject({ kind: 'APIGroup', preferredVersion: { version: 'v1alpha1' } });
    expect(await json(root)).toMatchObject({ kind: 'APIResourceList', groupVersion: 'wardle.example.com/v1alpha1' });
    const { paths } = await json('/openapi/v3');
    expect(paths).toMatchObject({
      'apis/wardle.example.com/v1alpha1': { serverRelativeURL: `/openapi/v3${root}?hash=ABC` },
      'apis/apps/v1': { serverRelativeURL: expect.not.stringContaining('FORGED') as string },
    });
    expect(await json(`/openapi/v3${root}?hash=ABC`)).toEqual({ openapi: '3.0.0' });
    const index = await ask('/openapi/v3');
    const headers = { 'if-none-match': index.headers.get('etag') ?? '' };
    expect((await ask('/openapi/v3', { headers })).status).toBe(304);
  });

  it('is part of the one document of version 2, in both forms', async () => {
    const first = await ask('/openapi/v2');
    const { paths, definitions } = (await first.json()) as { paths: Record<string, unknown>; definitions: Record<string, unknown> };
    expect(Object.keys(paths)).toEqual(expect.arrayContaining([`${root}/flunders`, '/apis/apps/v1/deployments']));
    const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
    expect(definitions['com.example.wardle.v1alpha1.Flunder']).toMatchObject({
      properties: { metadata: { $ref: `#/definitions/${meta}_v2` } },
    });
    expect(definitions[`${meta}_v2`]).toEqual({ type: 'object', description: 'Of another version.' });
    expect(definitions).not.toHaveProperty('forged');
    expect(definitions[meta]).toHaveProperty('properties');
    const headers = { accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf' };
    const bytes = Buffer.from(await (await ask('/openapi/v2', { headers })).arrayBuffer());
    expect(bytes.includes(`${meta}_v2`)).toBe(true);
    const known = await ask('/openapi/v2', { headers: { 'if-none-match': first.headers.get('etag') ?? '' } });
    expect(known.status).toBe(304);
  });

  it('does not take its documents away with it', async () => {
    const remove = async (status: string): Promise<void> => {
      const conditions = [{ type: 'Available', status, reason: 'Test', message: '' }];
      await world.client
        .resource(apiServices)
        .patch('', 'v1alpha1.wardle.example.com', { status: { conditions } }, { subresource: 'status' });
    };
    await remove('False');
    const names = async (): Promise<string[]> => Object.keys((await json('/openapi/v3'))['paths'] as object);
    await expect.poll(names, { timeout: 3_000 }).not.toContain('apis/wardle.example.com/v1alpha1');
    expect(await names()).toContain('apis/apps/v1');
    expect((await json('/openapi/v2'))['definitions']).not.toHaveProperty(['com.example.wardle.v1alpha1.Flunder']);
    await remove('True');
    await expect.poll(names, { timeout: 3_000 }).toContain('apis/wardle.example.com/v1alpha1');
  });

  it('may not send its clients elsewhere', async () => {
    extension.mode = 'redirects';
    const response = await ask(`${root}/flunders`);
    expect([response.status, ((await response.json()) as { message: string }).message]).toEqual([
      502,
      'the backend attempted to redirect this request, which is not permitted',
    ]);
  });

  it('is 503 while its condition says that it is not available', async () => {
    const status = { conditions: [{ type: 'Available', status: 'False', reason: 'FailedDiscoveryCheck', message: '' }] };
    const setStatus = (value: object): Promise<unknown> =>
      world.client.resource(apiServices).patch('', 'v1alpha1.wardle.example.com', { status: value }, { subresource: 'status' });
    await setStatus(status);
    await expect.poll(async () => (await ask(`${root}/flunders`)).status, { timeout: 3_000 }).toBe(503);
    await setStatus({ conditions: [{ type: 'Available', status: 'True', reason: 'Passed', message: '' }] });
    await expect.poll(async () => (await ask(`${root}/flunders`)).status, { timeout: 3_000 }).toBe(200);
  });
});

it('an API whose Service is not there is away', async () => {
  const name = 'v1.gone.example.com';
  const { spec } = wardle({ group: 'gone.example.com', version: 'v1', service: { namespace: 'default', name: 'none', port: 443 } });
  await world.client
    .resource(apiServices)
    .create({ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name }, spec });
  await expect.poll(async () => (await ask('/apis/gone.example.com/v1/things')).status, { timeout: 3_000 }).toBe(503);
  await world.client.resource(apiServices).delete('', name);
});

describe('the check of an APIService', () => {
  const check = (spec: object = {}): Promise<unknown> => world.api.checkApiService(world.cluster, wardle(spec));

  it('passes when the server answers', async () => {
    expect(await check()).toEqual({ status: 'True', reason: 'Passed', message: 'all checks passed' });
    expect(await check({ caBundle: undefined, insecureSkipTLSVerify: true })).toMatchObject({ reason: 'Passed' });
    expect(await check({ service: undefined })).toMatchObject({ status: 'True', reason: 'Local' });
  });

  it('says what is missing', async () => {
    expect(await check({ service: { namespace: 'default', name: 'none', port: 443 } })).toEqual({
      status: 'False',
      reason: 'ServiceNotFound',
      message: 'service/none in "default" is not present',
    });
    expect(await check({ service: { namespace: 'default', name: 'wardle', port: 444 } })).toMatchObject({
      reason: 'ServicePortError',
      message: 'service/wardle in "default" is not listening on port 444',
    });
    extension.mode = 'fails';
    const url = `https://wardle.default.svc:443${root}`;
    expect(await check()).toMatchObject({
      reason: 'FailedDiscoveryCheck',
      message: `failing or missing response from ${url}: bad status from ${url}: 500`,
    });
    expect(await check({ caBundle: undefined })).toMatchObject({ status: 'False', reason: 'FailedDiscoveryCheck' });
    expect(await check({ caBundle: Buffer.from(frontProxyClient.cert).toString('base64') })).toMatchObject({ status: 'False' });
  });
});
