import { describe, expect, it } from 'vitest';
import { type Attributes, refusalText } from './attributes.ts';
import { authorizeByRbac, type PolicyRule, type RbacSnapshot, ruleAllows } from './rbac.ts';

const ask = (verb: string, resource: string, extra: Partial<NonNullable<Attributes['resource']>> = {}): Attributes => ({
  user: { name: 'ann', groups: ['system:authenticated'] },
  verb,
  resource: { group: '', resource, subresource: '', namespace: 'default', name: '', ...extra },
});

describe('a policy rule', () => {
  const cases: [string, PolicyRule, Attributes, boolean][] = [
    ['allows its verb and resource', { verbs: ['get'], apiGroups: [''], resources: ['pods'] }, ask('get', 'pods'), true],
    ['refuses another verb', { verbs: ['get'], apiGroups: [''], resources: ['pods'] }, ask('list', 'pods'), false],
    ['refuses another group', { verbs: ['*'], apiGroups: ['apps'], resources: ['*'] }, ask('get', 'pods'), false],
    [
      'does not cover subresources',
      { verbs: ['get'], apiGroups: [''], resources: ['pods'] },
      ask('get', 'pods', { subresource: 'log' }),
      false,
    ],
    [
      'covers a named subresource',
      { verbs: ['get'], apiGroups: [''], resources: ['pods/log'] },
      ask('get', 'pods', { subresource: 'log' }),
      true,
    ],
    [
      'covers a subresource of all',
      { verbs: ['get'], apiGroups: [''], resources: ['*/scale'] },
      ask('get', 'pods', { subresource: 'scale' }),
      true,
    ],
    [
      'keeps to resource names',
      { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] },
      ask('get', 'pods', { name: 'b' }),
      false,
    ],
    [
      'matches a path prefix',
      { verbs: ['get'], nonResourceURLs: ['/healthz/*'] },
      { user: { name: 'ann', groups: [] }, verb: 'get', path: '/healthz/etcd' },
      true,
    ],
  ];
  it.each(cases)('%s', (_name, rule, attributes, allowed) => {
    expect(ruleAllows(rule, attributes)).toBe(allowed);
  });
});

describe('RBAC', () => {
  const snapshot: RbacSnapshot = {
    clusterRoles: new Map([['view', [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] }]]]),
    clusterRoleBindings: [],
    roles: new Map(),
    roleBindings: new Map([
      ['default', [{ name: 'v', roleRef: { apiGroup: '', kind: 'ClusterRole', name: 'view' }, subjects: [{ kind: 'User', name: 'ann' }] }]],
    ]),
  };
  it('grants inside the namespace of the binding alone', () => {
    expect(authorizeByRbac(snapshot, ask('list', 'pods')).allowed).toBe(true);
    expect(authorizeByRbac(snapshot, ask('list', 'pods', { namespace: 'other' })).allowed).toBe(false);
    expect(authorizeByRbac(snapshot, ask('list', 'pods', { namespace: '' })).allowed).toBe(false);
  });
  it('says which binding allowed it, and what was refused', () => {
    expect(authorizeByRbac(snapshot, ask('get', 'pods')).reason).toContain('RoleBinding "v/default"');
    expect(refusalText(ask('delete', 'pods'))).toBe('User "ann" cannot delete resource "pods" in API group "" in the namespace "default"');
  });
});
