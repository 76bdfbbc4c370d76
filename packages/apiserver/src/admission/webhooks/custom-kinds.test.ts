import type { KubeObject } from '@kajitori/apimachinery';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { backupDefinition, backupVersion } from '../../custom-resources/definition.testing.ts';
import { httpApi, type HttpApi } from '../../testing/http-api.testing.ts';
import { configMap } from '../../testing/memory-api.testing.ts';
import { patching, type WebhookServer, webhookServer } from '../../testing/webhook-server.testing.ts';

let api: HttpApi;
let hook: WebhookServer;
const registration = '/apis/admissionregistration.k8s.io/v1';
const rule = { operations: ['CREATE'], apiGroups: ['stable.example.com'], apiVersions: ['v2'], resources: ['backups'] };

beforeEach(async () => {
  hook = await webhookServer();
  api = await httpApi({ egress: 'private' });
  const definition = backupDefinition(({ spec }) => spec.versions.push(backupVersion('v2', { served: true, storage: false })));
  await post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
  await hook[Symbol.asyncDispose]();
});

async function post(path: string, object: object): Promise<KubeObject> {
  const { code, body } = await api.send('POST', path, object);
  expect([code, body]).toEqual([201, body]);
  return body;
}

function backup(name: string, target: string): object {
  return { apiVersion: 'stable.example.com/v1', kind: 'Backup', metadata: { name, namespace: 'default' }, spec: { target } };
}

const backups = '/apis/stable.example.com/v1/namespaces/default/backups';

it('sees a cluster’s own kind in the version that it asks for', async () => {
  hook.on('/see', ({ request }) =>
    patching({ op: 'add', path: '/spec/note', value: (request.object as unknown as KubeObject).apiVersion }),
  );
  const webhook = {
    name: 'see.example.com',
    clientConfig: { url: hook.url('/see'), caBundle: hook.caBundle },
    rules: [rule],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  };
  await post(`${registration}/mutatingwebhookconfigurations`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'see' },
    webhooks: [webhook],
  });
  const made = await post(backups, backup('a', 'db'));
  expect(made).toMatchObject({ apiVersion: 'stable.example.com/v1', spec: { target: 'db', note: 'stable.example.com/v2' } });
  expect(hook.asked[0]?.review.request).toMatchObject({
    kind: { version: 'v2', kind: 'Backup' },
    resource: { version: 'v2', resource: 'backups' },
    requestKind: { version: 'v1', kind: 'Backup' },
    object: { apiVersion: 'stable.example.com/v2' },
  });
});

it('may be given what its schema requires', async () => {
  hook.on('/fill', () => patching({ op: 'add', path: '/spec/target', value: 'filled' }));
  const webhook = {
    name: 'fill.example.com',
    clientConfig: { url: hook.url('/fill'), caBundle: hook.caBundle },
    rules: [{ ...rule, operations: ['CREATE', 'UPDATE'], apiVersions: ['v1'] }],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  };
  await post(`${registration}/mutatingwebhookconfigurations`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'fill' },
    webhooks: [webhook],
  });
  const { spec: _spec, ...empty } = backup('filled', '') as KubeObject;
  const made = await post(backups, { ...empty, spec: {} });
  expect(made['spec']).toMatchObject({ target: 'filled' });
  const emptied = await api.send('PATCH', `${backups}/filled`, { spec: { target: null } }, 'application/merge-patch+json');
  expect([emptied.code, emptied.body['spec']]).toEqual([200, made['spec']]);
  const wrong = await api.send('PATCH', `${backups}/filled`, { spec: { copies: 'many' } }, 'application/merge-patch+json');
  expect(wrong.code).toBe(422);
});

it('may parameterize a policy', async () => {
  await post(backups, backup('limits', 'only-this'));
  const matchConstraints = { resourceRules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }] };
  const apiVersion = 'admissionregistration.k8s.io/v1';
  await post(`${registration}/validatingadmissionpolicies`, {
    apiVersion,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'named' },
    spec: {
      matchConstraints,
      paramKind: { apiVersion: 'stable.example.com/v2', kind: 'Backup' },
      validations: [{ expression: "object.metadata.name == params.spec.target && params.apiVersion.endsWith('/v2')" }],
    },
  });
  await post(`${registration}/validatingadmissionpolicybindings`, {
    apiVersion,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'named' },
    spec: { policyName: 'named', validationActions: ['Deny'], paramRef: { name: 'limits', parameterNotFoundAction: 'Deny' } },
  });
  await post('/api/v1/namespaces/default/configmaps', configMap('only-this'));
  const { code, body } = await api.send('POST', '/api/v1/namespaces/default/configmaps', configMap('other'));
  expect([code, body['message']]).toEqual([
    422,
    expect.stringContaining("ValidatingAdmissionPolicy 'named' with binding 'named' denied request"),
  ]);
});
