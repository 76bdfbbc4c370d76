import type { KubeObject } from '@kajitori/apimachinery';
import { type CertificateSigningRequest, certificateSigningRequests, clusterRoleBindings, clusterRoles } from '@kajitori/kinds';
import { certificationRequest } from '@kajitori/kinds/fixture';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type MemoryApi, memoryApi } from '../testing/memory-api.testing.ts';

let world: MemoryApi;
beforeEach(async () => {
  world = await memoryApi();
});
afterEach(() => world[Symbol.asyncDispose]());

const jane = { name: 'jane', uid: 'j1', groups: ['dev', 'system:authenticated'], extra: { scope: ['x'] } };
const rbac = 'rbac.authorization.k8s.io';

async function allow(user: string, rules: object[]): Promise<void> {
  const metadata = { name: user };
  await world.client.resource(clusterRoles).create({ apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata, rules } as never);
  await world.client.resource(clusterRoleBindings).create({
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: user },
    subjects: [{ apiGroup: rbac, kind: 'User', name: user }],
  });
}

const requests = (user = jane) => world.api.client(world.cluster, user).resource(certificateSigningRequests);
const writes = {
  apiGroups: ['certificates.k8s.io'],
  resources: ['certificatesigningrequests', 'certificatesigningrequests/approval', 'certificatesigningrequests/status'],
  verbs: ['*'],
};

function asked(spec: object = {}): CertificateSigningRequest & KubeObject {
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'r' },
    spec: {
      request: certificationRequest({ commonName: 'jane' }).request,
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
      ...spec,
    },
  };
}

const approved = { type: 'Approved', status: 'True', reason: 'ByHand', message: 'fine' };

it('speaks for who sends it, whatever it says', async () => {
  await allow('jane', [writes]);
  const { spec, status } = await requests().create(asked({ username: 'system:admin', groups: ['system:masters'] }));
  expect(spec).toMatchObject({ username: 'jane', uid: 'j1', groups: jane.groups, extra: { scope: ['x'] } });
  expect(status).toEqual({});
});

it('makes nobody a superuser', async () => {
  await allow('jane', [writes]);
  const { request } = certificationRequest({ commonName: 'jane', organizations: ['system:masters'] });
  await expect(requests().create(asked({ request }))).rejects.toThrow(
    'certificatesigningrequests.certificates.k8s.io "r" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
  );
});

it('is approved and signed by those alone who may for its signer', async () => {
  await allow('jane', [writes]);
  await allow('root', [
    writes,
    { apiGroups: ['certificates.k8s.io'], resources: ['signers'], resourceNames: ['kubernetes.io/*'], verbs: ['approve', 'sign'] },
  ]);
  const made = await requests().create(asked());
  const decided = { ...made, status: { conditions: [approved] } };
  await expect(requests().updateSubresource(decided, 'approval')).rejects.toThrow(
    'user not permitted to approve requests with signerName "kubernetes.io/kube-apiserver-client"',
  );
  const root = { name: 'root', uid: 'r', groups: ['system:authenticated'], extra: { scope: [] } };
  const certificate = Buffer.from('-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n').toString('base64');
  const after = await requests(root).updateSubresource(
    { ...decided, spec: { ...made.spec, username: 'x' }, status: { ...decided.status, certificate } },
    'approval',
  );
  expect(after.spec.username).toBe('jane');
  expect(after.status).toEqual({
    conditions: [{ ...approved, lastUpdateTime: expect.any(String), lastTransitionTime: expect.any(String) }],
  });
  await expect(requests().updateStatus({ ...after, status: { ...after.status, certificate } })).rejects.toThrow(
    'user not permitted to sign requests with signerName "kubernetes.io/kube-apiserver-client"',
  );
  // Whoever decides may say so in the object's metadata as well.
  const annotations = { by: 'root' };
  const noted = await requests(root).updateSubresource({ ...after, metadata: { ...after.metadata, annotations } }, 'approval');
  expect(noted.metadata.annotations).toEqual(annotations);
  const issued = await requests(root).updateStatus({ ...noted, status: { certificate } });
  expect(issued.status).toMatchObject({ certificate, conditions: [{ type: 'Approved' }] });
});
