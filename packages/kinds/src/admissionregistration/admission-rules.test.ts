import { describe, expect, it } from 'vitest';
import {
  mutatingAdmissionPolicies,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  validatingWebhookConfigurations,
} from './index.ts';
import type { Kind } from '../kind.ts';

const rule = { operations: ['CREATE'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'] };

function said<T>(kind: Pick<Kind, 'strategy'>, object: T): string[] {
  return (kind.strategy.validate?.(object as never) ?? []).map(({ field, message }) => `${field}: ${message}`);
}

describe('webhooks', () => {
  const webhook = (more: object): string[] =>
    said(validatingWebhookConfigurations as unknown as Kind, {
      metadata: { name: 'x' },
      webhooks: [
        {
          name: 'a.example.com',
          clientConfig: { url: 'https://example.com' },
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          rules: [rule],
          ...more,
        },
      ],
    }).map((text) => text.replace('webhooks[0].', ''));

  it('pass when they are right', () => expect(webhook({})).toEqual([]));

  it.each([
    [{ rules: [{ ...rule, operations: [] }] }, 'rules[0].operations: Required value'],
    [
      { rules: [{ ...rule, operations: ['CREATE', '*'] }] },
      `rules[0].operations: Invalid value: ["CREATE","*"]: if '*' is present, must not specify other operations`,
    ],
    [
      { rules: [{ ...rule, operations: ['READ'] }] },
      'rules[0].operations[0]: Unsupported value: "READ": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"',
    ],
    [{ rules: [{ ...rule, apiVersions: [''] }] }, 'rules[0].apiVersions[0]: Required value'],
    [
      { rules: [{ ...rule, resources: ['pods/*', 'pods/log'] }] },
      `rules[0].resources[1]: Invalid value: "pods/log": if 'pods/*' is present, must not specify pods/log`,
    ],
    [
      { rules: [{ ...rule, resources: ['*/*', 'pods'] }] },
      `rules[0].resources: Invalid value: ["*/*","pods"]: if '*/*' is present, must not specify other resources`,
    ],
    [
      { rules: [{ ...rule, resources: ['*', 'pods'] }] },
      `rules[0].resources: Invalid value: ["*","pods"]: if '*' is present, must not specify other resources without subresources`,
    ],
    [{ rules: [{ ...rule, scope: 'All' }] }, 'rules[0].scope: Unsupported value: "All": supported values: "*", "Cluster", "Namespaced"'],
    [
      { clientConfig: { service: { name: 'a', namespace: 'b', path: '/a//b' } } },
      'clientConfig.service.path: Invalid value: "/a//b": segment[1] may not be empty',
    ],
    [{ matchConditions: [{ name: 'a', expression: '' }] }, 'matchConditions[0].expression: Required value'],
    [
      { matchConditions: [{ name: 'a', expression: '"x"' }] },
      'matchConditions[0].expression: Invalid value: "\\"x\\"": compilation failed: must evaluate to bool',
    ],
  ])('say what is wrong: %j', (more, expected) => expect(webhook(more)).toEqual([expected]));

  it('say where an expression does not compile', () => {
    expect(webhook({ matchConditions: [{ name: 'a', expression: 'params.x' }] })[0]).toMatch(
      /^matchConditions\[0\]\.expression: Invalid value: "params\.x": compilation failed: .*undeclared reference to 'params'/,
    );
  });
});

describe('policies', () => {
  const policy = (more: object): string[] =>
    said(validatingAdmissionPolicies as unknown as Kind, {
      metadata: { name: 'x' },
      spec: { matchConstraints: { resourceRules: [rule] }, validations: [{ expression: 'object.spec.replicas < 5' }], ...more },
    });

  it('pass when they are right', () =>
    expect(
      policy({
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        variables: [
          { name: 'a', expression: 'object.spec' },
          { name: 'b', expression: 'variables.a.replicas' },
        ],
        validations: [
          { expression: "variables.b < int(params.data.max) && authorizer.requestResource.check('get').allowed()", reason: 'Forbidden' },
        ],
        auditAnnotations: [{ key: 'k', valueExpression: "variables.b > 3 ? 'large' : ''" }],
      }),
    ).toEqual([]));

  it.each([
    [{ matchConstraints: undefined }, 'spec.matchConstraints: Required value'],
    [
      { validations: [{ expression: '1' }] },
      'spec.validations[0].expression: Invalid value: "1": compilation failed: must evaluate to bool',
    ],
    [
      { validations: [{ expression: 'true', reason: 'Why' }] },
      'spec.validations[0].reason: Unsupported value: "Why": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"',
    ],
    [
      { validations: [{ expression: 'true', messageExpression: '1' }] },
      'spec.validations[0].messageExpression: Invalid value: "1": compilation failed: must evaluate to string',
    ],
    [
      { validations: [{ expression: 'true\n&& true' }] },
      'spec.validations[0].message: Required value: message must be specified if expression contains line breaks',
    ],
    [{ failurePolicy: 'Maybe' }, 'spec.failurePolicy: Unsupported value: "Maybe": supported values: "Fail", "Ignore"'],
    [
      { variables: [{ name: 'a-b', expression: 'true' }] },
      'spec.variables[0].name: Invalid value: "a-b": name is not a valid CEL identifier',
    ],
  ])('say what is wrong: %j', (more, expected) => expect(policy(more)).toEqual([expected]));

  it('know no variable before it is made', () => {
    const variables = [
      { name: 'a', expression: 'variables.b' },
      { name: 'b', expression: '1' },
    ];
    expect(policy({ variables })[0]).toMatch(/^spec\.variables\[0\]\.expression: .*undefined field 'b'/s);
  });

  it('that mutate say what they make', () => {
    const mutation = (one: object): string[] =>
      said(mutatingAdmissionPolicies as unknown as Kind, {
        metadata: { name: 'x' },
        spec: { matchConstraints: { resourceRules: [rule] }, reinvocationPolicy: 'Never', mutations: [one] },
      });
    expect(
      mutation({ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{spec: Object.spec{replicas: 1}}' } }),
    ).toEqual([]);
    expect(mutation({ patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "remove", path: "/spec/replicas"}]' } })).toEqual(
      [],
    );
    expect(mutation({ patchType: 'JSONPatch', jsonPatch: { expression: '[]' } })).toEqual([]);
    expect(mutation({ patchType: 'JSONPatch', jsonPatch: { expression: '"x"' } })).toEqual([
      'spec.mutations[0].jsonPatch.expression: Invalid value: "\\"x\\"": compilation failed: must evaluate to list(JSONPatch)',
    ]);
    expect(mutation({ patchType: 'ApplyConfiguration' })).toEqual([
      'spec.mutations[0].applyConfiguration: Required value: must be specified when patchType is ApplyConfiguration',
    ]);
    expect(mutation({ patchType: 'Magic' })).toEqual([
      'spec.mutations[0].patchType: Unsupported value: "Magic": supported values: "ApplyConfiguration", "JSONPatch"',
    ]);
  });
});

describe('bindings', () => {
  const binding = (more: object): string[] =>
    said(validatingAdmissionPolicyBindings as unknown as Kind, {
      metadata: { name: 'x' },
      spec: { policyName: 'p', validationActions: ['Deny'], ...more },
    });

  it.each([
    [{}, []],
    [{ policyName: '' }, ['spec.policyName: Required value']],
    [{ validationActions: ['Deny', 'Deny'] }, ['spec.validationActions[1]: Duplicate value: "Deny"']],
    [{ validationActions: ['Stop'] }, ['spec.validationActions[0]: Unsupported value: "Stop": supported values: "Audit", "Deny", "Warn"']],
    [{ paramRef: { name: 'a' } }, ['spec.paramRef.parameterNotFoundAction: Required value']],
    [{ paramRef: { parameterNotFoundAction: 'Deny' } }, ['spec.paramRef: Required value: name or selector must be specified']],
  ])('%j', (more, expected) => expect(binding(more)).toEqual(expected));

  it('warn or deny, not both', () => {
    expect(binding({ validationActions: ['Deny', 'Warn'] })[0]).toMatch(/must not contain both Deny and Warn/);
  });
});
