import type { KubeObject } from '@kajitori/apimachinery';
import { configMaps, type CustomResourceDefinition, customResourceDefinitions, type Kind, namespaces } from '@kajitori/kinds';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { garbageCollector } from '../garbage-collector/garbage-collector.controller.ts';
import { namespace } from '../namespace/namespace.controller.ts';
import { TestCluster } from '../test-cluster.testing.ts';
import { customResourceDefinition } from './custom-resource-definition.controller.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await TestCluster.open({ descriptors: [customResourceDefinition, garbageCollector, namespace] });
});
afterEach(() => cluster[Symbol.asyncDispose]());

async function define(plural: string, { kind = 'Widget', shortNames = [] as string[] } = {}): Promise<CustomResourceDefinition> {
  return cluster.create(customResourceDefinitions, {
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural, kind, shortNames },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  });
}

async function kindNamed(plural: string): Promise<Kind> {
  const kind = (await cluster.client.customKinds()).find((one) => one.plural === plural);
  if (kind === undefined) throw new Error(`there is no ${plural}`);
  return kind;
}

const owner = ({ apiVersion, kind, metadata: { name, uid } }: KubeObject): object => ({ apiVersion, kind, name, uid });
const conditionsOf = ({ status }: CustomResourceDefinition): string[] =>
  (status?.conditions ?? []).map((one) => `${one.type} ${one.status} ${one.reason}`);

test('a definition takes its instances along, and waits for their finalizers', async () => {
  await define('widgets');
  const widgets = await kindNamed('widgets');
  await cluster.create(widgets, { metadata: { name: 'plain' } });
  await cluster.create(widgets, { metadata: { name: 'held', finalizers: ['example.com/hold'] } });
  await cluster.resource(customResourceDefinitions).delete('', 'widgets.example.com');
  await cluster.settle();
  const ending = await cluster.get(customResourceDefinitions, 'widgets.example.com');
  expect(conditionsOf(ending)).toEqual([
    'NamesAccepted True NoConflicts',
    'Established True InitialNamesAccepted',
    'Terminating True InstanceDeletionInProgress',
  ]);
  expect((await cluster.list(widgets)).map(({ metadata }) => metadata.name)).toEqual(['held']);
  await expect(cluster.create(widgets, { metadata: { name: 'late' } })).rejects.toMatchObject({
    reason: 'MethodNotAllowed',
    message: 'create not allowed while custom resource definition is terminating',
  });
  await cluster.patch(widgets, 'held', { metadata: { finalizers: null } });
  await cluster.advance(2_000);
  expect(await cluster.list(customResourceDefinitions)).toEqual([]);
  expect(await cluster.client.customKinds()).toEqual([]);
  expect(cluster.errors).toEqual([]);
});

test('one that waited for a name has it when the other goes', async () => {
  await define('widgets', { shortNames: ['w'] });
  const second = await define('watches', { kind: 'Watch', shortNames: ['w'] });
  expect(conditionsOf(second)).toEqual(['NamesAccepted False ShortNamesConflict', 'Established False NotAccepted']);
  expect((await cluster.client.customKinds()).map(({ plural }) => plural)).toEqual(['widgets']);
  await cluster.resource(customResourceDefinitions).delete('', 'widgets.example.com');
  await cluster.settle();
  await cluster.advance(2_000);
  expect(conditionsOf(await cluster.get(customResourceDefinitions, 'watches.example.com'))).toEqual([
    'NamesAccepted True NoConflicts',
    'Established True InitialNamesAccepted',
  ]);
  expect(cluster.errors).toEqual([]);
});

test('custom resources own and are owned', async () => {
  await define('widgets');
  const widgets = await kindNamed('widgets');
  const top = await cluster.create(configMaps, { metadata: { name: 'top' } });
  const middle = await cluster.create(widgets, { metadata: { name: 'middle', ownerReferences: [owner(top)] } });
  await cluster.create(configMaps, { metadata: { name: 'bottom', ownerReferences: [owner(middle)] } });
  await cluster.settle();
  expect(await cluster.list(configMaps)).toHaveLength(2);
  await cluster.resource(configMaps).delete('default', 'top');
  await cluster.settle();
  expect([await cluster.list(configMaps), await cluster.list(widgets)]).toEqual([[], []]);
  expect(cluster.errors).toEqual([]);
});

test('what instances owned goes with their definition', async () => {
  await define('widgets');
  const widgets = await kindNamed('widgets');
  const made = await cluster.create(widgets, { metadata: { name: 'owner' } });
  await cluster.create(configMaps, { metadata: { name: 'owned', ownerReferences: [owner(made)] } });
  await cluster.resource(customResourceDefinitions).delete('', 'widgets.example.com');
  await cluster.settle();
  await cluster.advance(2_000);
  expect(await cluster.list(configMaps)).toEqual([]);
  await define('widgets');
  await cluster.create(await kindNamed('widgets'), { metadata: { name: 'again' } });
  await cluster.settle();
  expect(cluster.errors).toEqual([]);
});

test('a namespace takes its custom resources along', async () => {
  await define('widgets');
  const widgets = await kindNamed('widgets');
  await cluster.create(namespaces, { metadata: { name: 'team' } });
  await cluster.create(widgets, { metadata: { name: 'a', namespace: 'team', finalizers: ['example.com/hold'] } });
  await cluster.resource(namespaces).delete('', 'team');
  await cluster.settle();
  const ending = await cluster.get(namespaces, 'team');
  expect(ending.status?.conditions?.find(({ type }) => type === 'NamespaceContentRemaining')?.message).toBe(
    'Some resources are remaining: widgets.example.com has 1 resource instances',
  );
  await cluster.resource(widgets).patch('team', 'a', { metadata: { finalizers: null } });
  await cluster.advance(2_000);
  expect(await cluster.resource(namespaces).find('', 'team')).toBeUndefined();
  expect(cluster.errors).toEqual([]);
});
