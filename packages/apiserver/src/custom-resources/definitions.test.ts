import { customResourceDefinitions } from '@kajitori/kinds';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type MemoryApi, memoryApi } from '../testing/memory-api.testing.ts';
import { backupDefinition, backupVersion } from './definition.testing.ts';
import { Definitions } from './definitions.ts';

let memory: MemoryApi;
let other: Definitions;
beforeEach(async () => {
  memory = await memoryApi();
  other = new Definitions(memory.storage, async (_cluster, _kind, objects) => [...objects]);
});
afterEach(() => memory[Symbol.asyncDispose]());

const definitions = () => memory.client.resource(customResourceDefinitions);

it('are seen by another process within about a second, and by the one that wrote them at once', async () => {
  expect((await other.snapshot(memory.cluster)).byName.size).toBe(0);
  await definitions().create(backupDefinition());
  expect(await memory.client.customKinds()).toHaveLength(1);
  await expect.poll(async () => (await other.kinds(memory.cluster)).length, { timeout: 1_500 }).toBe(1);
});

it('stay the same objects as long as they are not written', async () => {
  await definitions().create(backupDefinition());
  const [kind] = await other.kinds(memory.cluster);
  const { groups } = await other.snapshot(memory.cluster);
  await definitions().create(
    backupDefinition(({ metadata, spec }) => {
      metadata.name = 'others.stable.example.com';
      Object.assign(spec.names, { plural: 'others', singular: 'other', kind: 'Other', shortNames: [] });
    }),
  );
  const both = await other.fresh(memory.cluster);
  expect(both.byName.get('backups.stable.example.com')?.kinds[0]).toBe(kind);
  expect(both.groups).not.toBe(groups);
  expect((await other.fresh(memory.cluster)).groups).toBe(both.groups);
});

it('share the schemas that are equal', async () => {
  const versions = [backupVersion('v1', { served: true, storage: true }), backupVersion('v2', { served: true, storage: false })];
  await definitions().create(backupDefinition(({ spec }) => void (spec.versions = versions)));
  const [first, second] = await other.kinds(memory.cluster);
  expect(first?.version).toBe('v2');
  expect(first?.schema.schema).toBe(second?.schema.schema);
});

it('keep a version that rows may lie in', async () => {
  const v1 = backupVersion('v1', { served: true, storage: false });
  const v2 = backupVersion('v2', { served: true, storage: true });
  await definitions().create(backupDefinition());
  const two = await definitions().patch('', 'backups.stable.example.com', { spec: { versions: [v1, v2] } });
  expect(two.status?.storedVersions).toEqual(['v1', 'v2']);
  await expect(definitions().patch('', 'backups.stable.example.com', { spec: { versions: [v2] } })).rejects.toMatchObject({
    reason: 'Invalid',
    message: expect.stringContaining(
      'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version',
    ),
  });
  await definitions().patch('', 'backups.stable.example.com', { status: { storedVersions: ['v2'] } }, { subresource: 'status' });
  const one = await definitions().patch('', 'backups.stable.example.com', { spec: { versions: [v2] } });
  expect(one.spec.versions.map(({ name }) => name)).toEqual(['v2']);
});

it('bring rows of a former storage version up to date', async () => {
  const v1 = backupVersion('v1', { served: true, storage: false });
  const v2 = backupVersion('v2', { served: true, storage: true });
  await definitions().create(backupDefinition());
  const [old] = await memory.client.customKinds();
  if (old === undefined) throw new Error('the kind is not served');
  await memory.client.resource(old).create({
    apiVersion: 'stable.example.com/v1',
    kind: 'Backup',
    metadata: { name: 'a', namespace: 'default' },
    spec: { target: 'orders' },
  });
  Object.assign(v2.schema?.openAPIV3Schema?.properties?.['spec']?.properties ?? {}, { speed: { type: 'string', default: 'slow' } });
  await definitions().patch('', 'backups.stable.example.com', { spec: { versions: [v1, v2] } });
  const kinds = await memory.client.customKinds();
  const read = await Promise.all(kinds.map((kind) => memory.client.resource(kind).get('default', 'a')));
  expect(read.map(({ apiVersion, spec }) => [apiVersion, (spec as { speed?: string }).speed])).toEqual([
    ['stable.example.com/v2', 'slow'],
    ['stable.example.com/v1', undefined],
  ]);
});
