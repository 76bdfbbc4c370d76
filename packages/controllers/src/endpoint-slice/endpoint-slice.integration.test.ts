import { type EndpointSlice, endpoints, endpointSlices, type Pod, pods, services } from '@kajitori/kinds';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endpointsController } from '../endpoints/endpoints.controller.ts';
import { garbageCollector } from '../garbage-collector/garbage-collector.controller.ts';
import { TestCluster } from '../test-cluster.testing.ts';
import { endpointSlice } from './endpoint-slice.controller.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await TestCluster.open({ descriptors: [endpointSlice, endpointsController, garbageCollector] });
});
afterEach(() => cluster[Symbol.asyncDispose]());

async function pod(name: string, ip: string): Promise<Pod> {
  const spec = { nodeName: 'n1', containers: [{ name: 'a', image: 'a:1', ports: [{ name: 'web', containerPort: 8080 }] }] };
  const made = await cluster.create(pods, { metadata: { name, labels: { app: 'web' } }, spec });
  await cluster.patch(pods, name, { status: { phase: 'Running', podIP: ip, podIPs: [{ ip }] } }, 'status');
  return made;
}
const service = (spec: object = {}): Promise<unknown> =>
  cluster.create(services, {
    metadata: { name: 'web' },
    spec: { clusterIP: '10.96.0.9', selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'web' }], ...spec },
  });
const slices = (): Promise<EndpointSlice[]> => cluster.list(endpointSlices);
const addresses = async (): Promise<[string | undefined, boolean | undefined][]> =>
  (await slices()).flatMap((one) =>
    (one.endpoints ?? []).map(
      ({ addresses: [address], conditions }) => [address, conditions?.ready] as [string | undefined, boolean | undefined],
    ),
  );

test('lists ready and unready pods, with named ports resolved, in both forms', async () => {
  const [first] = [await pod('a', '10.0.0.1'), await pod('b', '10.0.0.2')];
  await service();
  await cluster.settle();
  expect(await addresses()).toEqual([
    ['10.0.0.1', false],
    ['10.0.0.2', false],
  ]);
  await cluster.makeReady([first]);
  await cluster.settle();
  expect(await addresses()).toEqual([
    ['10.0.0.1', true],
    ['10.0.0.2', false],
  ]);
  const [slice] = await slices();
  expect(slice?.ports).toEqual([{ name: 'http', protocol: 'TCP', port: 8080 }]);
  expect(slice?.metadata.labels).toEqual({
    'kubernetes.io/service-name': 'web',
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  });
  expect(slice?.endpoints?.[0]?.targetRef).toMatchObject({ kind: 'Pod', name: 'a' });
  expect((await cluster.get(endpoints, 'web')).subsets).toMatchObject([
    { addresses: [{ ip: '10.0.0.1' }], notReadyAddresses: [{ ip: '10.0.0.2' }], ports: [{ name: 'http', port: 8080 }] },
  ]);
  expect(cluster.errors).toEqual([]);
});

test('a pod that ends leaves, and an empty slice stays', async () => {
  const made = await pod('a', '10.0.0.1');
  await service();
  await cluster.settle();
  await cluster.end([made], 'Succeeded');
  await cluster.settle();
  expect(await addresses()).toEqual([]);
  expect(await slices()).toHaveLength(1);
  await cluster.resource(services).delete('default', 'web');
  await cluster.settle();
  expect(await slices()).toEqual([]);
  expect(await cluster.list(endpoints)).toEqual([]);
});

test('a slice holds a hundred, and one change changes one slice', async () => {
  await Promise.all(Array.from({ length: 150 }, (_, index) => pod(`p${index}`, `10.0.1.${index}`)));
  await service();
  await cluster.settle();
  const before = await slices();
  expect(before.map((one) => one.endpoints?.length).toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual([50, 100]);
  await cluster.makeReady([await cluster.get(pods, 'p7')]);
  await cluster.settle();
  const versions = new Map(before.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
  expect((await slices()).filter(({ metadata }) => versions.get(metadata.name) !== metadata.resourceVersion)).toHaveLength(1);
});
