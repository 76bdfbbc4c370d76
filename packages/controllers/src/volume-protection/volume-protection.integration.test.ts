import { persistentVolumeClaims, persistentVolumes, pods } from '@kajitori/kinds';
import { expect, it } from 'vitest';
import { TestCluster } from '../test-cluster.testing.ts';
import { claimProtection } from './claim-protection.controller.ts';
import { volumeProtection } from './volume-protection.controller.ts';

it('a claim stays until its pods are gone, a volume until no claim is bound to it', async () => {
  await using cluster = await TestCluster.open({ descriptors: [claimProtection, volumeProtection] });
  const resources = { requests: { storage: '1Gi' } };
  await cluster.create(persistentVolumeClaims, { metadata: { name: 'c' }, spec: { accessModes: ['ReadWriteOnce'], resources } });
  const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }];
  await cluster.create(pods, {
    metadata: { name: 'p' },
    spec: { nodeName: 'n', volumes, containers: [{ name: 'c', image: 'busybox:1' }] },
  });
  await cluster.resource(persistentVolumeClaims).delete('default', 'c');
  await cluster.settle();
  expect((await cluster.get(persistentVolumeClaims, 'c')).metadata.deletionTimestamp).toBeDefined();
  await cluster.resource(pods).delete('default', 'p', { gracePeriodSeconds: 0 });
  await cluster.settle();
  expect(await cluster.list(persistentVolumeClaims)).toEqual([]);

  const spec = { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/tmp/x' } };
  await cluster.create(persistentVolumes, { metadata: { name: 'v' }, spec });
  await cluster.patch(persistentVolumes, 'v', { status: { phase: 'Bound' } }, 'status');
  await cluster.resource(persistentVolumes).delete('', 'v');
  await cluster.settle();
  expect(await cluster.list(persistentVolumes)).toHaveLength(1);
  await cluster.patch(persistentVolumes, 'v', { status: { phase: 'Released' } }, 'status');
  await cluster.settle();
  expect(await cluster.list(persistentVolumes)).toEqual([]);
});
