import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startTestInstance, waitFor } from '@kajitori/testing';
import type { TestInstance } from '@kajitori/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dockerCall } from './docker-api.ts';
import { instanceOf } from './instance.ts';
import { KubernetesAccess } from './kubernetes-access.ts';
import { nodeEngines } from './node-engine.ts';
import { insideNamespace } from './node-network.ts';
import { identify } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

const run = promisify(execFile);
const nodes = 2;
const pods = 4;
let product: TestInstance;

beforeAll(async () => {
  product = await startTestInstance({ nodes });
});
afterAll(() => product?.[Symbol.asyncDispose]());

const instance = () => instanceOf(process.cwd(), product.stateDirectory);
const start = (): Promise<string> => product.script('infra/local/start.ts', '--detach');
const engines = () => nodeEngines(instance(), { nodes });

/** Id and start of every container of every engine. */
async function containers(): Promise<string[]> {
  const found = await Promise.all(
    engines().map(async ({ socket }) => {
      const list = JSON.parse((await dockerCall(socket, { path: '/containers/json' })).text) as { Id: string }[];
      return Promise.all(list.map(async ({ Id }) => `${Id} ${await startOf(socket, Id)}`));
    }),
  );
  return found.flat().sort((a, b) => (a < b ? -1 : 1));
}

async function startOf(socket: string, id: string): Promise<string> {
  const { text } = await dockerCall(socket, { path: `/containers/${id}/json` });
  return (JSON.parse(text) as { State: { StartedAt: string } }).State.StartedAt;
}

async function readyPods(): Promise<{ node: string; ip: string }[] | undefined> {
  using access = new KubernetesAccess(instance());
  const { items } = (await access.get('/api/v1/namespaces/default/pods')) as {
    items: { spec: { nodeName?: string }; status: { podIP?: string; containerStatuses?: { ready: boolean }[] } }[];
  };
  const ready = items.filter(({ status }) => status.containerStatuses?.every((container) => container.ready));
  return ready.length === pods ? ready.map(({ spec, status }) => ({ node: spec.nodeName ?? '', ip: status.podIP ?? '' })) : undefined;
}

/** What an address answers inside a node's network namespace. */
async function fetchFrom(nodeName: string, url: string): Promise<string> {
  const network = engines().find((engine) => engine.nodeName === nodeName)?.network;
  if (!network) throw new Error(`${nodeName} has no namespace`);
  const script = 'fetch(process.argv[1]).then((answer) => answer.text()).then((text) => console.log(text))';
  const [command, ...args] = [...insideNamespace(network), process.execPath, '-e', script, url];
  return (await run(command, args)).stdout.trim();
}

async function identities(): Promise<ProcessIdentity[]> {
  const files = (await readdir(instance().runDirectory)).filter((name) => name.endsWith('.pid.json'));
  return Promise.all(files.map(async (name) => JSON.parse(await readFile(join(instance().runDirectory, name), 'utf8')) as ProcessIdentity));
}

describe.runIf(process.getuid?.() === 0)('an instance with several nodes', () => {
  test('runs pods on all of them, and each node reaches every pod', async () => {
    using access = new KubernetesAccess(instance());
    const labels = { app: 'web' };
    const template = {
      metadata: { labels },
      spec: { containers: [{ name: 'web', image: 'kajitori-examples/web:1.0', imagePullPolicy: 'IfNotPresent' }] },
    };
    const body = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { replicas: pods, selector: { matchLabels: labels }, template },
    };
    expect(await access.call({ method: 'POST', path: '/apis/apps/v1/namespaces/default/deployments', body })).toMatchObject({
      status: 201,
    });
    const found = await waitFor(readyPods, { what: `${pods} pods are ready`, timeoutMilliseconds: 60_000 });
    expect(new Set(found.map(({ node }) => node))).toEqual(new Set(['node-1', 'node-2']));
    expect(await containers()).toHaveLength(pods * 2);
    for (const { ip } of found) expect(await fetchFrom('node-1', `http://${ip}:8080/version`)).toBe('1.0');
  });

  test('a stop and a start do not touch a container', async () => {
    const before = await containers();
    await product.script('infra/local/stop.ts');
    expect(await containers()).toEqual(before);
    await start();
    await waitFor(readyPods, { what: 'the pods are ready', timeoutMilliseconds: 30_000 });
    expect(await containers()).toEqual(before);
  });

  test('nor does kill -9 of everything, engines included', async () => {
    const before = await containers();
    for (const { pid } of await identities()) process.kill(pid, 'SIGKILL');
    await start();
    await waitFor(readyPods, { what: 'the pods are ready', timeoutMilliseconds: 30_000 });
    expect(await containers()).toEqual(before);
  });

  test('stop --all removes pods, engines and namespaces, and keeps the data', async () => {
    const running = await identities();
    const namespaces = engines().map(({ network }) => network?.namespace ?? '');
    await product.script('infra/local/stop.ts', '--all');
    for (const { pid } of running) expect(identify(pid)).toBeUndefined();
    for (const name of namespaces) expect(existsSync(`/run/netns/${name}`)).toBe(false);
    for (const { socket } of engines()) expect(existsSync(socket)).toBe(false);
    expect(existsSync(join(product.stateDirectory, 'data/postgres/PG_VERSION'))).toBe(true);
  });
});
