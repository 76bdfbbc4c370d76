import { configMaps, deployments, namespaces, pods, serviceAccounts } from '@kajitori/kinds';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cronJob } from '../cron-job/cron-job.controller.ts';
import { deployment } from '../deployment/deployment.controller.ts';
import { job } from '../job/job.controller.ts';
import { replicaSet } from '../replica-set/replica-set.controller.ts';
import { rootCa } from '../root-ca/root-ca.controller.ts';
import { defaultServiceAccount } from '../service-account/default-service-account.controller.ts';
import { TestCluster } from '../test-cluster.testing.ts';
import { namespace } from './namespace.controller.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await TestCluster.open({ descriptors: [namespace, rootCa, defaultServiceAccount, deployment, replicaSet, job, cronJob] });
});
afterEach(() => cluster[Symbol.asyncDispose]());

test('a new namespace gets its ServiceAccount and the CA, and gets them back', async () => {
  await cluster.create(namespaces, { metadata: { name: 'team' } });
  await cluster.settle();
  expect((await cluster.list(serviceAccounts, 'team')).map(({ metadata }) => metadata.name)).toEqual(['default']);
  expect((await cluster.get(configMaps, 'kube-root-ca.crt', 'team')).data?.['ca.crt']).toContain('BEGIN CERTIFICATE');
  await cluster.resource(serviceAccounts).delete('team', 'default');
  await cluster.resource(configMaps).patch('team', 'kube-root-ca.crt', { data: { 'ca.crt': 'false' } });
  await cluster.settle();
  expect(await cluster.list(serviceAccounts, 'team')).toHaveLength(1);
  expect((await cluster.get(configMaps, 'kube-root-ca.crt', 'team')).data?.['ca.crt']).toContain('BEGIN CERTIFICATE');
  expect(cluster.errors).toEqual([]);
});

test('controllers make nothing in a namespace that ends, and do not call that a failure', async () => {
  await cluster.create(namespaces, { metadata: { name: 'team' } });
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'a', image: 'a:1' }] } };
  const spec = { replicas: 2, selector: { matchLabels: { app: 'web' } }, template };
  await cluster.create(deployments, { metadata: { name: 'web', namespace: 'team' }, spec });
  await cluster.create(configMaps, { metadata: { name: 'held', namespace: 'team', finalizers: ['example.com/hold'] } });
  await cluster.settle();
  cluster.clock.advance(2_000);
  await cluster.resource(namespaces).delete('', 'team');
  await cluster.settle();
  expect(await cluster.list(pods, 'team')).toEqual([]);
  expect(cluster.errors).toEqual([]);
});

test('a deleted namespace is emptied and then goes', async () => {
  await cluster.create(namespaces, { metadata: { name: 'team' } });
  await cluster.create(pods, { metadata: { name: 'a', namespace: 'team' }, spec: { containers: [{ name: 'a', image: 'a:1' }] } });
  await cluster.create(configMaps, { metadata: { name: 'held', namespace: 'team', finalizers: ['example.com/hold'] } });
  await cluster.settle();
  await cluster.resource(namespaces).delete('', 'team');
  await cluster.settle();
  const ending = await cluster.get(namespaces, 'team');
  expect(ending.status?.phase).toBe('Terminating');
  expect(ending.status?.conditions?.filter(({ status }) => status === 'True').map(({ type, message }) => [type, message])).toEqual([
    ['NamespaceContentRemaining', 'Some resources are remaining: configmaps. has 1 resource instances'],
    ['NamespaceFinalizersRemaining', 'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances'],
  ]);
  await cluster.resource(configMaps).patch('team', 'held', { metadata: { finalizers: null } });
  await cluster.advance(2_000);
  expect(await cluster.resource(namespaces).find('', 'team')).toBeUndefined();
  expect(cluster.errors).toEqual([]);
});
