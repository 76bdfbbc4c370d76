import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUpFirstOrganization } from '@kajitori/accounts';
import type { ClusterClient } from '@kajitori/client';
import { type ControlPlane, openControlPlane } from '@kajitori/control-plane';
import { type ConfigMap, configMaps, namespaces, deployments, nodes, pods, serviceAccounts } from '@kajitori/kinds';
import { silentLogger } from '@kajitori/telemetry';
import { testDatabase, testRedis, type TestRedis, waitFor } from '@kajitori/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const owns = new AsyncDisposableStack();
const workers: ChildProcess[] = [];
let control: ControlPlane;
let client: ClusterClient;
let redis: TestRedis;
let environment: Record<string, string>;

beforeAll(async () => {
  const database = owns.use(await testDatabase());
  redis = owns.use(await testRedis());
  const directory = await mkdtemp(join(tmpdir(), 'kajitori-worker-'));
  owns.defer(() => rm(directory, { recursive: true }));
  environment = {
    DATABASE_URL: database.appUrl,
    REDIS_URL: redis.url,
    MASTER_KEY_FILE: join(directory, 'master.key'),
    PUBLIC_URL: 'https://127.0.0.1:6443',
    GATEWAY_URL: 'wss://127.0.0.1:6444',
    LISTEN_HOST: '127.0.0.1',
    IDLE_SECONDS: '2',
  };
  writeFileSync(environment['MASTER_KEY_FILE'] ?? '', randomBytes(32), { mode: 0o600 });
  control = openControlPlane({ ...environment, LOG_LEVEL: 'silent' } as never, silentLogger, owns);
  const { cluster } = await setUpFirstOrganization(control.accounts, {
    email: 'a@example.com',
    password: 'correct horse battery staple',
    organizationName: 'a',
    clusterName: 'local',
  });
  client = control.clientAs(cluster.id, { name: 'admin', groups: ['system:masters', 'system:authenticated'] });
});

afterAll(async () => {
  await Promise.all(workers.map((worker) => end(worker)));
  await owns.disposeAsync();
});

function start(): ChildProcess {
  const worker = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'], ...environment, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  workers.push(worker);
  return worker;
}

async function end(worker: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  worker.kill(signal);
  await ended;
}

const web = (replicas: number): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'default', name: 'web' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
  },
});
const scale = (replicas: number): Promise<unknown> => client.resource(deployments).patch('default', 'web', { spec: { replicas } });
const podCount = async (): Promise<number> =>
  (await client.resource(pods).list('default')).items.filter(({ metadata }) => metadata.deletionTimestamp === undefined).length;
const converged = (count: number, timeoutMilliseconds: number): Promise<boolean> =>
  waitFor(async () => (await podCount()) === count, { timeoutMilliseconds, what: `${count} pods` });

test('every namespace is furnished and a Deployment gets its pods, which are placed', async () => {
  start();
  start();
  await client.resource(deployments).create(web(3) as never);
  await converged(3, 20_000);
  const name = 'team';
  await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} });
  const furnished = async (): Promise<boolean> => (await client.resource(serviceAccounts).find(name, 'default')) !== undefined;
  await waitFor(furnished, { timeoutMilliseconds: 5_000, what: 'a service account' });
  for (const namespace of ['default', name]) {
    const root = (): Promise<ConfigMap | undefined> => client.resource(configMaps).find(namespace, 'kube-root-ca.crt');
    await waitFor(async () => (await root()) !== undefined, { timeoutMilliseconds: 5_000, what: `the root CA of ${namespace}` });
    expect((await root())?.data?.['ca.crt']).toContain('BEGIN CERTIFICATE');
  }
  await client.resource(nodes).create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, spec: {} });
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const status = {
    allocatable: { cpu: '8', memory: '16Gi', pods: '110' },
    conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: now, lastTransitionTime: now }],
  };
  await client.resource(nodes).patch('', 'n1', { status }, { subresource: 'status' });
  await waitFor(async () => (await client.resource(pods).list('default')).items.every(({ spec }) => spec.nodeName === 'n1'), {
    timeoutMilliseconds: 5_000,
    what: 'places',
  });
});

test('an emptied Redis costs only time', async () => {
  const admin = new Redis(redis.url);
  await admin.flushall();
  admin.disconnect();
  await scale(5);
  expect(await converged(5, 20_000)).toBe(true);
});

test('a cluster is given back when it is idle, and taken up again', async () => {
  const held = async (): Promise<boolean> => {
    const [cluster] = await control.engine.dispatch.dirty('nobody', 1);
    const fence = cluster === undefined ? undefined : await control.engine.fences.acquire(cluster.cluster, 'controllers', 'test', 1);
    if (cluster === undefined || fence === undefined) return true;
    await control.engine.fences.release(cluster.cluster, fence);
    return false;
  };
  await waitFor(async () => !(await held()), { timeoutMilliseconds: 30_000, what: 'an idle cluster', intervalMilliseconds: 500 });
  await scale(2);
  expect(await converged(2, 20_000)).toBe(true);
});

test('killed workers leave nothing undone and nothing done twice', async () => {
  await scale(6);
  await Promise.all(workers.map((worker) => end(worker, 'SIGKILL')));
  await redis.restart();
  start();
  await converged(6, 40_000);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(await podCount()).toBe(6);
});
