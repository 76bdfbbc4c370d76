import { apiVersionOf, type KubeObject } from '@kajitori/apimachinery';
import {
  clusterRoleBindings,
  clusterRoles,
  type Kind,
  mutatingWebhookConfigurations,
  namespaces,
  secrets,
  serviceAccounts,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  validatingWebhookConfigurations,
} from '@kajitori/kinds';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Audited, audited } from '../testing/audited-api.testing.ts';
import { configMap, defaultAccount, pod } from '../testing/memory-api.testing.ts';
import { patching, type WebhookServer, webhookServer } from '../testing/webhook-server.testing.ts';

const configMapsPath = '/api/v1/namespaces/default/configmaps';

let api: Audited;
beforeEach(async () => {
  api = await audited({ level: 'Request', users: ['alice'] }, { level: 'Metadata' });
});
afterEach(() => api[Symbol.asyncDispose]());

function create<T extends KubeObject>(kind: Kind<T>, object: object): Promise<T> {
  return api.world.client.resource(kind).create({ apiVersion: apiVersionOf(kind), kind: kind.kind, ...object } as T);
}

/** Of each event, in order. */
async function annotations(): Promise<Record<string, string>[]> {
  return (await api.rows()).map(({ event }) => (event['annotations'] ?? {}) as Record<string, string>);
}

describe('what authorization notes', () => {
  it('is the decision and its reason', async () => {
    const group = 'rbac.authorization.k8s.io';
    await create(clusterRoles, { metadata: { name: 'reader' }, rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }] });
    await create(clusterRoleBindings, {
      metadata: { name: 'read' },
      roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'reader' },
      subjects: [{ apiGroup: group, kind: 'User', name: 'bob' }],
    });
    const bob = { authorization: 'Bearer bob' };
    await api.send('GET', configMapsPath, undefined, bob);
    await api.send('POST', configMapsPath, configMap('a'), bob);
    await api.send('GET', '/version', undefined, bob);
    expect(await annotations()).toEqual([
      {
        'authorization.k8s.io/decision': 'allow',
        'authorization.k8s.io/reason': 'RBAC: allowed by ClusterRoleBinding "read" of ClusterRole "reader" to User "bob"',
      },
      { 'authorization.k8s.io/decision': 'forbid', 'authorization.k8s.io/reason': '' },
      { 'authorization.k8s.io/decision': 'forbid', 'authorization.k8s.io/reason': '' },
    ]);
  });
});

describe('what authentication notes', () => {
  it('is the id of a token that is issued, and which tokens lie in Secrets', async () => {
    const { client, cluster, tokenKeys } = api.world;
    const account = await client.resource(serviceAccounts).get('default', 'default');
    const name = 'system:serviceaccount:default:default';
    const token = await tokenKeys.sign(cluster, {
      iss: 'kubernetes/serviceaccount',
      sub: name,
      'kubernetes.io/serviceaccount/namespace': 'default',
      'kubernetes.io/serviceaccount/secret.name': 'lasting',
      'kubernetes.io/serviceaccount/service-account.name': 'default',
      'kubernetes.io/serviceaccount/service-account.uid': account.metadata.uid,
    });
    await create(secrets, {
      metadata: { name: 'lasting', namespace: 'default', annotations: { 'kubernetes.io/service-account.name': 'default' } },
      type: 'kubernetes.io/service-account-token',
      data: { token: Buffer.from(token).toString('base64') },
    });
    await api.send('GET', configMapsPath, undefined, { authorization: `Bearer ${token}` });
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const answer = await api.send('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', body);
    const { status } = (await answer.json()) as { status: { token: string } };
    const { jti } = JSON.parse(Buffer.from(status.token.split('.')[1] ?? '', 'base64url').toString()) as { jti: string };
    const [listed, issued] = await annotations();
    expect(listed).toMatchObject({ 'authentication.k8s.io/legacy-token': name });
    expect(issued).toMatchObject({ 'authentication.kubernetes.io/issued-credential-id': `JTI=${jti}` });
    expect(issued).not.toHaveProperty(['authentication.k8s.io/legacy-token']);
  });
});

describe('what PodSecurity notes', () => {
  const podsPath = '/api/v1/namespaces/guarded/pods';
  const key = (name: string): string => `pod-security.kubernetes.io/${name}`;

  async function guarded(labels: Record<string, string>): Promise<void> {
    const named = Object.fromEntries(Object.entries(labels).map(([name, value]) => [key(name), value]));
    await create(namespaces, { metadata: { name: 'guarded', labels: named } });
    await api.world.client.resource(serviceAccounts).create(defaultAccount('guarded'));
  }
  const guest = (name: string, spec: object = {}): object => {
    const { metadata, ...rest } = pod(name, { namespace: 'guarded' });
    return { ...rest, metadata, spec: { ...rest.spec, ...spec } };
  };
  const found = async (): Promise<Record<string, string>[]> =>
    (await annotations()).map((all) => Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith(key('')))));

  it('is the level that was enforced, and what the audited one forbids, of pods that are let in and pods that are not', async () => {
    await guarded({ enforce: 'baseline', 'enforce-version': 'v1.30', audit: 'restricted' });
    expect((await api.send('POST', podsPath, guest('plain'))).status).toBe(201);
    expect((await api.send('POST', podsPath, guest('host', { hostNetwork: true }))).status).toBe(403);
    const [plain, host] = await found();
    expect(plain).toEqual({
      [key('enforce-policy')]: 'baseline:v1.30',
      [key('audit-violations')]: expect.stringMatching(
        /^would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false \(container "c" must set securityContext\.allowPrivilegeEscalation=false\), /,
      ),
    });
    expect(host?.[key('audit-violations')]).toContain('host namespaces (hostNetwork=true)');
    expect(host?.[key('enforce-policy')]).toBe('baseline:v1.30');
  });

  it('says of open namespaces that nothing was enforced', async () => {
    await guarded({});
    await api.send('POST', podsPath, guest('plain'));
    expect(await found()).toEqual([{ [key('enforce-policy')]: 'privileged:latest' }]);
  });

  it('is only what is audited, of templates', async () => {
    await guarded({ enforce: 'restricted', audit: 'baseline' });
    const { spec } = guest('x', { hostPID: true }) as { spec: object };
    const template = { metadata: { labels: { app: 'a' } }, spec };
    const answer = await api.send('POST', '/apis/apps/v1/namespaces/guarded/deployments', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: { selector: { matchLabels: { app: 'a' } }, template },
    });
    expect(answer.status).toBe(201);
    expect(await found()).toEqual([
      { [key('audit-violations')]: 'would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)' },
    ]);
  });
});

