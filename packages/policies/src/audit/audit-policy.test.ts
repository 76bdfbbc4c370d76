import { describe, expect, it } from 'vitest';
import { type AuditAttributes, auditDecision } from './audit-decision.ts';
import { type AuditLevel, type AuditPolicyRule, defaultAuditPolicy } from './audit-policy.ts';
import { parseAuditPolicy } from './parse-audit-policy.ts';

const policyOf = (...rules: AuditPolicyRule[]) => ({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules }) as const;

function asked(
  verb: string,
  resource: string,
  more: { group?: string; name?: string; namespace?: string; groups?: string[] } = {},
): AuditAttributes {
  const [plural = '', subresource = ''] = resource.split('/');
  const { group = '', name = '', namespace = 'default', groups = ['system:authenticated'] } = more;
  return { user: { name: 'ann', groups }, verb, path: '/any', resource: { group, resource: plural, subresource, namespace, name } };
}

const path = (of: string): AuditAttributes => ({ user: { name: 'ann', groups: [] }, verb: 'get', path: of });

describe('a rule', () => {
  it.each<[Partial<AuditPolicyRule>, AuditAttributes, boolean]>([
    [{}, asked('get', 'pods'), true],
    [{}, path('/version'), true],
    [{ users: ['ann'] }, asked('get', 'pods'), true],
    [{ users: ['bob'] }, asked('get', 'pods'), false],
    [{ userGroups: ['system:authenticated'] }, asked('get', 'pods'), true],
    [{ userGroups: ['system:nodes'] }, asked('get', 'pods'), false],
    [{ verbs: ['create'] }, asked('get', 'pods'), false],
    [{ namespaces: ['default'] }, asked('get', 'pods'), true],
    [{ namespaces: [''] }, asked('get', 'pods'), false],
    [{ namespaces: [''] }, asked('get', 'nodes', { namespace: '' }), true],
    [{ resources: [{ group: '' }] }, asked('get', 'pods/log'), true],
    [{ resources: [{ group: 'apps' }] }, asked('get', 'pods'), false],
    [{ resources: [{ resources: ['pods'] }] }, asked('get', 'pods'), true],
    [{ resources: [{ resources: ['pods'] }] }, asked('get', 'pods/log'), false],
    [{ resources: [{ resources: ['pods/*'] }] }, asked('get', 'pods/log'), true],
    [{ resources: [{ resources: ['pods/*'] }] }, asked('get', 'pods'), false],
    [{ resources: [{ resources: ['*/status'] }] }, asked('update', 'pods/status'), true],
    [{ resources: [{ resources: ['*/status'] }] }, asked('update', 'pods/log'), false],
    [{ resources: [{ resources: ['*'] }] }, asked('get', 'pods/log'), true],
    [{ resources: [{ resources: ['configmaps'], resourceNames: ['a'] }] }, asked('get', 'configmaps', { name: 'a' }), true],
    [{ resources: [{ resources: ['configmaps'], resourceNames: ['a'] }] }, asked('get', 'configmaps', { name: 'b' }), false],
    [{ resources: [{ resources: ['pods'] }] }, path('/version'), false],
    [{ nonResourceURLs: ['/healthz*'] }, path('/healthz/ping'), true],
    [{ nonResourceURLs: ['/version'] }, path('/versions'), false],
    [{ nonResourceURLs: ['*'] }, path('/'), true],
    [{ nonResourceURLs: ['*'] }, asked('get', 'pods'), false],
  ])('%j of %j: %s', (rule, attributes, matches) => {
    expect(auditDecision(policyOf({ level: 'Request', ...rule }), attributes).level).toBe(matches ? 'Request' : 'None');
  });

  it('that is first wins, and adds its stages to the policy’s', () => {
    const policy = {
      ...policyOf(
        { level: 'Metadata', verbs: ['get'], omitStages: ['ResponseStarted'] },
        { level: 'RequestResponse', omitManagedFields: false },
      ),
      omitStages: ['RequestReceived'],
      omitManagedFields: true,
    } as const;
    expect(auditDecision(policy, asked('get', 'pods'))).toEqual({
      level: 'Metadata',
      omitStages: ['RequestReceived', 'ResponseStarted'],
      omitManagedFields: true,
    });
    expect(auditDecision(policy, asked('list', 'pods'))).toEqual({
      level: 'RequestResponse',
      omitStages: ['RequestReceived'],
      omitManagedFields: false,
    });
  });
});

