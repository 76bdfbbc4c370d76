import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { testAuthority, waitFor } from '@kajitori/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kubectl } from './kubectl.ts';
import { sleeper } from './manifests.ts';
import { newestKubectl } from './newest-kubectl.ts';
import { relay } from './relay.ts';

/** What a cluster's own webhooks and policies say to a person: webhooks served by a pod behind a Service, and by URL. */
const namespace = 'admitted';
const group = 'admissionregistration.k8s.io/v1';
const owns = new AsyncDisposableStack();
/** Only in this namespace: other tests share the cluster. */
const here = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
let kubectl: Kubectl;
let port: number;
let caBundle: string;

interface Review {
  apiVersion: string;
  request: {
    uid: string;
    operation: string;
    object: { metadata: { labels?: Record<string, string> }; data?: Record<string, string>; command?: string[] };
  };
}

/** What each path answers. */
const reviewers: Readonly<Record<string, (request: Review['request']) => object>> = {
  '/color': ({ object }) => ({
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(
      JSON.stringify([
        {
          op: 'add',
          path: object.data === undefined ? '/data' : '/data/color',
          value: object.data === undefined ? { color: 'blue' } : 'blue',
        },
      ]),
    ).toString('base64'),
    warnings: ['everything is blue now'],
  }),
  '/size': ({ object }) => ({
    allowed: Object.keys(object.data ?? {}).length < 4,
    status: { message: 'too many keys', code: 403 },
  }),
  '/exec': ({ object }) => ({ allowed: !(object.command ?? []).includes('rm'), status: { message: 'nothing is removed here' } }),
};

beforeAll(async () => {
  ({ kubectl } = await newestKubectl(owns));
  await kubectl.run(['create', 'namespace', namespace]);
  const authority = owns.use(await testAuthority());
  caBundle = Buffer.from(authority.certificate).toString('base64');
  const server = createServer(await authority.issue(`DNS:hook.${namespace}.svc`, 'IP:127.0.0.1'), (request, response) => {
    void (async () => {
      const { apiVersion, request: asked } = (await json(request)) as Review;
      const answer = reviewers[(request.url ?? '').split('?')[0] ?? '']?.(asked);
      response.writeHead(answer === undefined ? 404 : 200);
      response.end(JSON.stringify({ apiVersion, kind: 'AdmissionReview', response: { uid: asked.uid, ...answer } }));
    })();
  });
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  owns.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  const kinds =
    'mutatingwebhookconfigurations,validatingwebhookconfigurations,validatingadmissionpolicies,validatingadmissionpolicybindings,mutatingadmissionpolicies,mutatingadmissionpolicybindings';
  await kubectl.run(['delete', kinds, '-l', `test=${namespace}`]);
  await kubectl.run(['delete', 'namespace', namespace, '--wait=true', '--timeout=80s']);
  await owns.disposeAsync();
});

const run = (...args: string[]): Promise<string> => kubectl.run(['-n', namespace, ...args]);
const refusal = async (...args: string[]): Promise<string> => (await kubectl.try(['-n', namespace, ...args])).stderr;

