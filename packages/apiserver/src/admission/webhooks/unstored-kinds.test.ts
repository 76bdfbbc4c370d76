import type { KubeObject } from '@kajitori/apimachinery';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { httpApi, type HttpApi } from '../../testing/http-api.testing.ts';
import { pod } from '../../testing/memory-api.testing.ts';
import { patching, type WebhookServer, webhookServer } from '../../testing/webhook-server.testing.ts';

/** What is answered or acted on and never stored is shown to webhooks as what it is. */
let api: HttpApi;
let hook: WebhookServer;
const registration = '/apis/admissionregistration.k8s.io/v1';
const apiVersion = 'admissionregistration.k8s.io/v1';
const rule = { operations: ['CREATE', 'CONNECT'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] };

beforeEach(async () => {
  hook = await webhookServer();
  api = await httpApi({ egress: 'private' });
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
  await hook[Symbol.asyncDispose]();
});

async function post(path: string, object: object, code = 201): Promise<KubeObject> {
  const answer = await api.send('POST', path, object);
  expect([answer.code, answer.body]).toEqual([code, answer.body]);
  return answer.body;
}

async function configure(kind: 'Mutating' | 'Validating', path: string): Promise<void> {
  await post(`${registration}/${kind.toLowerCase()}webhookconfigurations`, {
    apiVersion,
    kind: `${kind}WebhookConfiguration`,
    metadata: { name: path.slice(1) },
    webhooks: [
      {
        name: `${path.slice(1)}.example.com`,
        clientConfig: { url: hook.url(path), caBundle: hook.caBundle },
        rules: [rule],
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  });
}

const review = (group: string, kind: string, spec: object = {}): object => ({ apiVersion: `${group}/v1`, kind, metadata: {}, spec });
const authorization = 'authorization.k8s.io';
const question = { user: 'eve', resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'default' } };

it('shows reviews to webhooks, which may change and refuse them', async () => {
  hook.on('/ask', () => patching({ op: 'replace', path: '/spec/groups', value: ['system:masters'] }));
  await configure('Mutating', '/ask');
  hook.on('/see', ({ request }) => ({ response: { allowed: request['kind'] !== undefined && request.object['spec'] !== 1 } }));
  await configure('Validating', '/see');
  const asked = { ...question, groups: ['nobody'] };
  const { status } = (await post(
    `/apis/${authorization}/v1/subjectaccessreviews`,
    review(authorization, 'SubjectAccessReview', asked),
  )) as {
    status?: object;
  };
  expect(status).toMatchObject({ allowed: true });
  expect(hook.asked.map(({ path, review: { request } }) => [path.split('?')[0], request['resource'], request['object'].kind])).toEqual([
    ['/ask', { group: authorization, version: 'v1', resource: 'subjectaccessreviews' }, 'SubjectAccessReview'],
    ['/see', { group: authorization, version: 'v1', resource: 'subjectaccessreviews' }, 'SubjectAccessReview'],
  ]);
  hook.on('/ask', () => ({ response: { allowed: true } }));
  hook.on('/see', () => ({ response: { allowed: false, status: { message: 'ask nothing' } } }));
  for (const [group, plural, kind] of [
    ['authentication.k8s.io', 'tokenreviews', 'TokenReview'],
    ['authentication.k8s.io', 'selfsubjectreviews', 'SelfSubjectReview'],
    [authorization, 'selfsubjectaccessreviews', 'SelfSubjectAccessReview'],
    [authorization, 'selfsubjectrulesreviews', 'SelfSubjectRulesReview'],
  ] as const) {
    const spec = { ...question, token: 'x', namespace: 'default' };
    const refused = await post(
      `/apis/${group}/v1/${plural}`,
      kind === 'SelfSubjectReview' ? review(group, kind) : review(group, kind, spec),
      400,
    );
    expect(refused['message']).toBe('admission webhook "see.example.com" denied the request: ask nothing');
  }
});

it('shows no reviews to policies, which could lock everybody out', async () => {
  const resourceRules = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE'], resources: ['*/*'] }];
  await post(`${registration}/validatingadmissionpolicies`, {
    apiVersion,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'never' },
    spec: { matchConstraints: { resourceRules }, validations: [{ expression: 'false' }] },
  });
  await post(`${registration}/validatingadmissionpolicybindings`, {
    apiVersion,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'never' },
    spec: { policyName: 'never', validationActions: ['Deny'] },
  });
  const asked = await post(`/apis/${authorization}/v1/subjectaccessreviews`, review(authorization, 'SubjectAccessReview', question));
  expect(asked['status']).toMatchObject({ allowed: false });
  const tokens = '/api/v1/namespaces/default/serviceaccounts/default/token';
  await post(tokens, review('authentication.k8s.io', 'TokenRequest', { audiences: ['a'] }), 422);
});

it('shows bindings, evictions and requests of tokens as such', async () => {
  await post('/api/v1/namespaces/default/pods', pod('web'));
  hook.on('/see', () => ({ response: { allowed: false, status: { message: 'no' } } }));
  await configure('Validating', '/see');
  const at = '/api/v1/namespaces/default';
  const metadata = { name: 'web', namespace: 'default' };
  const binding = { apiVersion: 'v1', kind: 'Binding', metadata, target: { kind: 'Node', name: 'n1' } };
  await post(`${at}/pods/web/binding`, binding, 400);
  await post(`${at}/bindings`, binding, 400);
  await post(`${at}/pods/web/eviction`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata }, 400);
  await post(`${at}/serviceaccounts/default/token`, review('authentication.k8s.io', 'TokenRequest', { audiences: ['a'] }), 400);
  expect(
    hook.asked.map(({ review: { request } }) => {
      const { kind, resource, subResource = '', operation, name = '' } = request as unknown as Record<string, unknown>;
      return [(kind as KubeObject).kind, (resource as { resource: string }).resource, subResource, operation, name];
    }),
  ).toEqual([
    ['Binding', 'pods', 'binding', 'CREATE', 'web'],
    ['Binding', 'bindings', '', 'CREATE', 'web'],
    ['Eviction', 'pods', 'eviction', 'CREATE', 'web'],
    ['TokenRequest', 'serviceaccounts', 'token', 'CREATE', 'default'],
  ]);
});
