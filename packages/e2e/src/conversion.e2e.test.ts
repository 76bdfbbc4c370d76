import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { testAuthority, waitFor } from '@kajitori/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Kubectl } from './kubectl.ts';
import { newestKubectl } from './newest-kubectl.ts';
import { relay } from './relay.ts';

/** A definition of two versions between which a webhook converts: a Service of the cluster, served by a pod. */
const namespace = 'converted';
const definition = 'bridges.convert.example.com';
const owns = new AsyncDisposableStack();
let kubectl: Kubectl;
let caBundle: string;
let port: number;

interface Bridge {
  apiVersion: string;
  hostPort?: string;
  host?: string;
  port?: string;
}

function converted({ hostPort, host, port: number, ...rest }: Bridge, apiVersion: string): Bridge {
  if (apiVersion.endsWith('/v1')) return { ...rest, apiVersion, hostPort: hostPort ?? `${host}:${number}` };
  const [itsHost = '', itsPort = ''] = (hostPort ?? `${host}:${number}`).split(':');
  return { ...rest, apiVersion, host: itsHost, port: itsPort };
}

beforeAll(async () => {
  ({ kubectl } = await newestKubectl(owns));
  await kubectl.run(['create', 'namespace', namespace]);
  const authority = owns.use(await testAuthority());
  caBundle = Buffer.from(authority.certificate).toString('base64');
  const server = createServer(await authority.issue(`DNS:converter.${namespace}.svc`), (incoming, response) => {
    void (async () => {
      const { apiVersion, kind, request } = (await json(incoming)) as {
        apiVersion: string;
        kind: string;
        request: { uid: string; desiredAPIVersion: string; objects: Bridge[] };
      };
      const convertedObjects = request.objects.map((one) => converted(one, request.desiredAPIVersion));
      response.end(JSON.stringify({ apiVersion, kind, response: { uid: request.uid, result: { status: 'Success' }, convertedObjects } }));
    })();
  });
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  owns.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  await kubectl.try(['delete', 'crd', definition, '--timeout=60s']);
  await kubectl.run(['delete', 'namespace', namespace, '--wait=true', '--timeout=80s']);
  await owns.disposeAsync();
});

it('converts between versions through a Service, one object and a list of both', async () => {
  await kubectl.run(['apply', '-f', '-'], relay(namespace, 'converter', { port: 8443, hostPort: port, servicePort: 443 }));
  await kubectl.run(['-n', namespace, 'wait', '--for=condition=Ready', 'pod/converter', '--timeout=60s']);
  const text = { type: 'string' };
  const version = (name: string, storage: boolean, properties: object): object => ({
    name,
    served: true,
    storage,
    schema: { openAPIV3Schema: { type: 'object', properties } },
  });
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: definition },
    spec: {
      group: 'convert.example.com',
      scope: 'Namespaced',
      names: { plural: 'bridges', singular: 'bridge', kind: 'Bridge' },
      versions: [version('v1', true, { hostPort: text }), version('v2', false, { host: text, port: text })],
      conversion: {
        strategy: 'Webhook',
        webhook: {
          conversionReviewVersions: ['v1'],
          clientConfig: { caBundle, service: { namespace, name: 'converter', path: '/convert' } },
        },
      },
    },
  };
  await kubectl.run(['apply', '-f', '-'], JSON.stringify(crd));
  await kubectl.run(['wait', '--for=condition=Established', `crd/${definition}`, '--timeout=30s']);
  const bridge = (name: string, apiVersion: string, more: object): string =>
    JSON.stringify({ apiVersion: `convert.example.com/${apiVersion}`, kind: 'Bridge', metadata: { name, namespace }, ...more });
  await kubectl.run(['create', '-f', '-'], bridge('first', 'v1', { hostPort: 'a:1' }));
  await waitFor(async () => (await kubectl.try(['create', '-f', '-'], bridge('second', 'v2', { host: 'b', port: '2' }))).code === 0, {
    what: 'the webhook converts',
    timeoutMilliseconds: 30_000,
  });
  const get = (resource: string, ...args: string[]): Promise<string> => kubectl.run(['-n', namespace, 'get', resource, ...args]);
  expect(await get('bridges.v2.convert.example.com', 'first', '-o', 'jsonpath={.host} {.port} {.hostPort}')).toBe('a 1 ');
  const both = 'jsonpath={range .items[*]}{.apiVersion} {.host}{.port}{.hostPort};{end}';
  expect(await get('bridges.v2.convert.example.com', '-o', both)).toBe('convert.example.com/v2 a1;convert.example.com/v2 b2;');
  expect(await get('bridges.v1.convert.example.com', '-o', both)).toBe('convert.example.com/v1 a:1;convert.example.com/v1 b:2;');

  const swapped = [
    { op: 'replace', path: '/spec/versions/0/storage', value: false },
    { op: 'replace', path: '/spec/versions/1/storage', value: true },
  ];
  await kubectl.run(['patch', 'crd', definition, '--type=json', '-p', JSON.stringify(swapped)]);
  expect(await kubectl.run(['get', 'crd', definition, '-o', 'jsonpath={.status.storedVersions}'])).toBe('["v1","v2"]');
  // Another process may go on storing the former version for a second.
  await kubectl.run(['create', '-f', '-'], bridge('third', 'v1', { hostPort: 'c:3' }));
  await waitFor(async () => (await get('bridges.v2.convert.example.com', 'third', '-o', 'jsonpath={.host}')) === 'c', {
    what: 'rows of two versions are converted',
    timeoutMilliseconds: 30_000,
  });
  expect(await get('bridges.v2.convert.example.com', '-o', both)).toBe(
    'convert.example.com/v2 a1;convert.example.com/v2 b2;convert.example.com/v2 c3;',
  );
  expect(await get('bridges.v1.convert.example.com', '-o', both)).toBe(
    'convert.example.com/v1 a:1;convert.example.com/v1 b:2;convert.example.com/v1 c:3;',
  );
});
