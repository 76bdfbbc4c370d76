import { secrets, serviceAccounts } from '@kajitori/kinds';
import { expect, it } from 'vitest';
import { TestCluster } from '../test-cluster.testing.ts';
import { serviceAccountToken } from './service-account-token.controller.ts';

const type = 'kubernetes.io/service-account-token';
const annotations = { 'kubernetes.io/service-account.name': 'robot' };
const text = (value: string | undefined): string => Buffer.from(value ?? '', 'base64').toString();

it('fills a Secret that asks for the token of an account, and takes it away with the account', async () => {
  await using cluster = await TestCluster.open({ descriptors: [serviceAccountToken] });
  const { metadata } = await cluster.create(serviceAccounts, { metadata: { name: 'robot' } });
  await cluster.create(secrets, { metadata: { name: 'robot-token', annotations }, type });
  await cluster.settle();
  const filled = await cluster.get(secrets, 'robot-token');
  expect(filled.metadata.annotations?.['kubernetes.io/service-account.uid']).toBe(metadata.uid);
  expect(text(filled.data?.['namespace'])).toBe('default');
  expect(text(filled.data?.['ca.crt'])).toContain('BEGIN CERTIFICATE');
  expect(JSON.parse(text(filled.data?.['token']))).toEqual({
    iss: 'kubernetes/serviceaccount',
    'kubernetes.io/serviceaccount/namespace': 'default',
    'kubernetes.io/serviceaccount/secret.name': 'robot-token',
    'kubernetes.io/serviceaccount/service-account.name': 'robot',
    'kubernetes.io/serviceaccount/service-account.uid': metadata.uid,
    sub: 'system:serviceaccount:default:robot',
  });
  await cluster.resource(serviceAccounts).delete('default', 'robot');
  await cluster.settle();
  expect(await cluster.resource(secrets).find('default', 'robot-token')).toBeUndefined();
  expect(cluster.errors).toEqual([]);
});

it('takes away a Secret of an account that is not there, and leaves Secrets of other types alone', async () => {
  await using cluster = await TestCluster.open({ descriptors: [serviceAccountToken] });
  await cluster.create(secrets, { metadata: { name: 'stray', annotations }, type });
  await cluster.create(secrets, { metadata: { name: 'other', annotations } });
  await cluster.settle();
  expect((await cluster.list(secrets)).map((one) => one.metadata.name)).toEqual(['other']);
});
