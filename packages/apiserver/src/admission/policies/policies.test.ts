import { apiVersionOf, type KubeObject } from '@kajitori/apimachinery';
import {
  configMaps,
  deployments,
  type Kind,
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  namespaces,
  pods,
  serviceAccounts,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '@kajitori/kinds';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configMap, type MemoryApi, memoryApi, namespace, pod } from '../../testing/memory-api.testing.ts';

let world: MemoryApi;

beforeEach(async () => {
  world = await memoryApi();
  await create(namespaces, { ...namespace('prod'), metadata: { name: 'prod', labels: { env: 'prod' } } });
  await create(serviceAccounts, { metadata: { name: 'default', namespace: 'prod' } });
});
afterEach(() => world[Symbol.asyncDispose]());

function create<T extends KubeObject>(kind: Kind<T>, object: object): Promise<T> {
  return world.client.resource(kind).create({ apiVersion: apiVersionOf(kind), kind: kind.kind, ...object } as T);
}

const onConfigMaps = { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }] };

async function validating(name: string, spec: object, binding: object = {}): Promise<void> {
  await create(validatingAdmissionPolicies, { metadata: { name }, spec: { matchConstraints: onConfigMaps, ...spec } });
  await create(validatingAdmissionPolicyBindings, {
    metadata: { name: `${name}-binding` },
    spec: { policyName: name, validationActions: ['Deny'], ...binding },
  });
}

async function mutating(name: string, spec: object, binding: object = {}): Promise<void> {
  await create(mutatingAdmissionPolicies, {
    metadata: { name },
    spec: { matchConstraints: onConfigMaps, reinvocationPolicy: 'Never', ...spec },
  });
  await create(mutatingAdmissionPolicyBindings, { metadata: { name: `${name}-binding` }, spec: { policyName: name, ...binding } });
}

const config = (
  name: string,
  data: Record<string, string> = {},
  metadata: object = {},
): Promise<KubeObject & { data: Record<string, string> }> =>
  world.client.resource(configMaps).create(configMap(name, data, metadata)) as never;