function apply(...objects: { kind: string; metadata: object; [field: string]: unknown }[]): Promise<string> {
  const items = objects.map(({ metadata, ...rest }) =>
    Object.assign(rest, { apiVersion: group, metadata: { ...metadata, labels: { test: namespace } } }),
  );
  return kubectl.run(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}

function webhook(name: string, clientConfig: object, resources: string[], more: object = {}): object {
  const apiVersions = ['v1'];
  return {
    name: `${name}.example.com`,
    clientConfig: { caBundle, ...clientConfig },
    rules: [{ operations: ['CREATE', 'UPDATE', 'CONNECT'], apiGroups: [''], apiVersions, resources }],
    namespaceSelector: here,
    // What the cluster puts into every namespace stays as it is.
    matchConditions: [{ name: 'ours', expression: "request.name != 'kube-root-ca.crt'" }],
    sideEffects: 'None',
    admissionReviewVersions: apiVersions,
    ...more,
  };
}

/** The configuration counts once every process has it. */
const counts = (what: string, check: () => Promise<boolean>): Promise<unknown> => waitFor(check, { what, timeoutMilliseconds: 30_000 });

describe('webhooks', () => {
  it('change what is written, as a Service of the cluster', async () => {
    await kubectl.run(['apply', '-f', '-'], relay(namespace, 'hook', { port: 8443, hostPort: port, servicePort: 443 }));
    await run('wait', '--for=condition=Ready', 'pod/hook', '--timeout=60s');
    const service = { service: { namespace, name: 'hook', path: '/color' } };
    await apply({
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'color' },
      webhooks: [webhook('color', service, ['configmaps'])],
    });
    await counts('the webhook is asked', async () => {
      const made = await kubectl.try(['-n', namespace, 'create', 'configmap', 'try', '--from-literal=a=b']);
      const color = made.code === 0 ? await run('get', 'configmap', 'try', '-o', 'jsonpath={.data.color}') : '';
      await kubectl.try(['-n', namespace, 'delete', 'configmap', 'try', '--ignore-not-found']);
      return color === 'blue';
    });
    const made = await kubectl.try(['-n', namespace, 'create', 'configmap', 'sky', '--from-literal=a=b']);
    expect(made.stderr).toContain('Warning: everything is blue now');
    expect(await run('get', 'configmap', 'sky', '-o', 'jsonpath={.data}')).toBe('{"a":"b","color":"blue"}');
  });

  it('refuse what is written, by URL', async () => {
    const url = { url: `https://127.0.0.1:${port}/size` };
    await apply({ kind: 'ValidatingWebhookConfiguration', metadata: { name: 'size' }, webhooks: [webhook('size', url, ['configmaps'])] });
    const large = ['create', 'configmap', 'large', '--from-literal=a=1', '--from-literal=b=2', '--from-literal=c=3'];
    let said = '';
    await counts('the webhook refuses', async () => {
      said = await refusal(...large, '--dry-run=server');
      return said.includes('denied');
    });
    expect(said).toBe('error: failed to create configmap: admission webhook "size.example.com" denied the request: too many keys\n');
    await run('create', 'configmap', 'small', '--from-literal=a=1');
  });

  it('refuse connections', async () => {
    const url = { url: `https://127.0.0.1:${port}/exec` };
    await kubectl.run(['apply', '-f', '-'], sleeper(namespace, 'box'));
    await run('wait', '--for=condition=Ready', 'pod/box', '--timeout=60s');
    await apply({ kind: 'ValidatingWebhookConfiguration', metadata: { name: 'exec' }, webhooks: [webhook('exec', url, ['pods/exec'])] });
    await counts('the webhook refuses', async () =>
      (await refusal('exec', 'box', '--', 'rm', '/nothing')).includes('nothing is removed here'),
    );
    expect(await run('exec', 'box', '--', 'echo', 'fine')).toBe('fine\n');
  });

  it('that are not there fail closed, or open where they say so', async () => {
    const service = { service: { namespace, name: 'nowhere' } };
    const only = { objectSelector: { matchLabels: { strict: 'yes' } } };
    await apply({
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'gone' },
      webhooks: [webhook('gone', service, ['secrets'], only)],
    });
    const secret = JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace, labels: { strict: 'yes' } } });
    let said = '';
    await counts('the webhook is missed', async () => {
      said = (await kubectl.try(['create', '--dry-run=server', '-f', '-'], secret)).stderr;
      return said !== '';
    });
    expect(said).toContain(
      'Internal error occurred: failed calling webhook "gone.example.com": failed to call webhook: Post "https://nowhere.admitted.svc:443?timeout=10s": service "nowhere" not found',
    );
    await kubectl.run(['delete', 'validatingwebhookconfiguration', 'gone']);
    await apply({
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'gone' },
      webhooks: [webhook('gone', service, ['secrets'], { ...only, failurePolicy: 'Ignore' })],
    });
    await counts(
      'the webhook is passed over',
      async () => (await kubectl.try(['create', '--dry-run=server', '-f', '-'], secret)).code === 0,
    );
  });

  it('are checked when they are written', async () => {
    const wrong = {
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'wrong' },
      webhooks: [webhook('wrong', { url: 'http://x' }, ['*', 'pods'])],
    };
    await expect(apply(wrong)).rejects.toThrow(/if '\*' is present[\s\S]*'https' is the only allowed URL scheme/);
  });
});

