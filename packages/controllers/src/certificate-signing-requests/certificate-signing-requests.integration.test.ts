import { type CertificateSigningRequest, certificateSigningRequests } from '@kajitori/kinds';
import { certificationRequest } from '@kajitori/kinds/fixture';
import { expect, it } from 'vitest';
import { TestCluster } from '../test-cluster.testing.ts';
import { csrApproving } from './csr-approving.controller.ts';
import { csrCleaner } from './csr-cleaner.controller.ts';
import { csrSigning } from './csr-signing.controller.ts';

const hour = 3_600_000;
const open = () => TestCluster.open({ descriptors: [csrApproving, csrSigning, csrCleaner] });

async function ask(cluster: TestCluster, spec: Partial<CertificateSigningRequest['spec']>, name = 'r'): Promise<CertificateSigningRequest> {
  const made = await cluster.create(certificateSigningRequests, {
    metadata: { name },
    spec: { signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'], ...spec },
  });
  await cluster.settle();
  return made;
}

async function decide(cluster: TestCluster, made: CertificateSigningRequest, type: 'Approved' | 'Denied' = 'Approved'): Promise<void> {
  const conditions = [{ type, status: 'True', reason: 'ByHand' }];
  await cluster.resource(certificateSigningRequests).updateSubresource({ ...made, status: { conditions } }, 'approval');
  await cluster.settle();
}

const found = (cluster: TestCluster) => cluster.resource(certificateSigningRequests).find('', 'r');
const decoded = (text: string | undefined): string => Buffer.from(text ?? '', 'base64').toString();
/** What the certificate was ordered as: the signer of these tests writes that down in its stead. */
const orderOf = (certificate: string | undefined): unknown => JSON.parse(decoded(/-----\n(.+)\n-----/.exec(decoded(certificate))?.[1]));

it('signs what was approved, for as long as was asked', async () => {
  await using cluster = await open();
  const { request } = certificationRequest({ commonName: 'jane', organizations: ['dev'] });
  const made = await ask(cluster, { request, expirationSeconds: 3600, usages: ['digital signature', 'key encipherment', 'client auth'] });
  expect((await found(cluster))?.status).toEqual({});
  await decide(cluster, made);
  expect(orderOf((await found(cluster))?.status?.certificate)).toMatchObject({
    commonName: 'jane',
    organizations: ['dev'],
    keyEncipherment: true,
    notAfter: '2026-03-01T01:00:00.000Z',
  });
  expect(cluster.errors).toEqual([]);
});

it('tells why it does not sign what the signer’s rules forbid', async () => {
  await using cluster = await open();
  const made = await ask(cluster, { request: certificationRequest({ commonName: 'jane' }).request, usages: ['server auth'] });
  await decide(cluster, made);
  const { status } = (await found(cluster)) ?? {};
  expect(status?.certificate).toBeUndefined();
  expect(status?.conditions?.at(-1)).toMatchObject({ type: 'Failed', reason: 'SignerValidationFailure', status: 'True' });
});

it('leaves other signers’ requests to them', async () => {
  await using cluster = await open();
  await decide(
    cluster,
    await ask(cluster, { request: certificationRequest({ commonName: 'jane' }).request, signerName: 'kubernetes.io/legacy-unknown' }),
  );
  expect((await found(cluster))?.status?.certificate).toBeUndefined();
});

it('approves a kubelet’s own certificate by itself, and only a well-formed one', async () => {
  await using cluster = await open();
  const signerName = 'kubernetes.io/kube-apiserver-client-kubelet';
  const usages = ['digital signature', 'client auth'];
  const good = certificationRequest({ commonName: 'system:node:n1', organizations: ['system:nodes'] });
  await ask(cluster, { request: good.request, signerName, usages });
  await cluster.settle();
  const { status } = (await found(cluster)) ?? {};
  expect(status?.conditions?.[0]).toMatchObject({
    type: 'Approved',
    reason: 'AutoApproved',
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
  });
  expect(orderOf(status?.certificate)).toMatchObject({ commonName: 'system:node:n1' });
  const bad = certificationRequest({ commonName: 'system:node:n1', organizations: ['system:nodes'], dnsNames: ['a.example.com'] });
  await ask(cluster, { request: bad.request, signerName, usages }, 'bad');
  expect((await cluster.get(certificateSigningRequests, 'bad')).status).toEqual({});
});

it.each<[string, 'Approved' | 'Denied' | undefined, number]>([
  ['denied', 'Denied', hour],
  ['issued', 'Approved', hour],
  ['unanswered', undefined, 24 * hour],
])('takes %s requests away in time', async (_what, answer, milliseconds) => {
  await using cluster = await open();
  const made = await ask(cluster, { request: certificationRequest({ commonName: 'jane' }).request });
  if (answer !== undefined) await decide(cluster, made, answer);
  await cluster.advance(milliseconds - 60_000);
  expect(await found(cluster)).toBeDefined();
  await cluster.advance(120_000);
  expect(await found(cluster)).toBeUndefined();
});
