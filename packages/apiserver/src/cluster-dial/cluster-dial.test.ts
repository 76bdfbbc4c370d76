import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { KubeObject } from '@kajitori/apimachinery';
import { endpointSlices, pods, services } from '@kajitori/kinds';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MemoryApi, memoryApi, pod } from '../testing/memory-api.testing.ts';
import { PortNode } from '../testing/port-node.testing.ts';

let server: Server;
let port: number;
let node: PortNode;
let world: MemoryApi;

beforeAll(async () => {
  server = createServer((socket) => socket.end('here'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => void server.close());
beforeEach(async () => {
  node = new PortNode();
  world = await memoryApi({ node });
  await world.client.resource(services).create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      ports: [
        { name: 'http', port: 80, targetPort: 8080 },
        { name: 'dns', protocol: 'UDP', port: 53 },
      ],
    },
  } as never);
});

const target = (servicePort: number | string): Parameters<MemoryApi['api']['dial']['service']>[0] => ({
  cluster: world.cluster,
  namespace: 'default',
  name: 'web',
  port: servicePort,
});

function slice(endpoints: object[]): Promise<KubeObject> {
  return world.client.resource(endpointSlices).create({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-1', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints,
  } as never);
}

const ofPod = (uid: string, address: string, ready = true): object => ({
  addresses: [address],
  conditions: { ready },
  nodeName: 'n1',
  targetRef: { kind: 'Pod', namespace: 'default', name: `pod-${uid}`, uid },
});

describe('a connection to a Service', () => {
  it('goes to a ready pod, by the number or the name of the port', async () => {
    await slice([ofPod('a', '10.1.0.1'), ofPod('b', '10.1.0.2', false)]);
    node.open('a', 8080, port);
    for (const asked of [80, 'http']) expect(await text(await world.api.dial.service(target(asked)))).toBe('here');
    expect(new Set(node.asked.map(({ uid }) => uid))).toEqual(new Set(['a']));
    expect(node.asked[0]).toMatchObject({ cluster: world.cluster, node: 'n1', pod: 'pod-a', port: 8080 });
  });

  it('passes over endpoints that do not answer', async () => {
    await slice([ofPod('gone', '10.1.0.1'), ofPod('closed', '10.1.0.2'), ofPod('c', '10.1.0.3')]);
    node.open('c', 8080, port);
    for (let round = 0; round < 10; round += 1) expect(await text(await world.api.dial.service(target(80)))).toBe('here');
  });

  it('says why there is none', async () => {
    const message = (asked: number | string): Promise<unknown> =>
      world.api.dial.service(target(asked)).then(
        () => '',
        ({ message: words }: Error) => words,
      );
    expect(await message(80)).toBe('no endpoints available for service "web"');
    expect(await message(81)).toBe('no service port 81 found for service "web"');
    expect(await message('dns')).toBe('no service port "dns" found for service "web"');
    await expect(world.api.dial.service({ ...target(80), name: 'none' })).rejects.toMatchObject({
      reason: 'NotFound',
      message: 'services "none" not found',
    });
    await slice([ofPod('a', '10.1.0.1')]);
    node.open('a', 9, port);
    expect(await message(80)).toBe('dial tcp 10.1.0.1:8080: connect: connection refused');
  });

  it('goes by a written address only when that is a pod’s', async () => {
    await slice([{ addresses: ['10.1.0.7'] }]);
    await expect(world.api.dial.service(target(80))).rejects.toMatchObject({ reason: 'ServiceUnavailable' });
    expect(node.asked).toEqual([]);
    const body = pod('p');
    const made = await world.client.resource(pods).create({ ...body, spec: { ...body.spec, nodeName: 'n2' } } as never);
    await world.client.resource(pods).patch(
      'default',
      'p',
      { status: { phase: 'Running', podIP: '10.1.0.7', podIPs: [{ ip: '10.1.0.7' }] } },
      {
        subresource: 'status',
      },
    );
    node.open(made.metadata.uid ?? '', 8080, port);
    expect(await text(await world.api.dial.service(target(80)))).toBe('here');
    expect(node.asked[0]).toMatchObject({ node: 'n2', pod: 'p' });
  });
});