const resourceRules = [{ operations: ['CREATE', 'UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['secrets'] }];
const matchConstraints = { resourceRules, namespaceSelector: here };

describe('policies', () => {
  it('validate, with parameters', async () => {
    await run('create', 'configmap', 'limits', '--from-literal=max=2');
    await apply(
      {
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: 'few-keys' },
        spec: {
          matchConstraints,
          paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
          variables: [{ name: 'keys', expression: 'has(object.data) ? size(object.data) : 0' }],
          validations: [
            {
              expression: 'variables.keys <= int(params.data.max)',
              messageExpression: "'at most ' + params.data.max + ' keys'",
              reason: 'Forbidden',
            },
          ],
        },
      },
      {
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name: 'few-keys-here' },
        spec: {
          policyName: 'few-keys',
          validationActions: ['Deny'],
          paramRef: { name: 'limits', namespace, parameterNotFoundAction: 'Deny' },
        },
      },
    );
    let said = '';
    await counts('the policy denies', async () => {
      said = await refusal(
        'create',
        'secret',
        'generic',
        'many',
        '--dry-run=server',
        '--from-literal=a=1',
        '--from-literal=b=2',
        '--from-literal=c=3',
      );
      return said !== '';
    });
    expect(said).toBe(
      "error: failed to create secret secrets \"many\" is forbidden: ValidatingAdmissionPolicy 'few-keys' with binding 'few-keys-here' denied request: at most 2 keys\n",
    );
    await run('create', 'secret', 'generic', 'few', '--from-literal=a=1');
  });

  it('warn, and tell of wrong types in their status', async () => {
    await apply(
      {
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: 'soft' },
        spec: {
          matchConstraints,
          validations: [
            { expression: "object.metadata.name != 'plain'", message: 'plain names are dull' },
            { expression: 'object.nonsense != 1' },
          ],
          failurePolicy: 'Ignore',
        },
      },
      {
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name: 'soft-here' },
        spec: { policyName: 'soft', validationActions: ['Warn', 'Audit'] },
      },
    );
    await counts('the policy warns', async () =>
      (await refusal('create', 'secret', 'generic', 'plain', '--dry-run=server')).includes(
        "Warning: Validation failed for ValidatingAdmissionPolicy 'soft' with binding 'soft-here': plain names are dull",
      ),
    );
    const warnings = await kubectl.run([
      'get',
      'validatingadmissionpolicy',
      'soft',
      '-o',
      'jsonpath={.status.typeChecking.expressionWarnings[*].fieldRef}',
    ]);
    expect(warnings).toBe('spec.validations[1].expression');
  });

  it('mutate', async () => {
    const expression =
      'Object{metadata: Object.metadata{labels: {"made-by": request.userInfo.username.replace(":", "-").replace("@", "-")}}}';
    await apply(
      {
        kind: 'MutatingAdmissionPolicy',
        metadata: { name: 'made-by' },
        spec: {
          matchConstraints,
          failurePolicy: 'Fail',
          reinvocationPolicy: 'Never',
          mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
        },
      },
      { kind: 'MutatingAdmissionPolicyBinding', metadata: { name: 'made-by-here' }, spec: { policyName: 'made-by' } },
    );
    let label = '';
    await counts('the policy mutates', async () => {
      label = await run('create', 'secret', 'generic', 'labelled', '--dry-run=server', '-o', 'jsonpath={.metadata.labels.made-by}');
      return label !== '';
    });
    expect(label).toMatch(/^[a-z0-9.-]+$/i);
  });
});