describe('a ValidatingAdmissionPolicy', () => {
  it('denies in Kubernetes’ words, with its reason', async () => {
    await validating('blue', { validations: [{ expression: "object.data.color == 'blue'" }] });
    await config('a', { color: 'blue' });
    const message =
      "configmaps \"b\" is forbidden: ValidatingAdmissionPolicy 'blue' with binding 'blue-binding' denied request: failed expression: object.data.color == 'blue'";
    await expect(config('b', { color: 'red' })).rejects.toMatchObject({ code: 422, reason: 'Invalid', message });
  });

  it.each([
    [{ message: 'no red' }, 'no red', 422],
    [{ message: 'no red', reason: 'Forbidden' }, 'no red', 403],
    [{ message: 'no red', messageExpression: "'not ' + object.data.color" }, 'not red', 422],
    [{ message: 'no red', messageExpression: "''" }, 'no red', 422],
    [{ message: 'no red', messageExpression: "'two\\nlines'" }, 'no red', 422],
    [{ message: 'no red', messageExpression: 'object.data.missing' }, 'no red', 422],
  ])('says %j', async (more, said, code) => {
    await validating('blue', { validations: [{ expression: "object.data.color == 'blue'", ...more }] });
    await expect(config('b', { color: 'red' })).rejects.toMatchObject({ code, message: expect.stringMatching(new RegExp(`: ${said}$`)) });
  });

  it('does nothing without a binding, and only what its binding asks for', async () => {
    await create(validatingAdmissionPolicies, {
      metadata: { name: 'free' },
      spec: { matchConstraints: onConfigMaps, validations: [{ expression: 'false' }] },
    });
    await config('a');
    await create(validatingAdmissionPolicyBindings, {
      metadata: { name: 'in-prod' },
      spec: { policyName: 'free', validationActions: ['Deny'], matchResources: { namespaceSelector: { matchLabels: { env: 'prod' } } } },
    });
    await config('b');
    await expect(config('c', {}, { namespace: 'prod' })).rejects.toThrow('denied request');
  });

  it('sees old and new object, the request, the namespace, the user and what he may', async () => {
    await validating('all', {
      validations: [
        { expression: 'oldObject == null || oldObject.data.v != object.data.v' },
        { expression: "request.operation in ['CREATE', 'UPDATE'] && request.userInfo.username == 'admin'" },
        { expression: 'namespaceObject.metadata.name == request.namespace' },
        { expression: "authorizer.group('').resource('pods').namespace('default').check('create').allowed()" },
        { expression: "authorizer.requestResource.check('get').allowed()" },
        { expression: "!authorizer.serviceAccount('default', 'none').path('/version/x').check('get').allowed()" },
        { expression: "request.resource.resource == 'configmaps' && request.kind.kind == 'ConfigMap' && !request.dryRun" },
      ],
    });
    await config('a', { v: '1' });
    await world.client.resource(configMaps).patch('default', 'a', { data: { v: '2' } });
    await expect(world.client.resource(configMaps).patch('default', 'a', { data: { w: '2' } })).rejects.toThrow(
      'oldObject.data.v != object.data.v',
    );
  });

  it('evaluates variables once, those before it first, and conditions before all', async () => {
    await validating('vars', {
      variables: [
        { name: 'limit', expression: 'int(object.data.limit)' },
        { name: 'double', expression: 'variables.limit * 2' },
        { name: 'never', expression: '1 / 0' },
      ],
      matchConditions: [{ name: 'has-limit', expression: "has(object.data) && 'limit' in object.data" }],
      validations: [
        {
          expression: 'variables.double < 10',
          messageExpression: "'twice ' + string(variables.limit) + ' is ' + string(variables.double)",
        },
      ],
    });
    await config('none');
    await config('small', { limit: '4' });
    await expect(config('large', { limit: '5' })).rejects.toThrow(/: twice 5 is 10$/);
    await expect(config('odd', { limit: 'x' })).rejects.toThrow(/composited variable "double" fails to evaluate/);
  });

  it('fails closed or open when it cannot be evaluated', async () => {
    await validating('fails', { validations: [{ expression: 'object.data.missing == "x"' }] });
    await expect(config('a')).rejects.toThrow(
      "ValidatingAdmissionPolicy 'fails' with binding 'fails-binding' denied request: expression 'object.data.missing == \"x\"' resulted in error: no such key: missing",
    );
    await world.client.resource(validatingAdmissionPolicies).patch('', 'fails', { spec: { failurePolicy: 'Ignore' } });
    await config('a');
  });

  it('warns and audits', async () => {
    await validating(
      'soft',
      {
        validations: [{ expression: 'false', message: 'not nice' }],
        auditAnnotations: [{ key: 'name', valueExpression: 'object.metadata.name' }],
      },
      { validationActions: ['Warn', 'Audit'] },
    );
    const call = {
      cluster: world.cluster,
      storage: world.storage.cluster(world.cluster),
      user: { name: 'admin', groups: ['system:masters'] },
      verb: 'create',
      kind: configMaps as unknown as Kind,
      namespace: 'default',
      name: '',
      subresource: '',
      dryRun: false,
      fieldManager: 'x',
      warnings: [] as string[],
      auditAnnotations: new Map<string, string>(),
    };
    await world.api.operations.create(call, configMap('a'));
    expect(call.warnings).toEqual(["Validation failed for ValidatingAdmissionPolicy 'soft' with binding 'soft-binding': not nice"]);
    expect(call.auditAnnotations.get('soft/name')).toBe('a');
    expect(JSON.parse(call.auditAnnotations.get('validation.policy.admission.k8s.io/validation_failure') ?? '')).toEqual([
      { message: 'not nice', policy: 'soft', binding: 'soft-binding', expressionIndex: 0, validationActions: ['Warn', 'Audit'] },
    ]);
  });

  it('takes parameters by name, by selector, from the namespace of the request', async () => {
    const spec = {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }] },
      validations: [
        {
          expression: 'params == null || object.metadata.name.startsWith(params.data.prefix)',
          messageExpression: "'must start with ' + params.data.prefix",
        },
      ],
    };
    await config('rules', { prefix: 'app-' }, { labels: { kind: 'rules' } });
    await validating('named', spec, { paramRef: { name: 'rules', parameterNotFoundAction: 'Deny' } });
    await create(pods, pod('app-1'));
    await expect(create(pods, pod('web-1'))).rejects.toThrow(/: must start with app-$/);
    await expect(create(pods, pod('app-1', { namespace: 'prod' }))).rejects.toThrow(
      'denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
    );
    await world.client.resource(validatingAdmissionPolicyBindings).delete('', 'named-binding');
    await create(validatingAdmissionPolicyBindings, {
      metadata: { name: 'selected' },
      spec: {
        policyName: 'named',
        validationActions: ['Deny'],
        paramRef: { selector: { matchLabels: { kind: 'rules' } }, parameterNotFoundAction: 'Allow', namespace: 'default' },
      },
    });
    await expect(create(pods, pod('web-1', { namespace: 'prod' }))).rejects.toThrow(/: must start with app-$/);
    await create(pods, pod('app-2', { namespace: 'prod' }));
  });

  it('is stopped by its budget', async () => {
    const items = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`k${at}`, 'x'.repeat(50)]));
    await validating('costly', {
      validations: [{ expression: 'object.data.all(a, object.data.all(b, object.data.all(c, a + b + c != "")))' }],
    });
    await expect(config('a', items)).rejects.toThrow('cost limit exceeded');
  });

  it('never guards policies themselves', async () => {
    const all = { resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }] };
    await validating('lock', { matchConstraints: all, validations: [{ expression: 'false' }] });
    await expect(config('a')).rejects.toThrow('denied request');
    await world.client.resource(validatingAdmissionPolicyBindings).delete('', 'lock-binding');
    await config('a');
  });
});

