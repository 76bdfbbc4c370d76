import { type Pod, pods, resourceQuotas } from '@kajitori/kinds';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MemoryApi, memoryApi, pod } from '../testing/memory-api.testing.ts';

let api: MemoryApi;
beforeEach(async () => {
  api = await memoryApi();
});
afterEach(() => api[Symbol.asyncDispose]());

const create = (name: string, container: object = {}): Promise<Pod> => {
  const made = pod(name);
  return api.client.resource(pods).create({ ...made, spec: { containers: [{ name: 'c', image: 'busybox:1', ...container }] } });
};
const patch = (name: string, subresource: string, spec: object): Promise<Pod> =>
  api.client.resource(pods).patch('default', name, { spec }, { subresource, type: 'application/strategic-merge-patch+json' });
const refusal = (write: Promise<unknown>): Promise<string> =>
  write.then(
    () => 'written',
    (error: unknown) => (error as Error).message,
  );

describe('ephemeralcontainers', () => {
  const debug = { name: 'debug', image: 'busybox:1', targetContainerName: 'c', stdin: true };

  it('adds containers and takes nothing else of what was sent', async () => {
    await create('p');
    const changed = await patch('p', 'ephemeralcontainers', { ephemeralContainers: [debug], activeDeadlineSeconds: 9 });
    expect(changed.spec.ephemeralContainers).toMatchObject([debug]);
    expect(changed.spec.activeDeadlineSeconds).toBeUndefined();
    expect(changed.metadata.generation).toBe(2);
  });

  it('neither changes nor removes them, here or elsewhere', async () => {
    await create('p');
    await patch('p', 'ephemeralcontainers', { ephemeralContainers: [debug] });
    expect(await refusal(patch('p', 'ephemeralcontainers', { ephemeralContainers: [{ ...debug, image: 'other:1' }] }))).toContain(
      'existing ephemeral containers "debug" may not be changed',
    );
    expect(
      await refusal(patch('p', 'ephemeralcontainers', { ephemeralContainers: [{ ...debug, name: 'more', targetContainerName: 'no' }] })),
    ).toContain('targetContainerName');
    expect(await refusal(patch('p', '', { ephemeralContainers: [{ ...debug, name: 'more' }] }))).toContain(
      'pod updates may not change fields',
    );
  });
});

describe('resize', () => {
  const amounts = (cpu: string): object => ({ resources: { requests: { cpu }, limits: { memory: '64Mi' } } });

  it('changes CPU and memory of containers', async () => {
    await create('p', amounts('100m'));
    const changed = await patch('p', 'resize', { containers: [{ name: 'c', image: 'other:1', ...amounts('200m') }] });
    expect(changed.spec.containers[0]).toMatchObject({ image: 'busybox:1', resources: { requests: { cpu: '200m', memory: '64Mi' } } });
  });

  it('keeps the class of service, and other resources', async () => {
    await create('p', amounts('100m'));
    expect(
      await refusal(patch('p', 'resize', { containers: [{ name: 'c', resources: { requests: { 'ephemeral-storage': '1Gi' } } }] })),
    ).toContain('only cpu and memory resources are mutable');
    const guaranteed = { requests: { cpu: '1', memory: '64Mi' }, limits: { cpu: '1', memory: '64Mi' } };
    expect(await refusal(patch('p', 'resize', { containers: [{ name: 'c', resources: guaranteed }] }))).toContain(
      'Pod QOS Class may not change as a result of resizing',
    );
  });

  it('is charged to quotas', async () => {
    await create('p', amounts('100m'));
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q', namespace: 'default' },
      spec: { hard: { 'requests.cpu': '150m' } },
    };
    const quotas = api.client.resource(resourceQuotas);
    await quotas.create(quota);
    await quotas.patch(
      'default',
      'q',
      { status: { hard: { 'requests.cpu': '150m' }, used: { 'requests.cpu': '100m' } } },
      { subresource: 'status' },
    );
    expect(await refusal(patch('p', 'resize', { containers: [{ name: 'c', ...amounts('200m') }] }))).toBe(
      'pods "p" is forbidden: exceeded quota: q, requested: requests.cpu=100m, used: requests.cpu=100m, limited: requests.cpu=150m',
    );
    await patch('p', 'resize', { containers: [{ name: 'c', ...amounts('150m') }] });
    expect((await quotas.get('default', 'q')).status?.used).toEqual({ 'requests.cpu': '150m' });
  });
});
