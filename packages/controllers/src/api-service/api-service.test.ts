import { type APIService, apiServices, configMaps, customResourceDefinitions, namespaces, services } from '@kajitori/kinds';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { customResourceDefinition } from '../custom-resource-definition/custom-resource-definition.controller.ts';
import { extensionAuthentication } from '../extension-authentication/extension-authentication.controller.ts';
import { TestCluster } from '../test-cluster.testing.ts';
import { apiService } from './api-service.controller.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await TestCluster.open({ descriptors: [apiService, customResourceDefinition, extensionAuthentication] });
});
afterEach(() => cluster[Symbol.asyncDispose]());

const conditionOf = async (name: string): Promise<unknown> => (await cluster.get(apiServices, name)).status?.conditions?.[0];

describe('an APIService that a Service stands behind', () => {
  const spec = { group: 'a.example.com', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1, insecureSkipTLSVerify: true };

  it('is looked at when it comes, when its Service does, and again some time later', async () => {
    await cluster.create(apiServices, {
      metadata: { name: 'v1.a.example.com' },
      spec: { ...spec, service: { namespace: 'default', name: 'a' } },
    });
    await cluster.settle();
    expect(await conditionOf('v1.a.example.com')).toMatchObject({
      type: 'Available',
      status: 'False',
      reason: 'ServiceNotFound',
      message: 'service/a in "default" is not present',
      lastTransitionTime: '2026-03-01T00:00:00Z',
    });
    await cluster.create(services, { metadata: { name: 'a' }, spec: { ports: [{ port: 443 }] } });
    await cluster.settle();
    expect(await conditionOf('v1.a.example.com')).toMatchObject({ reason: 'MissingEndpoints', lastTransitionTime: '2026-03-01T00:00:00Z' });
    await cluster.resource(services).delete('default', 'a');
    await cluster.advance(20_000);
    expect(await conditionOf('v1.a.example.com')).toMatchObject({ reason: 'ServiceNotFound' });
    expect(cluster.errors).toEqual([]);
  });
});

describe('an APIService of the API server itself', () => {
  it('may be handed to a Service, and comes back when that is taken away', async () => {
    const name = 'v1beta1.metrics.k8s.io';
    const spec = { group: 'metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100 };
    await cluster.create(apiServices, {
      metadata: { name },
      spec: { ...spec, service: { namespace: 'kube-system', name: 'metrics-server' } },
    });
    await cluster.settle();
    expect(await conditionOf(name)).toMatchObject({ status: 'False', reason: 'ServiceNotFound' });
    await cluster.resource(apiServices).delete('', name);
    await cluster.settle();
    expect(await cluster.get(apiServices, name)).toMatchObject({ spec, status: { conditions: [{ status: 'True', reason: 'Local' }] } });
  });
});

describe('the APIServices of definitions', () => {
  const definition = (versions: string[]): { metadata: object; spec: object } => ({
    metadata: { name: 'foos.b.example.com' },
    spec: {
      group: 'b.example.com',
      scope: 'Namespaced',
      names: { plural: 'foos', singular: 'foo', kind: 'Foo', listKind: 'FooList' },
      versions: versions.map((name, at) => ({ name, served: true, storage: at === 0, schema: { openAPIV3Schema: { type: 'object' } } })),
    },
  });
  const local = async (): Promise<APIService[]> => (await cluster.list(apiServices)).filter(({ spec }) => spec.group === 'b.example.com');

  it('come and go with them, and come back when somebody deletes one', async () => {
    await cluster.create(customResourceDefinitions, definition(['v1', 'v1beta1']));
    await cluster.settle();
    await cluster.advance(2_000);
    expect(await local()).toMatchObject([
      {
        metadata: { name: 'v1.b.example.com', labels: { 'kube-aggregator.kubernetes.io/automanaged': 'true' } },
        spec: { groupPriorityMinimum: 1000, versionPriority: 100 },
        status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local' }] },
      },
      { metadata: { name: 'v1beta1.b.example.com' } },
    ]);
    await cluster.resource(apiServices).delete('', 'v1.b.example.com');
    await cluster.settle();
    expect(await local()).toHaveLength(2);
    await cluster.resource(customResourceDefinitions).delete('', 'foos.b.example.com');
    await cluster.settle();
    await cluster.advance(3_000);
    // What is served is looked at in the time of the machine.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await cluster.advance(3_000);
    expect(await local()).toEqual([]);
    expect(cluster.errors).toEqual([]);
  });
});

it('tells servers in the cluster whom to believe, once a node can run one, and again when somebody takes it away', async () => {
  const name = 'extension-apiserver-authentication';
  await cluster.create(namespaces, { metadata: { name: 'kube-system' } });
  await cluster.settle();
  expect(await cluster.resource(configMaps).find('kube-system', name)).toBeUndefined();
  await cluster.addNode('node-1');
  await cluster.settle();
  await cluster.resource(configMaps).delete('kube-system', name);
  await cluster.settle();
  const { data } = await cluster.get(configMaps, name, 'kube-system');
  expect(data).toEqual({
    'client-ca-file': 'clients',
    'requestheader-allowed-names': '["front-proxy-client"]',
    'requestheader-client-ca-file': 'front proxy',
    'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
    'requestheader-group-headers': '["X-Remote-Group"]',
    'requestheader-uid-headers': '["X-Remote-Uid"]',
    'requestheader-username-headers': '["X-Remote-User"]',
  });
});
