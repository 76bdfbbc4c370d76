import { waitFor } from '@kajitori/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kubectl } from './kubectl.ts';
import { image } from './manifests.ts';
import { newestKubectl } from './newest-kubectl.ts';

/** What `kubectl top` shows of pods that really work and really hold memory. */
const namespace = 'metrics';
const owns = new AsyncDisposableStack();
let kubectl: Kubectl;
let node: string;

const heldBytes = 24 * 1024 * 1024;

function worker(name: string, containers: Record<string, string>): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: Object.entries(containers).map(([container, script]) => ({ name: container, image, command: ['sh', '-c', script] })),
      volumes: [],
    },
  });
}

beforeAll(async () => {
  ({ kubectl } = await newestKubectl(owns));
  await kubectl.run(['create', 'namespace', namespace]);
  await kubectl.run(['apply', '-f', '-'], worker('busy', { spins: 'while true; do :; done', sleeps: 'exec sleep 3600' }));
  // The text is kept in the shell's own memory.
  const holds = `text=$(head -c ${heldBytes} /dev/zero | tr '\\0' x); while true; do sleep 60; done`;
  await kubectl.run(['apply', '-f', '-'], worker('holding', { holds }));
  await kubectl.run(['-n', namespace, 'wait', 'pod', '--all', '--for=condition=Ready', '--timeout=60s']);
  node = await kubectl.run(['-n', namespace, 'get', 'pod', 'busy', '-o', 'jsonpath={.spec.nodeName}']);
});
afterAll(async () => {
  await kubectl.run(['delete', 'namespace', namespace, '--wait=true', '--timeout=80s']);
  await owns.disposeAsync();
});

const top = async (...args: string[]): Promise<string[][]> => {
  const out = await kubectl.run(['top', ...args, '--no-headers']);
  return out
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/));
};
const milli = (cell = ''): number => Number.parseInt(cell, 10);

describe('kubectl top', () => {
  it('shows what nodes use, of what they have', async () => {
    const rows = await top('nodes');
    const row = rows.find(([name]) => name === node) ?? [];
    expect(milli(row[1])).toBeGreaterThan(0);
    expect(row[2]).toMatch(/^\d+%$/);
    expect(milli(row[3])).toBeGreaterThan(0);
  });

  it('shows which pod works and which holds memory, by container and sorted', async () => {
    await waitFor(async () => (await top('pods', '-n', namespace)).length === 2, { what: 'both pods are measured' });
    await waitFor(
      async () => {
        const rows = await top('pods', '-n', namespace, '--containers');
        const of = (container: string): string[] => rows.find(([, name]) => name === container) ?? [];
        return milli(of('spins')[2]) > 100 && milli(of('sleeps')[2]) < 50 && milli(of('holds')[3]) >= 20;
      },
      { timeoutMilliseconds: 60_000, what: 'the measurements show who does what' },
    );
    // What a pod does at its start is soon behind it.
    await waitFor(async () => (await top('pods', '-n', namespace, '--sort-by=cpu'))[0]?.[0] === 'busy', {
      timeoutMilliseconds: 60_000,
      what: 'the busy pod stands first',
    });
    expect((await top('pods', '-n', namespace, '--sort-by=memory')).map(([name]) => name)).toEqual(['holding', 'busy']);
    expect((await top('pods', '-n', namespace, '-l', 'app=busy')).map(([name]) => name)).toEqual(['busy']);
  });

  it('is there for whoever may view a namespace, and for nobody else', async () => {
    await kubectl.run(['-n', namespace, 'create', 'rolebinding', 'viewers', '--clusterrole=view', '--user=vera']);
    expect((await kubectl.run(['auth', 'can-i', 'list', 'pods.metrics.k8s.io', '-n', namespace, '--as=vera'])).trim()).toBe('yes');
    expect((await kubectl.try(['auth', 'can-i', 'list', 'nodes.metrics.k8s.io', '--as=vera'])).stdout.trim()).toBe('no');
  });
});

describe('metrics.k8s.io', () => {
  it('is an API like others', async () => {
    expect(await kubectl.run(['get', 'apiservice', 'v1beta1.metrics.k8s.io', '--no-headers'])).toMatch(
      /^v1beta1\.metrics\.k8s\.io\s+Local\s+True\s/,
    );
    expect(await kubectl.run(['api-resources', '--api-group=metrics.k8s.io'])).toMatch(
      /pods\s+metrics\.k8s\.io\/v1beta1\s+true\s+PodMetrics/,
    );
    expect(await kubectl.run(['get', 'nodes.metrics.k8s.io', node, '--no-headers'])).toMatch(/^\S+\s+\d+m\s+\d+Mi\s+\S+s/);
    expect(await kubectl.run(['explain', 'pods.containers', '--api-version=metrics.k8s.io/v1beta1'])).toContain('usage');
    const missing = await kubectl.try(['get', '--raw', `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods/none`]);
    expect(missing.stderr).toContain('not found');
  });
});

describe('a node through its proxy', () => {
  it('tells what a kubelet tells', async () => {
    const get = (path: string): Promise<string> => kubectl.run(['get', '--raw', `/api/v1/nodes/${node}/proxy${path}`]);
    expect(await get('/healthz')).toBe('ok');
    const { pods } = JSON.parse(await get('/stats/summary')) as { pods: { podRef: { name: string }; containers: { name: string }[] }[] };
    expect(
      pods
        .find(({ podRef }) => podRef.name === 'busy')
        ?.containers.map(({ name }) => name)
        .sort(),
    ).toEqual(['sleeps', 'spins']);
    const { items } = JSON.parse(await get('/pods')) as { items: { metadata: { name: string } }[] };
    expect(items.map(({ metadata }) => metadata.name)).toContain('busy');
    expect(await get('/metrics/resource')).toMatch(
      /container_cpu_usage_seconds_total\{container="spins",namespace="metrics",pod="busy"\} \d/,
    );
    expect(JSON.parse(await get('/configz'))).toHaveProperty('kubeletconfig.clusterDomain');
    expect((await kubectl.try(['get', '--raw', `/api/v1/nodes/${node}/proxy/run/x`])).code).not.toBe(0);
  });
});