describe('a MutatingAdmissionPolicy', () => {
  it('applies a configuration, which is merged by the schema', async () => {
    const onPods = { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }] };
    await mutating('sidecar', {
      matchConstraints: onPods,
      matchConditions: [{ name: 'once', expression: "!object.spec.containers.exists(c, c.name == 'sidecar')" }],
      mutations: [
        {
          patchType: 'ApplyConfiguration',
          applyConfiguration: {
            expression: `Object{
              metadata: Object.metadata{labels: {"by": request.userInfo.username}},
              spec: Object.spec{containers: [Object.spec.containers{name: "sidecar", image: "proxy:1"}]}
            }`,
          },
        },
      ],
    });
    const made = (await create(pods, pod('a', { labels: { app: 'a' } }))) as KubeObject & {
      spec: { containers: { name: string; imagePullPolicy: string }[] };
    };
    expect(made.metadata.labels).toEqual({ app: 'a', by: 'admin' });
    expect(made.spec.containers.map(({ name, imagePullPolicy }) => [name, imagePullPolicy])).toContainEqual(['sidecar', 'IfNotPresent']);
    expect(made.spec.containers.length).toBe(2);
  });

  it('may not touch what has one owner as a whole', async () => {
    await mutating('atomic', {
      matchConstraints: {
        resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] }],
      },
      mutations: [
        {
          patchType: 'ApplyConfiguration',
          applyConfiguration: { expression: 'Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {"x": "y"}}}}' },
        },
      ],
    });
    const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'x' }] } };
    await expect(
      create(deployments, { metadata: { name: 'd', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'a' } }, template } }),
    ).rejects.toThrow(
      "policy 'atomic' with binding 'atomic-binding' denied request: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.selector",
    );
  });

  it('patches', async () => {
    await mutating('patch', {
      variables: [{ name: 'key', expression: "jsonpatch.escapeKey('a/b~c')" }],
      mutations: [
        {
          patchType: 'JSONPatch',
          jsonPatch: {
            expression: `[
              JSONPatch{op: "test", path: "/data/color", value: "red"},
              JSONPatch{op: "replace", path: "/data/color", value: "blue"},
              JSONPatch{op: "add", path: "/metadata/annotations", value: {}},
              JSONPatch{op: "add", path: "/metadata/annotations/" + jsonpatch.escapeKey("example.com/was"), value: object.data.color}
            ]`,
          },
        },
      ],
    });
    const red = await config('red', { color: 'red' });
    expect([red.data, red.metadata.annotations]).toEqual([{ color: 'blue' }, { 'example.com/was': 'red' }]);
    expect((await config('green', { color: 'green' })).data).toEqual({ color: 'green' });
  });

  it('runs before policies that validate, sees parameters, and again what others made when it says so', async () => {
    const add = (key: string): object => ({
      mutations: [
        {
          patchType: 'ApplyConfiguration',
          applyConfiguration: { expression: `Object{data: {"${key}": string(has(object.data) ? size(object.data) : 0)}}` },
        },
      ],
    });
    await mutating('a', { ...add('a'), reinvocationPolicy: 'IfNeeded' });
    await mutating('b', add('b'));
    await validating('check', { validations: [{ expression: "'a' in object.data && 'b' in object.data" }] });
    expect((await config('x')).data).toEqual({ a: '2', b: '1' });
  });
});