describe('the default policy', () => {
  it('is valid', () => expect(parseAuditPolicy(defaultAuditPolicy).errors).toEqual([]));

  it.each<[AuditAttributes, AuditLevel]>([
    [asked('create', 'pods'), 'Metadata'],
    [asked('patch', 'deployments', { group: 'apps' }), 'Metadata'],
    [asked('create', 'secrets'), 'Metadata'],
    [asked('create', 'serviceaccounts/token'), 'Metadata'],
    [asked('get', 'pods/exec'), 'Metadata'],
    [asked('get', 'services/proxy'), 'Metadata'],
    [asked('get', 'pods'), 'None'],
    [asked('get', 'pods/log'), 'None'],
    [asked('watch', 'pods'), 'None'],
    [asked('create', 'events'), 'None'],
    [asked('create', 'events', { group: 'events.k8s.io' }), 'None'],
    [asked('update', 'leases', { group: 'coordination.k8s.io' }), 'None'],
    [asked('update', 'pods/status', { groups: ['system:nodes'] }), 'None'],
    [asked('delete', 'pods', { groups: ['system:serviceaccounts:kube-system'] }), 'None'],
    [path('/openapi/v3'), 'None'],
  ])('keeps of %j: %s', (attributes, level) => {
    expect(auditDecision(defaultAuditPolicy, attributes).level).toBe(level);
  });
});

describe('what is wrong with a policy', () => {
  it.each<[unknown, string[]]>([
    ['x', ['']],
    [{}, ['apiVersion', 'kind', 'rules']],
    [{ ...policyOf(), apiVersion: 'audit.k8s.io/v1beta1' }, ['apiVersion']],
    [{ ...policyOf(), rules: [{}] }, ['rules[0].level']],
    [{ ...policyOf(), rules: [{ level: 'All' }] }, ['rules[0].level']],
    [{ ...policyOf(), rules: [{ level: 'None', verb: ['get'] }] }, ['rules[0].verb']],
    [{ ...policyOf(), rules: [{ level: 'None', __proto__x: 1, constructor: 1 }] }, ['rules[0].__proto__x', 'rules[0].constructor']],
    [{ ...policyOf(), rules: [{ level: 'None', users: 'ann' }] }, ['rules[0].users']],
    [{ ...policyOf(), rules: [{ level: 'None', users: [1] }] }, ['rules[0].users[0]']],
    [{ ...policyOf(), omitStages: ['Done'] }, ['omitStages[0]']],
    [policyOf({ level: 'None', nonResourceURLs: ['healthz'] }), ['rules[0].nonResourceURLs[0]']],
    [policyOf({ level: 'None', nonResourceURLs: ['/a*b'] }), ['rules[0].nonResourceURLs[0]']],
    [policyOf({ level: 'None', nonResourceURLs: ['/a'], namespaces: ['x'] }), ['rules[0].nonResourceURLs']],
    [policyOf({ level: 'None', resources: [{ resourceNames: ['a'] }] }), ['rules[0].resources[0].resourceNames']],
    [policyOf({ level: 'None', resources: [{ group: 'A B' }] }), ['rules[0].resources[0].group']],
    [{ ...policyOf(), rules: Array.from({ length: 201 }, () => ({ level: 'None' })) }, ['rules']],
  ])('%j: %j', (value, fields) => {
    const { policy, errors } = parseAuditPolicy(value);
    expect({ policy, fields: errors.map(({ field }) => field) }).toEqual({ policy: undefined, fields });
  });
});
