import { type NodeUsage, usagePath } from '@kajitori/agent-protocol';
import { nodes, pods } from '@kajitori/kinds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOverHttp } from '../testing/api-over-http.testing.ts';
import { admin, type MemoryApi, memoryApi } from '../testing/memory-api.testing.ts';
import { PortNode } from '../testing/port-node.testing.ts';

const owns = new AsyncDisposableStack();
const node = new PortNode();
let world: MemoryApi;
let base: string;

const used = {
  cpuNanoCores: 1_500_000,
  cpuNanoseconds: 9,
  memoryWorkingSetBytes: 2_097_153,
  memoryUsageBytes: 9,
  memoryRssBytes: 9,
  windowSeconds: 15.0004,
};

beforeAll(async () => {
  world = owns.use(await memoryApi({ node, authenticateToken: async () => admin }));
  base = owns.use(await apiOverHttp(world)).url;
  for (const name of ['n1', 'n2'])
    await world.client.resource(nodes).create({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { zone: name } }, spec: {} });
  const uids: Record<string, string> = {};
  for (const name of ['a', 'b', 'idle']) {
    const made = await world.client.resource(pods).create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', labels: { app: name } },
      spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
    });
    uids[name] = made.metadata.uid ?? '';
    const status = { phase: name === 'idle' ? 'Succeeded' : 'Running' };
    await world.client.resource(pods).patch('default', name, { status }, { subresource: 'status' });
  }
  const usage: NodeUsage = {
    measuredAt: '2026-11-21T12:00:00.500Z',
    bootedAt: '2026-11-20T12:00:00.000Z',
    node: { ...used, cpuNanoCores: 2_000_000_000, memoryAvailableBytes: 1 },
    pods: [
      {
        namespace: 'default',
        name: 'a',
        uid: uids['a'] ?? '',
        containers: [
          { name: 'c', ...used },
          { name: 'd', ...used, cpuNanoCores: 0 },
        ],
      },
      { namespace: 'default', name: 'b', uid: 'of an earlier pod of that name', containers: [{ name: 'c', ...used }] },
    ],
  };
  node.documents.set(`n1${usagePath}`, JSON.stringify(usage));
  node.documents.set('n1/stats/summary', '{"node":{}}');
  node.documents.set(`n2${usagePath}`, '{"measuredAt":"nonsense"}');
});
afterAll(() => owns.disposeAsync());

async function ask(
  path: string,
  accept = 'application/json',
  method = 'GET',
): Promise<{ status: number; type: string | null; body: Record<string, unknown> }> {
  const response = await fetch(`${base}${path}`, { method, headers: { authorization: 'Bearer x', accept } });
  return { status: response.status, type: response.headers.get('content-type'), body: (await response.json()) as Record<string, unknown> };
}

const metrics = '/apis/metrics.k8s.io/v1beta1';

describe('metrics.k8s.io', () => {
  it('measures nodes, without those that do not answer', async () => {
    const { body } = await ask(`${metrics}/nodes`);
    expect(body).toMatchObject({ kind: 'NodeMetricsList', apiVersion: 'metrics.k8s.io/v1beta1' });
    expect(body['items']).toMatchObject([
      {
        kind: 'NodeMetrics',
        metadata: { name: 'n1', labels: { zone: 'n1' } },
        timestamp: '2026-11-21T12:00:00Z',
        window: '15s',
        usage: { cpu: '2000000000n', memory: '2049Ki' },
      },
    ]);
    expect((await ask(`${metrics}/nodes/n1`)).body).toMatchObject({ kind: 'NodeMetrics', usage: { cpu: '2000000000n' } });
    expect((await ask(`${metrics}/nodes/n2`)).body).toMatchObject({ code: 404, message: 'nodemetrics.metrics.k8s.io "n2" not found' });
    expect((await ask(`${metrics}/nodes/none`)).status).toBe(404);
  });

  it('measures running pods by their uid, and selects by their labels', async () => {
    const { body } = await ask(`${metrics}/pods`);
    expect(body['items']).toMatchObject([
      {
        metadata: { name: 'a', namespace: 'default', labels: { app: 'a' } },
        containers: [
          { name: 'c', usage: { cpu: '1500000n', memory: '2049Ki' } },
          { name: 'd', usage: { cpu: '0' } },
        ],
      },
    ]);
    expect((await ask(`${metrics}/namespaces/default/pods?labelSelector=app%3Db`)).body['items']).toEqual([]);
    expect((await ask(`${metrics}/namespaces/default/pods/a`)).body).toMatchObject({ kind: 'PodMetrics', window: '15s' });
    expect((await ask(`${metrics}/namespaces/default/pods/b`)).body).toMatchObject({
      code: 404,
      message: 'podmetrics.metrics.k8s.io "default/b" not found',
    });
  });

  it('is a table, and refuses what cannot be', async () => {
    const { body } = await ask(`${metrics}/nodes`, 'application/json;as=Table;v=v1;g=meta.k8s.io');
    expect(body['rows']).toMatchObject([{ cells: ['n1', '2000m', '2Mi', '15s'] }]);
    expect((await ask(`${metrics}/nodes`, undefined, 'DELETE')).status).toBe(405);
  });

  it('is discovered', async () => {
    const { body } = await ask(metrics);
    expect(body).toMatchObject({ kind: 'APIResourceList', groupVersion: 'metrics.k8s.io/v1beta1' });
    expect(body['resources']).toMatchObject([
      { name: 'nodes', kind: 'NodeMetrics', namespaced: false, verbs: ['get', 'list'] },
      { name: 'pods', kind: 'PodMetrics', namespaced: true, verbs: ['get', 'list'] },
    ]);
  });
});

describe('the proxy of a node', () => {
  const proxy = '/api/v1/nodes';

  it('serves what the agent tells, and nothing else', async () => {
    expect(await ask(`${proxy}/n1/proxy/stats/summary`)).toMatchObject({ status: 200, type: 'application/json', body: { node: {} } });
    expect((await ask(`${proxy}/n1:10250/proxy/stats/summary`)).status).toBe(200);
    expect((await ask(`${proxy}/n1:22/proxy/stats/summary`)).status).toBe(400);
    for (const path of ['/run/default/a/c', '/exec/x', usagePath, '/logs/', '/stats/summary/../../run', ''])
      expect([path, (await ask(`${proxy}/n1/proxy${path}`)).status]).toEqual([path, 404]);
    expect((await ask(`${proxy}/n1/proxy/stats/summary`, undefined, 'POST')).status).toBe(405);
    expect((await ask(`${proxy}/none/proxy/healthz`)).status).toBe(404);
  });
});