describe('what webhooks note', () => {
  let hook: WebhookServer;
  beforeEach(async () => {
    hook = await webhookServer();
  });
  afterEach(() => hook[Symbol.asyncDispose]());

  const webhook = (path: string, more: object = {}): object => ({
    name: `${path.slice(1)}.example.com`,
    clientConfig: { url: hook.url(path), caBundle: hook.caBundle },
    rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['*'], resources: ['configmaps', 'secrets'] }],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    ...more,
  });

  it('is what they say themselves, what they changed, and who was passed over', async () => {
    const patch = [{ op: 'add', path: '/metadata/labels', value: { team: 'blue' } }];
    hook.on('/label', () => ({ response: { ...patching(...patch).response, auditAnnotations: { why: 'no team' } } }));
    hook.on('/look', () => ({ response: { allowed: true } }));
    hook.on('/check', () => ({ response: { allowed: true, auditAnnotations: { seen: 'yes' } } }));
    const change = [webhook('/label'), webhook('/look')];
    const check = [webhook('/check'), webhook('/gone', { failurePolicy: 'Ignore' })];
    await create(mutatingWebhookConfigurations, { metadata: { name: 'change' }, webhooks: change });
    await create(validatingWebhookConfigurations, { metadata: { name: 'check' }, webhooks: check });
    const bob = { authorization: 'Bearer alice', 'impersonate-user': 'bob', 'impersonate-group': 'system:masters' };
    expect((await api.send('POST', configMapsPath, configMap('a'), bob)).status).toBe(201);
    const [noted] = await annotations();
    expect(noted).toMatchObject({
      'label.example.com/why': 'no team',
      'check.example.com/seen': 'yes',
      'mutation.webhook.admission.k8s.io/round_0_index_0': '{"configuration":"change","webhook":"label.example.com","mutated":true}',
      'patch.webhook.admission.k8s.io/round_0_index_0': `{"configuration":"change","webhook":"label.example.com","patch":${JSON.stringify(patch)},"patchType":"JSONPatch"}`,
      'mutation.webhook.admission.k8s.io/round_0_index_1': '{"configuration":"change","webhook":"look.example.com","mutated":false}',
      'failed-open.validating.webhook.admission.k8s.io/round_0_index_1': 'gone.example.com',
    });
  });

  it('holds a patch only where bodies are kept, and never one of a Secret', async () => {
    hook.on('/label', () => patching({ op: 'add', path: '/data', value: { key: 'dmVyeS1zZWNyZXQ=' } }));
    await create(mutatingWebhookConfigurations, { metadata: { name: 'change' }, webhooks: [webhook('/label')] });
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } };
    expect((await api.send('POST', '/api/v1/namespaces/default/secrets', secret)).status).toBe(201);
    const [noted] = await annotations();
    expect(Object.keys(noted ?? {})).toContain('mutation.webhook.admission.k8s.io/round_0_index_0');
    expect(Object.keys(noted ?? {})).not.toContain('patch.webhook.admission.k8s.io/round_0_index_0');
    expect(JSON.stringify(noted)).not.toContain('dmVyeS1zZWNyZXQ=');
  });
});

describe('what a ValidatingAdmissionPolicy notes', () => {
  it('is its own annotations, and the failures that are to be audited', async () => {
    await create(validatingAdmissionPolicies, {
      metadata: { name: 'soft' },
      spec: {
        matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }] },
        validations: [{ expression: 'true' }, { expression: 'false', message: 'not nice' }],
        auditAnnotations: [{ key: 'name', valueExpression: "'about ' + object.metadata.name" }],
      },
    });
    await create(validatingAdmissionPolicyBindings, {
      metadata: { name: 'softly' },
      spec: { policyName: 'soft', validationActions: ['Audit'] },
    });
    expect((await api.send('POST', configMapsPath, configMap('a'))).status).toBe(201);
    const [noted] = await annotations();
    expect(noted).toMatchObject({
      'soft/name': 'about a',
      'validation.policy.admission.k8s.io/validation_failure':
        '[{"message":"not nice","policy":"soft","binding":"softly","expressionIndex":1,"validationActions":["Audit"]}]',
    });
  });
});
