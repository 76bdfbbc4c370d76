import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, KubeConfig, makeInformer, type V1ConfigMap } from '@kubernetes/client-node';
import { type TestInstance, waitFor } from '@kajitori/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askManagement } from './ask-management.ts';
import { RawClient } from './compatibility/raw-client.ts';
import { openScratch } from './scratch.ts';

/** A cluster that holds up the API server while another one asks: it is served by the annex, and its clients feel no more than a new connection. */
const owns = new AsyncDisposableStack();
const configMapsPath = '/api/v1/namespaces/default/configmaps';
const namespace = 'default';
let instance: TestInstance;
let ask: ReturnType<typeof askManagement>;
let quiet: RawClient;
let loud: RawClient;
const loudConfig = new KubeConfig();
let loudId: string;

beforeAll(async () => {
  const scratch = await openScratch(owns);
  instance = scratch.instance;
  ask = askManagement(instance);
  const open = async (name: string): Promise<{ id: string; file: string; client: RawClient }> => {
    const { id } = await ask<{ id: string }>('POST', '/v1/clusters', { name });
    owns.defer(() => ask('DELETE', `/v1/clusters/${id}`));
    const { kubeconfig } = await ask<{ kubeconfig: string }>('POST', `/v1/clusters/${id}/kubeconfig`, {});
    const file = join(scratch.directory, name);
    await writeFile(file, kubeconfig);
    return { id, file, client: owns.use(await RawClient.open(file)) };
  };
  const first = await open('annex-loud');
  loudConfig.loadFromFile(first.file);
  loudId = first.id;
  loud = first.client;
  quiet = (await open('annex-quiet')).client;
});
afterAll(() => owns.disposeAsync());

/** What the API server says of its annex. */
async function told(message: string): Promise<{ pid: number; cluster?: string }[]> {
  const log = await readFile(join(instance.stateDirectory, 'logs/api.log'), 'utf8');
  const lines = log.split('\n').filter((line) => line.includes(message));
  return lines.map((line) => JSON.parse(line) as { pid: number; cluster?: string });
}

/** Applies a Deployment that takes long to merge, while the other cluster asks too, until it is served elsewhere. */
async function press(): Promise<void> {
  const env = Array.from({ length: 15_000 }, (_, at) => ({ name: `NAME_${at}`, value: 'x' }));
  const labels = { app: 'large' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'main:1', env }] } };
  const spec = { replicas: 0, paused: true, selector: { matchLabels: labels }, template };
  const body = Buffer.from(JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'large' }, spec }));
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/large?fieldManager=test&force=true`;
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  const served = async (): Promise<boolean> => (await told('is served by the annex')).some(({ cluster }) => cluster === loudId);
  for (let rounds = 0; rounds < 30 && !(await served()); rounds += 1) {
    await Promise.all([quiet.send('GET', configMapsPath), loud.send('PATCH', path, { headers, body })]);
    await sleep(100);
  }
  expect(await served()).toBe(true);
}

const create = (client: RawClient, name: string): Promise<{ status: number }> =>
  client.send('POST', configMapsPath, { body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } } });

it('moves with its watches, whose clients miss nothing, and outlives the annex', async () => {
  const api = loudConfig.makeApiClient(CoreV1Api);
  const informer = makeInformer<V1ConfigMap>(loudConfig, configMapsPath, () => api.listNamespacedConfigMap({ namespace }));
  const seen: string[] = [];
  let begun = 0;
  informer.on('connect', () => (begun += 1));
  informer.on('add', ({ metadata }) => void seen.push(metadata?.name ?? ''));
  informer.on('error', () => void setTimeout(() => void informer.start(), 200));
  await informer.start();
  owns.defer(() => informer.stop());
  expect((await create(loud, 'before')).status).toBe(201);
  await press();
  // The watch begins anew there.
  await waitFor(() => begun > 1, { what: 'the watch began anew' });
  const [starts, ends] = [await told('the annex starts'), await told('the annex has ended')];
  expect((await create(loud, 'there')).status).toBe(201);
  await waitFor(() => seen.includes('there'), { what: 'the watch goes on in the annex' });
  // Under the base address nothing leads there: who asks by it is served where he was.
  const began = performance.now();
  await ask('GET', `/clusters/${loudId}${configMapsPath}?watch=1&timeoutSeconds=2&fieldSelector=metadata.name%3Dnone`);
  expect(performance.now() - began).toBeGreaterThan(1_900);
  process.kill(starts.at(-1)?.pid ?? 0, 'SIGKILL');
  await waitFor(async () => (await told('the annex has ended')).length > ends.length, { what: 'its end is noticed' });
  expect((await create(quiet, 'beside')).status).toBe(201);
  await waitFor(async () => (await create(loud, 'after').catch(() => ({ status: 0 }))).status === 201, { what: 'another annex serves' });
  await waitFor(() => seen.includes('after'), { what: 'the watch goes on in it' });
  expect(seen.filter((name) => name !== 'kube-root-ca.crt')).toEqual(['before', 'there', 'after']);
  expect((await told('the annex starts')).length).toBeGreaterThan(starts.length);
}, 120_000);
