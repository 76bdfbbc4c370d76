import type { Pod } from '@kajitori/kinds';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Kubectl } from './kubectl.ts';
import { image } from './manifests.ts';
import { newestKubectl } from './newest-kubectl.ts';

/** `kubectl patch --subresource resize` on pods that run, down to their control groups. */
const namespace = 'resize';
const owns = new AsyncDisposableStack();
let kubectl: Kubectl;

const soon = <T>(check: () => Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 30_000, interval: 200 });

const amounts = (cpu: string, memory: string) => ({ requests: { cpu, memory }, limits: { cpu, memory } });
const mebibytes = (count: number): string => String(count * 1024 ** 2);
/** Of either version of control groups. */
const memoryLimit = 'cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes';

beforeAll(async () => {
  ({ kubectl } = await newestKubectl(owns));
  await kubectl.run(['create', 'namespace', namespace]);
  await kubectl.run(
    ['apply', '-f', '-'],
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          { name: 'steady', image, command: ['sleep', '3600'], resources: amounts('50m', '32Mi') },
          {
            name: 'restarts',
            image,
            command: ['sleep', '3600'],
            resources: amounts('50m', '32Mi'),
            resizePolicy: [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }],
          },
        ],
      },
    }),
  );
  await kubectl.run(['-n', namespace, 'wait', 'pod/web', '--for=condition=Ready', '--timeout=60s']);
});
afterAll(async () => {
  await kubectl.run(['delete', 'namespace', namespace, '--wait=true', '--timeout=80s']);
  await owns.disposeAsync();
});

const read = (): Promise<Pod> => kubectl.json<Pod>(['-n', namespace, 'get', 'pod', 'web']);
const statusOf = ({ status }: Pod, name: string) => status?.containerStatuses?.find((one) => one.name === name);
const resize = (name: string, resources: object): Promise<string> =>
  kubectl.run([
    '-n',
    namespace,
    'patch',
    'pod',
    'web',
    '--subresource',
    'resize',
    '-p',
    JSON.stringify({ spec: { containers: [{ name, resources }] } }),
  ]);
const limitOf = async (name: string): Promise<string> =>
  (await kubectl.run(['-n', namespace, 'exec', 'web', '-c', name, '--', 'sh', '-c', memoryLimit])).trim();

/** Once the node has said that it is done with this generation. */
async function settled(name: string, resources: object): Promise<Pod> {
  let pod = await read();
  await soon(async () => {
    pod = await read();
    expect(pod.status?.observedGeneration).toBe(pod.metadata.generation);
    expect(pod.status?.conditions?.filter(({ type }) => type.startsWith('PodResize'))).toEqual([]);
    expect(statusOf(pod, name)?.resources).toEqual(resources);
  });
  return pod;
}

describe('a resize', () => {
  it('changes a running container in place', async () => {
    const before = await read();
    expect(await limitOf('steady')).toBe(mebibytes(32));
    await resize('steady', amounts('80m', '48Mi'));
    const after = await settled('steady', amounts('80m', '48Mi'));
    expect(await limitOf('steady')).toBe(mebibytes(48));
    expect(after.metadata.generation).toBe((before.metadata.generation ?? 0) + 1);
    expect(statusOf(after, 'steady')).toMatchObject({
      containerID: statusOf(before, 'steady')?.containerID,
      restartCount: 0,
      allocatedResources: { cpu: '80m', memory: '48Mi' },
    });
    expect(statusOf(after, 'restarts')?.restartCount).toBe(0);
  });

  it('restarts the container whose policy asks for it', async () => {
    await resize('restarts', amounts('50m', '64Mi'));
    await settled('restarts', amounts('50m', '64Mi'));
    await soon(async () => expect(statusOf(await read(), 'restarts')).toMatchObject({ restartCount: 1, ready: true }));
    expect(await limitOf('restarts')).toBe(mebibytes(64));
    expect(statusOf(await read(), 'steady')?.restartCount).toBe(0);
  });

  it('that no node could hold waits, and says why', async () => {
    await resize('steady', amounts('500', '48Mi'));
    await soon(async () => {
      const { conditions } = (await read()).status ?? {};
      expect(conditions?.find(({ type }) => type === 'PodResizePending')).toMatchObject({
        status: 'True',
        reason: 'Infeasible',
        message: expect.stringMatching(/^Node didn't have enough capacity: cpu, requested: 500050, capacity: \d+$/),
      });
    });
    expect(statusOf(await read(), 'steady')).toMatchObject({ restartCount: 0, resources: amounts('80m', '48Mi') });
    await resize('steady', amounts('80m', '48Mi'));
    await settled('steady', amounts('80m', '48Mi'));
  });
});
