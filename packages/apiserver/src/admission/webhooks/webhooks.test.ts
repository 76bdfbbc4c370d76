import type { KubeObject } from '@kajitori/apimachinery';
import {
  configMaps,
  deployments,
  events,
  type Kind,
  mutatingWebhookConfigurations,
  namespaces,
  pods,
  validatingWebhookConfigurations,
} from '@kajitori/kinds';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configMap, type MemoryApi, memoryApi, namespace, pod } from '../../testing/memory-api.testing.ts';
import { patching, type WebhookServer, webhookServer } from '../../testing/webhook-server.testing.ts';

let world: MemoryApi;
let hook: WebhookServer;

beforeEach(async () => {
  world = await memoryApi({ egress: 'private' });
  hook = await webhookServer('hook.default.svc');
});
afterEach(async () => {
  await hook[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const everything = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['configmaps'], scope: '*' };

function webhook(path: string, more: object = {}): Record<string, unknown> {
  return {
    name: `${path.slice(1)}.example.com`,
    clientConfig: { url: hook.url(path), caBundle: hook.caBundle },
    rules: [everything],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    ...more,
  };
}

async function validating(name: string, ...webhooks: object[]): Promise<void> {
  await create(validatingWebhookConfigurations, { metadata: { name }, webhooks });
}

async function mutating(name: string, ...webhooks: object[]): Promise<void> {
  await create(mutatingWebhookConfigurations, { metadata: { name }, webhooks });
}

function create<T extends KubeObject>(kind: Kind<T>, object: object): Promise<T> {
  return world.client
    .resource(kind)
    .create({ apiVersion: `${kind.group === '' ? '' : `${kind.group}/`}${kind.version}`, kind: kind.kind, ...object } as T);
}

const config = (name = 'a', data: Record<string, string> = {}, metadata: object = {}): Promise<KubeObject> =>
  world.client.resource(configMaps).create(configMap(name, data, metadata));

describe('a validating webhook', () => {
  it('sees the whole request', async () => {
    hook.on('/see', () => ({ response: { allowed: true } }));
    await validating('see', webhook('/see'));
    await config('a', { color: 'blue' });
    const [asked] = hook.asked;
    expect(asked?.path).toBe('/see?timeout=10s');
    const uid = asked?.review.request.uid ?? '';
    expect(uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(asked?.review).toEqual({
      kind: 'AdmissionReview',
      apiVersion: 'admission.k8s.io/v1',
      request: {
        uid,
        kind: { group: '', version: 'v1', kind: 'ConfigMap' },
        resource: { group: '', version: 'v1', resource: 'configmaps' },
        requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
        requestResource: { group: '', version: 'v1', resource: 'configmaps' },
        name: 'a',
        namespace: 'default',
        operation: 'CREATE',
        userInfo: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
        object: expect.objectContaining({ kind: 'ConfigMap', data: { color: 'blue' } }),
        oldObject: null,
        dryRun: false,
        options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'admin' },
      },
    });
    await world.client.resource(configMaps).patch('default', 'a', { data: { color: 'red' } });
    expect(hook.asked[1]?.review.request).toMatchObject({
      operation: 'UPDATE',
      object: { data: { color: 'red' } },
      oldObject: { data: { color: 'blue' } },
      options: { kind: 'UpdateOptions' },
    });
    await world.client.resource(configMaps).delete('default', 'a', { propagationPolicy: 'Background' });
    expect(hook.asked[2]?.review.request).toMatchObject({
      operation: 'DELETE',
      object: null,
      oldObject: { data: { color: 'red' } },
      options: { kind: 'DeleteOptions', propagationPolicy: 'Background' },
    });
  });

  it.each([
    [{ allowed: false }, 400, 'admission webhook "no.example.com" denied the request without explanation'],
    [{ allowed: false, status: { message: 'too blue' } }, 400, 'admission webhook "no.example.com" denied the request: too blue'],
    [{ allowed: false, status: { code: 418, reason: 'Teapot' } }, 418, 'admission webhook "no.example.com" denied the request: Teapot'],
    [{ allowed: false, status: { code: 200, message: 'x' } }, 400, 'admission webhook "no.example.com" denied the request: x'],
  ])('denies: %j', async (response, code, message) => {
    hook.on('/no', () => ({ response }));
    await validating('no', webhook('/no'));
    await expect(config()).rejects.toMatchObject({ code, message });
    await expect(world.client.resource(configMaps).find('default', 'a')).resolves.toBeUndefined();
  });

  it('fails closed or open when it brings no answer, in Kubernetes’ words', async () => {
    const failures: [string, object, string][] = [
      ['/missing', {}, 'failed to call webhook: the server could not find the requested resource'],
      ['/broken', {}, 'failed to call webhook: an error on the server ("oops") has prevented the request from succeeding'],
      ['/moved', {}, 'failed to call webhook: the server responded with the status code 302 but did not return more information'],
      ['/slow', { timeoutSeconds: 1 }, `failed to call webhook: Post "${hook.url('/slow')}?timeout=1s": context deadline exceeded`],
      ['/uid', {}, 'received invalid webhook response: expected response.uid="UID", got "other"'],
      [
        '/empty',
        {},
        'received invalid webhook response: expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /, Kind=',
      ],
      [
        '/untrusted',
        { clientConfig: { url: hook.url('/untrusted') } },
        `failed to call webhook: Post "${hook.url('/untrusted')}?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
      ],
      [
        '/metadata',
        { clientConfig: { url: 'https://169.254.169.254/metadata' } },
        'failed to call webhook: Post "https://169.254.169.254/metadata?timeout=10s": dial tcp: 169.254.169.254: the address is not allowed: only public addresses are called',
      ],
      [
        '/nowhere',
        { clientConfig: { service: { namespace: 'default', name: 'nowhere', path: '/x' } } },
        'failed to call webhook: Post "https://nowhere.default.svc:443/x?timeout=10s": service "nowhere" not found',
      ],
    ];
    hook.on('/broken', () => ({ status: 500, body: 'oops' }));
    hook.on('/moved', () => ({ status: 302, body: '' }));
    hook.on('/slow', () => 'never');
    hook.on('/uid', () => ({ response: { uid: 'other', allowed: true } }));
    hook.on('/empty', () => ({ status: 200, body: '{}' }));
    for (const [path, more, words] of failures) {
      const name = path.slice(1);
      await validating(name, webhook(path, more));
      const failure = await config().then(
        () => undefined,
        (error: Error & { code: number }) => error,
      );
      expect([path, failure?.code]).toEqual([path, 500]);
      const prefix = `Internal error occurred: failed calling webhook "${name}.example.com": `;
      expect(failure?.message.startsWith(prefix)).toBe(true);
      expect(failure?.message.slice(prefix.length).replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, 'UID')).toBe(words);
      await world.client.resource(validatingWebhookConfigurations).delete('', name);
      await validating(name, webhook(path, { ...more, failurePolicy: 'Ignore' }));
      await config(`open-${name}`);
      await world.client.resource(validatingWebhookConfigurations).delete('', name);
    }
  });

  it('is asked only for what its rules, selectors and match policy choose', async () => {
    const seen = (): string[] => hook.asked.splice(0).map(({ path, review }) => `${path.split('?')[0]} ${String(review.request['name'])}`);
    for (const path of ['/ns', '/label', '/exact', '/equivalent', '/namespaces', '/all'])
      hook.on(path, () => ({ response: { allowed: true } }));
    const betaDeployments = { ...everything, apiGroups: ['events.k8s.io'], apiVersions: ['v1'], resources: ['events'] };
    await validating(
      'choosy',
      webhook('/ns', { namespaceSelector: { matchLabels: { team: 'red' } } }),
      webhook('/label', { objectSelector: { matchExpressions: [{ key: 'guarded', operator: 'Exists' }] } }),
      webhook('/exact', { rules: [betaDeployments], matchPolicy: 'Exact' }),
      webhook('/equivalent', { rules: [betaDeployments] }),
      webhook('/namespaces', {
        rules: [{ ...everything, resources: ['namespaces'], scope: 'Cluster' }],
        namespaceSelector: { matchLabels: { team: 'red' } },
      }),
    );
    await create(namespaces, { ...namespace('red'), metadata: { name: 'red', labels: { team: 'red' } } });
    await create(namespaces, namespace('blue'));
    expect(seen()).toEqual(['/namespaces red']);
    await config('plain');
    await config('inside', {}, { namespace: 'red' });
    await config('guarded', {}, { labels: { guarded: '' } });
    expect(seen()).toEqual(['/ns inside', '/label guarded']);
    await world.client.resource(configMaps).patch('default', 'guarded', { metadata: { labels: { guarded: null } } });
    expect(seen()).toEqual(['/label guarded']);
    await create(events, {
      metadata: { name: 'e', namespace: 'default' },
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'x' },
      reason: 'r',
      message: 'note',
    });
    expect(hook.asked.map(({ path }) => path)).toEqual(['/equivalent?timeout=10s']);
    expect(hook.asked[0]?.review.request).toMatchObject({
      kind: { group: 'events.k8s.io', version: 'v1', kind: 'Event' },
      requestKind: { group: '', version: 'v1', kind: 'Event' },
      object: { apiVersion: 'events.k8s.io/v1', note: 'note' },
    });
  });

  it('never guards webhooks and policies themselves', async () => {
    hook.on('/lock', () => ({ response: { allowed: false } }));
    await validating('lock', webhook('/lock', { rules: [{ ...everything, resources: ['*/*'] }] }));
    await expect(config()).rejects.toThrow('denied the request');
    await world.client.resource(validatingWebhookConfigurations).delete('', 'lock');
    await config();
  });

  it('warns, and speaks the older version of the review', async () => {
    hook.on('/old', ({ request }) => ({
      response: { uid: '', allowed: request.operation === 'CREATE', warnings: ['old fashioned'], auditAnnotations: { note: 'x' } },
    }));
    await validating('old', webhook('/old', { admissionReviewVersions: ['v2', 'v1beta1', 'v1'] }));
    await config();
    expect(hook.asked[0]?.review.apiVersion).toBe('admission.k8s.io/v1beta1');
  });

  it('sees a Scale where a scale is written', async () => {
    hook.on('/scale', ({ request }) => ({ response: { allowed: (request.object['spec'] as { replicas: number }).replicas < 5 } }));
    await validating('scale', webhook('/scale', { rules: [{ ...everything, resources: ['*/scale'] }] }));
    const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'x' }] } };
    await create(deployments, {
      metadata: { name: 'd', namespace: 'default' },
      spec: { selector: { matchLabels: { app: 'a' } }, template },
    });
    const scale = (replicas: number): Promise<unknown> =>
      world.client.resource(deployments).patch('default', 'd', { spec: { replicas } }, { subresource: 'scale' });
    await scale(4);
    expect(hook.asked[0]?.review.request).toMatchObject({
      kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      resource: { group: 'apps', version: 'v1', resource: 'deployments' },
      subResource: 'scale',
      object: { kind: 'Scale', spec: { replicas: 4 } },
      oldObject: { kind: 'Scale', spec: { replicas: 1 } },
    });
    await expect(scale(5)).rejects.toThrow('denied the request');
  });
});

describe('a mutating webhook', () => {
  it('changes the object, which is then defaulted and validated', async () => {
    hook.on('/sidecar', () =>
      patching(
        { op: 'add', path: '/spec/containers/-', value: { name: 'sidecar', image: 'proxy:1', unknownField: 1 } },
        { op: 'add', path: '/metadata/labels', value: { injected: 'yes' } },
      ),
    );
    await mutating('inject', webhook('/sidecar', { rules: [{ ...everything, resources: ['pods'], operations: ['CREATE'] }] }));
    const made = (await create(pods, pod('a'))) as KubeObject & { spec: { containers: Record<string, unknown>[] } };
    expect(made.metadata.labels).toEqual({ injected: 'yes' });
    expect(made.spec.containers[1]).toMatchObject({
      name: 'sidecar',
      imagePullPolicy: 'IfNotPresent',
      terminationMessagePath: '/dev/termination-log',
    });
    expect(made.spec.containers[1]).not.toHaveProperty('unknownField');
    hook.on('/sidecar', () => patching({ op: 'replace', path: '/spec/containers/0/name', value: 'Not Valid' }));
    await expect(create(pods, pod('b'))).rejects.toMatchObject({ reason: 'Invalid' });
    hook.on('/sidecar', () => patching({ op: 'remove', path: '/spec/nothing' }));
    await expect(create(pods, pod('c'))).rejects.toMatchObject({ reason: 'InternalError' });
  });

  it('cannot change what the request may not', async () => {
    hook.on('/meddle', () =>
      patching({ op: 'replace', path: '/metadata/uid', value: 'mine' }, { op: 'add', path: '/status', value: { phase: 'Terminating' } }),
    );
    await mutating('meddle', webhook('/meddle', { rules: [{ ...everything, resources: ['namespaces'], operations: ['UPDATE'] }] }));
    const made = await create(namespaces, namespace('n'));
    await expect(world.client.resource(namespaces).patch('', 'n', { metadata: { labels: { a: 'b' } } })).rejects.toMatchObject({
      reason: 'Conflict',
    });
    hook.on('/meddle', () => patching({ op: 'add', path: '/status', value: { phase: 'Terminating' } }));
    const patched = await world.client.resource(namespaces).patch('', 'n', { metadata: { labels: { a: 'b' } } });
    expect(patched).toMatchObject({ metadata: { uid: made.metadata.uid, labels: { a: 'b' } }, status: { phase: 'Active' } });
  });

  it('goes in order of names, and sees the object again when another changed it since', async () => {
    const add = (key: string) => (): ReturnType<typeof patching> =>
      patching({ op: 'add', path: `/data/${key}`, value: String(hook.asked.length) });
    for (const key of ['one', 'two', 'three']) hook.on(`/${key}`, add(key));
    await mutating('b', webhook('/three', { reinvocationPolicy: 'IfNeeded' }));
    await mutating('a', webhook('/one', { reinvocationPolicy: 'IfNeeded' }), webhook('/two'));
    const made = await config('a', { x: 'y' });
    expect(hook.asked.map(({ path }) => path.split('?')[0])).toEqual(['/one', '/two', '/three', '/one', '/three']);
    expect(made['data']).toEqual({ x: 'y', one: '4', two: '2', three: '5' });
  });

  it('is not asked on a dry run unless it says that nothing else happens', async () => {
    hook.on('/side', () => ({ response: { allowed: true } }));
    await mutating('side', webhook('/side', { sideEffects: 'NoneOnDryRun' }));
    const { operations } = world.api;
    const call = {
      cluster: world.cluster,
      storage: world.storage.cluster(world.cluster),
      user: { name: 'admin', groups: ['system:masters'] },
      verb: 'create',
      kind: configMaps as unknown as Kind,
      namespace: 'default',
      name: '',
      subresource: '',
      dryRun: true,
      fieldManager: 'x',
      warnings: [],
      auditAnnotations: new Map<string, string>(),
    };
    await operations.create(call, configMap('dry'));
    expect(hook.asked[0]?.review.request).toMatchObject({ dryRun: true, options: { dryRun: ['All'] } });
    expect(call.auditAnnotations.get('mutation.webhook.admission.k8s.io/round_0_index_0')).toBe(
      '{"configuration":"side","webhook":"side.example.com","mutated":false}',
    );
  });
});
