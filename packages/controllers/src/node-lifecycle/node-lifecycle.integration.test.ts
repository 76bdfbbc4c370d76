import { leases, namespaces, nodes, type Pod, pods } from '@kajitori/kinds';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { podGc } from '../pod-gc/pod-gc.controller.ts';
import { TestCluster } from '../test-cluster.testing.ts';
import { nodeLifecycle } from './node-lifecycle.controller.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await TestCluster.open({ descriptors: [nodeLifecycle, podGc] });
  await cluster.create(namespaces, { metadata: { name: 'kube-node-lease' } });
});
afterEach(() => cluster[Symbol.asyncDispose]());

const second = 1_000;
async function beat(...names: string[]): Promise<void> {
  const renewTime = cluster.clock.now().toISOString().replace('Z', '000Z');
  for (const name of names) {
    const there = await cluster.resource(leases).find('kube-node-lease', name);
    if (there === undefined)
      await cluster.create(leases, {
        metadata: { name, namespace: 'kube-node-lease' },
        spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime },
      });
    else await cluster.resource(leases).update({ ...there, spec: { ...there.spec, renewTime } });
  }
}
async function podOn(nodeName: string, name: string, tolerations: object[] = []): Promise<Pod> {
  const made = await cluster.create(pods, {
    metadata: { name },
    spec: { nodeName, tolerations, containers: [{ name: 'a', image: 'a:1' }] },
  });
  await cluster.makeReady([made]);
  return made;
}
const ready = async (name: string): Promise<string | undefined> =>
  (await cluster.get(nodes, name)).status?.conditions?.find(({ type }) => type === 'Ready')?.status;
const taints = async (name: string): Promise<string[]> =>
  ((await cluster.get(nodes, name)).spec?.taints ?? []).map(({ key, effect }) => `${key.split('/')[1]}:${effect}`);
const deleted = async (name: string): Promise<boolean> =>
  (await cluster.resource(pods).find('default', name))?.metadata.deletionTimestamp !== undefined;
const stays = [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' }];

test('a silent node becomes unknown, its pods unready, and they leave when their time is over', async () => {
  for (const name of ['n1', 'n2']) await cluster.addNode(name);
  await beat('n1', 'n2');
  await podOn('n1', 'goes');
  await podOn('n1', 'stays', stays);
  await cluster.settle();
  await cluster.advance(30 * second);
  await beat('n2');
  await cluster.advance(20 * second);
  expect([await ready('n1'), await ready('n2')]).toEqual(['Unknown', 'True']);
  expect(await taints('n1')).toEqual(['unreachable:NoSchedule', 'unreachable:NoExecute']);
  expect((await cluster.get(pods, 'goes')).status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('False');
  for (let elapsed = 0; elapsed < 300; elapsed += 23) {
    await beat('n2');
    await cluster.advance(23 * second);
  }
  expect([await deleted('goes'), await deleted('stays')]).toEqual([true, false]);
  await beat('n1');
  await cluster.addReady('n1');
  await cluster.settle();
  expect(await taints('n1')).toEqual([]);
  expect(cluster.errors).toEqual([]);
});

test('when all fall silent at once, nobody is evicted', async () => {
  for (const name of ['n1', 'n2', 'n3']) await cluster.addNode(name);
  await beat('n1', 'n2', 'n3');
  await podOn('n1', 'a', [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 }]);
  await cluster.settle();
  await cluster.advance(55 * second);
  await cluster.advance(600 * second);
  expect(await ready('n1')).toBe('Unknown');
  expect(await taints('n1')).toEqual(['unreachable:NoSchedule']);
  expect(await deleted('a')).toBe(false);
});

test('pods of a node that is gone are removed, as failed', async () => {
  await cluster.addNode('n1');
  await beat('n1');
  await podOn('n1', 'a');
  await cluster.settle();
  await cluster.resource(nodes).delete('', 'n1');
  await cluster.settle();
  expect(await cluster.list(pods)).toHaveLength(1);
  await cluster.advance(40 * second);
  expect(await cluster.list(pods)).toEqual([]);
});
