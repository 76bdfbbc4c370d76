import { type KubeObject, newClusterId } from '@kajitori/apimachinery';
import { customKinds, type CustomResourceDefinition, isAsStored, type Kind } from '@kajitori/kinds';
import { type ClusterStorage, openMemoryStorage } from '@kajitori/storage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toItem, toStored } from '../registry/stored.ts';
import { httpApi } from '../testing/http-api.testing.ts';
import { PortNode } from '../testing/port-node.testing.ts';
import { webhookServer } from '../testing/webhook-server.testing.ts';
import { convertingStorage } from './converting-storage.ts';
import { SchemaTexts } from './schema-texts.ts';
import type { Convert } from './conversion-webhook.ts';

const schema = (field: string) => ({ openAPIV3Schema: { type: 'object', properties: { [field]: { type: 'string' } } } });
const definition: CustomResourceDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'names.example.com', uid: 'u', generation: 1 },
  spec: {
    group: 'example.com',
    scope: 'Cluster',
    names: { plural: 'names', kind: 'Name' },
    versions: [
      { name: 'v1', served: true, storage: true, schema: schema('fullName') },
      { name: 'v1beta1', served: true, storage: false, schema: schema('name') },
    ],
    conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://example.com' } } },
  },
};
/** What a webhook of this definition does: the field has another name in each version. */
function renamed({ fullName, name, ...rest }: KubeObject, apiVersion: string): KubeObject {
  const text = fullName ?? name;
  return { ...rest, apiVersion, ...(apiVersion === 'example.com/v1' ? { fullName: text } : { name: text }) };
}
const convert: Convert = async (_cluster, _kind, objects, version) => objects.map((one) => renamed(one, `example.com/${version}`));

const memory = openMemoryStorage();
let storage: ClusterStorage;
let stable: Kind;
let beta: Kind;

beforeAll(async () => {
  const id = newClusterId();
  await memory.clusters.create(id);
  storage = memory.cluster(id);
  const kinds = customKinds(definition, new SchemaTexts().take(structuredClone(definition)));
  [stable, beta] = kinds as [Kind, Kind];
});
afterAll(() => memory[Symbol.asyncDispose]());

const object = (version: string, fields: object): KubeObject => ({
  apiVersion: `example.com/${version}`,
  kind: 'Name',
  metadata: { name: 'a', uid: 'x' },
  ...fields,
});

it('stores one version and shows each in its own words', async () => {
  expect([isAsStored(stable), isAsStored(beta)]).toEqual([true, false]);
  const [asBeta, asStable] = [convertingStorage(storage, beta, convert), convertingStorage(storage, stable, convert)];
  await asBeta.write([{ type: 'create', object: toStored(beta, object('v1beta1', { name: 'Ada' })) }]);
  const key = { group: 'example.com', resource: 'names', namespace: '', name: 'a' };
  expect(JSON.parse((await storage.get(key))?.body ?? '')).toMatchObject({ apiVersion: 'example.com/v1', fullName: 'Ada' });
  const shown = async (through: ClusterStorage, kind: Kind): Promise<unknown> => {
    const row = await through.get(key);
    return row === undefined ? undefined : toItem(kind, row).object;
  };
  expect(await shown(asBeta, beta)).toMatchObject({ apiVersion: 'example.com/v1beta1', name: 'Ada' });
  expect(await shown(asStable, stable)).toMatchObject({ apiVersion: 'example.com/v1', fullName: 'Ada' });
  const page = await asBeta.list({ group: 'example.com', resource: 'names' });
  expect(page.objects.map((row) => toItem(beta, row).object)).toEqual([expect.objectContaining({ name: 'Ada' })]);
});

it('follows changes in the watched version', async () => {
  const stop = new AbortController();
  const seen: unknown[] = [];
  for await (const { changes } of convertingStorage(storage, beta, convert).watch({ from: 1, signal: stop.signal })) {
    seen.push(...changes.map((change) => toItem(beta, change.object).object['name']));
    stop.abort();
  }
  expect(seen).toEqual(['Ada']);
});

