import { type KubeObject, newClusterId } from '@kajitori/apimachinery';
import { customKinds, type CustomResourceDefinition, isAsStored, type Kind } from '@kajitori/kinds';
import { type ClusterStorage, openMemoryStorage } from '@kajitori/storage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toItem, toStored } from '../registry/stored.ts';
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
const convert: Convert = async (_cluster, _kind, objects, version) =>
  objects.map(({ fullName, name, ...object }) => ({
    ...(object as unknown as KubeObject),
    apiVersion: `example.com/${version}`,
    ...(version === 'v1' ? { fullName: name ?? fullName } : { name: fullName ?? name }),
  }));

const memory = openMemoryStorage();
let storage: ClusterStorage;
let stable: Kind;
let beta: Kind;

beforeAll(async () => {
  const id = newClusterId();
  await memory.clusters.create(id);
  storage = memory.cluster(id);
  const kinds = customKinds(definition, new SchemaTexts().take(definition));
  [stable, beta] = kinds as [Kind, Kind];
  expect(kinds.map((kind) => [kind.version, isAsStored(kind)])).toEqual([
    ['v1', true],
    ['v1beta1', false],
  ]);
});
afterAll(() => memory[Symbol.asyncDispose]());

const object = (version: string, fields: object): KubeObject => ({
  apiVersion: `example.com/${version}`,
  kind: 'Name',
  metadata: { name: 'a', uid: 'x' },
  ...fields,
});

it('stores one version and shows each in its own words', async () => {
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
