import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Node, Pod } from '@kajitori/kinds';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { askManagement } from './ask-management.ts';
import type { Kubectl } from './kubectl.ts';
import { image } from './manifests.ts';
import { newestKubectl } from './newest-kubectl.ts';

/** A machine that is removed from its cluster while pods run on it, and joins again by a new token. */
const nodeName = 'comes-again';
const namespace = 'rejoin';
const owns = new AsyncDisposableStack();
let kubectl: Kubectl;
let ask: ReturnType<typeof askManagement>;
let prefix: string;
let cluster: string;

const soon = <T>(check: () => Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 40_000, interval: 200 });
const shell = async (command: string): Promise<string> =>
  (await promisify(execFile)('sh', ['-c', command], { env: { PATH: process.env['PATH'] }, timeout: 60_000 })).stdout;

async function joinMachine(): Promise<void> {
  const { command } = await ask<{ command: string }>('POST', `/v1/clusters/${cluster}/join-tokens`);
  await shell(`${command} --prefix ${prefix} --node-name ${nodeName}`);
  await kubectl.run(['wait', `node/${nodeName}`, '--for=condition=Ready', '--timeout=30s']);
}

const removeNode = (): Promise<unknown> => ask('DELETE', `/v1/clusters/${cluster}/nodes/${nodeName}`);
const nodeIsThere = async (): Promise<boolean> =>
  (await kubectl.json<{ items: Node[] }>(['get', 'nodes'])).items.some(({ metadata }) => metadata.name === nodeName);
const podsThere = async (): Promise<Pod[]> => (await kubectl.json<{ items: Pod[] }>(['-n', namespace, 'get', 'pods'])).items;

beforeAll(async () => {
  const found = await newestKubectl(owns);
  kubectl = found.kubectl;
  ask = askManagement(found.instance);
  const { items } = await ask<{ items: { id: string }[] }>('GET', '/v1/clusters?name=local');
  cluster = items[0]?.id ?? '';
  prefix = join(found.directory, 'node');
  await joinMachine();
  owns.defer(async () => {
    await kubectl.run(['delete', 'namespace', namespace, '--wait=true', '--timeout=80s']);
    await removeNode();
    await shell(`${prefix}/uninstall.sh`);
  });
  await kubectl.run(['create', 'namespace', namespace]);
  await kubectl.run(
    ['apply', '-f', '-'],
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: {
            nodeSelector: { 'kubernetes.io/hostname': nodeName },
            terminationGracePeriodSeconds: 1,
            containers: [{ name: 'main', image, command: ['sleep', '3600'] }],
          },
        },
      },
    }),
  );
  await kubectl.run(['-n', namespace, 'rollout', 'status', 'deployment/web', '--timeout=60s']);
});
afterAll(() => owns.disposeAsync());

describe('a machine that was removed', () => {
  it('joins again by a new token, and its pods were never touched', async () => {
    const [before] = await podsThere();
    await removeNode();
    expect(await nodeIsThere()).toBe(false);
    await joinMachine();
    const [after, ...others] = await podsThere();
    expect(others).toEqual([]);
    expect(after?.metadata.uid).toBe(before?.metadata.uid);
    expect(after?.status?.containerStatuses?.[0]).toMatchObject({
      containerID: before?.status?.containerStatuses?.[0]?.containerID,
      restartCount: 0,
    });
    // It does what it is told.
    await kubectl.run(['-n', namespace, 'exec', 'deployment/web', '--', 'true']);
  });

  it('and stays away is replaced; when it joins again, what it left is ended', async () => {
    const [before] = await podsThere();
    await removeNode();
    const replaced = await vi.waitFor(
      async () => {
        const pod = (await podsThere()).find(({ metadata }) => metadata.uid !== before?.metadata.uid);
        expect(pod?.status?.phase).toBe('Pending');
        return pod;
      },
      { timeout: 80_000, interval: 1_000 },
    );
    await joinMachine();
    await soon(async () =>
      expect((await podsThere()).map(({ metadata, status }) => [metadata.uid, status?.phase])).toEqual([
        [replaced?.metadata.uid, 'Running'],
      ]),
    );
    await soon(async () => {
      const left = await shell(`docker ps -q --filter label=io.kajitori.pod.uid=${before?.metadata.uid}`);
      expect(left).toBe('');
    });
  });
});