it('asks the webhook over HTTPS, once for a page, and says when it fails', async () => {
  await using hook = await webhookServer();
  await using api = await httpApi({ egress: 'private' });
  hook.on('/convert', ({ request }) => {
    const { objects, desiredAPIVersion } = request as unknown as { objects: KubeObject[]; desiredAPIVersion: string };
    const convertedObjects = objects.map((one) => renamed(one, desiredAPIVersion));
    return { response: { convertedObjects, result: { status: 'Success' } } };
  });
  const conversion = {
    strategy: 'Webhook',
    webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: hook.url('/convert'), caBundle: hook.caBundle } },
  };
  const { metadata: _metadata, spec, ...rest } = definition;
  const wanted = { ...rest, metadata: { name: 'names.example.com' }, spec: { ...spec, conversion } };
  expect((await api.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', wanted)).code).toBe(201);
  for (const name of ['a', 'b'])
    await api.send('POST', '/apis/example.com/v1/names', { ...object('v1', { fullName: name }), metadata: { name } });
  expect(hook.asked).toEqual([]);
  const { body } = await api.send('GET', '/apis/example.com/v1beta1/names');
  expect((body['items'] as KubeObject[]).map((one) => [one.apiVersion, one['name']])).toEqual([
    ['example.com/v1beta1', 'a'],
    ['example.com/v1beta1', 'b'],
  ]);
  expect(hook.asked).toHaveLength(1);
  const patched = await api.send('PATCH', '/apis/example.com/v1beta1/names/a', { name: 'c' }, 'application/merge-patch+json');
  expect([patched.code, patched.body['name']]).toEqual([200, 'c']);
  expect((await api.send('GET', '/apis/example.com/v1/names/a')).body).toMatchObject({ fullName: 'c', metadata: { generation: 2 } });
  hook.on('/convert', () => ({ response: { result: { status: 'Failed', message: 'no such name' } } }));
  const failed = await api.send('GET', '/apis/example.com/v1beta1/names/a');
  expect([failed.code, failed.body['message']]).toEqual([500, 'conversion webhook for example.com/v1, Kind=Name failed: no such name']);
  hook.on('/convert', ({ request }) => {
    const { objects } = request as unknown as { objects: KubeObject[] };
    const convertedObjects = objects.map((one) => Object.assign(renamed(one, 'example.com/v1beta1'), { metadata: { name: 'other' } }));
    return { response: { convertedObjects, result: { status: 'Success' } } };
  });
  const other = await api.send('GET', '/apis/example.com/v1beta1/names/a');
  expect([other.code, other.body['message']]).toEqual([
    500,
    'conversion webhook for example.com/v1, Kind=Name returned invalid converted object at index 0: must have the same name: a != other',
  ]);
});

it('asks a webhook that is a Service of the cluster', async () => {
  await using hook = await webhookServer('convert.default.svc');
  const node = new PortNode();
  node.open('u', 9443, hook.port);
  await using api = await httpApi({ node });
  hook.on('/convert', ({ request }) => {
    const { objects, desiredAPIVersion } = request as unknown as { objects: KubeObject[]; desiredAPIVersion: string };
    return { response: { convertedObjects: objects.map((one) => renamed(one, desiredAPIVersion)), result: { status: 'Success' } } };
  });
  const metadata = { name: 'convert', namespace: 'default' };
  const at = '/namespaces/default';
  await api.send('POST', `/api/v1${at}/services`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { ports: [{ port: 443, targetPort: 9443 }] },
  });
  const service = { ...metadata, path: '/convert' };
  const conversion = {
    strategy: 'Webhook',
    webhook: { conversionReviewVersions: ['v1'], clientConfig: { service, caBundle: hook.caBundle } },
  };
  const wanted = { ...definition, metadata: { name: 'names.example.com' }, spec: { ...definition.spec, conversion } };
  expect((await api.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', wanted)).code).toBe(201);
  await api.send('POST', '/apis/example.com/v1/names', { ...object('v1', { fullName: 'a' }), metadata: { name: 'a' } });
  const early = await api.send('GET', '/apis/example.com/v1beta1/names/a');
  expect([early.code, early.body['message']]).toEqual([
    500,
    'conversion webhook for example.com/v1, Kind=Name failed: Post "https://convert.default.svc:443/convert?timeout=30s": no endpoints available for service "convert"',
  ]);
  await api.send('POST', `/apis/discovery.k8s.io/v1${at}/endpointslices`, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'convert-1', namespace: 'default', labels: { 'kubernetes.io/service-name': 'convert' } },
    addressType: 'IPv4',
    ports: [{ port: 9443, protocol: 'TCP' }],
    endpoints: [
      {
        addresses: ['10.1.0.1'],
        conditions: { ready: true },
        nodeName: 'n1',
        targetRef: { kind: 'Pod', namespace: 'default', name: 'convert', uid: 'u' },
      },
    ],
  });
  expect((await api.send('GET', '/apis/example.com/v1beta1/names/a')).body).toMatchObject({ apiVersion: 'example.com/v1beta1', name: 'a' });
  expect(node.asked).toMatchObject([{ uid: 'u', port: 9443 }]);
});
