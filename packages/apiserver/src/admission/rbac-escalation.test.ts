import { type KubeObject, newUid } from '@kajitori/apimachinery';
import { clusterRoleBindings, clusterRoles, type RoleBinding, roleBindings, roles } from '@kajitori/kinds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MemoryApi, memoryApi } from '../testing/memory-api.testing.ts';

let api: MemoryApi;
const apiVersion = 'rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';
const pods = (...verbs: string[]) => ({ apiGroups: [''], resources: ['pods'], verbs });

/** Writes roles and bindings, and reads pods; nothing more. */
const maria = { name: 'maria', groups: ['writers', 'system:authenticated'] };

beforeAll(async () => {
  api = await memoryApi();
  const rules = [{ apiGroups: [apiGroup], resources: ['*'], verbs: ['create', 'get', 'update'] }, pods('get')];
  const { client } = api;
  await client.resource(clusterRoles).create({ apiVersion, kind: 'ClusterRole', metadata: { name: 'writer' }, rules });
  await client.resource(clusterRoles).create({ apiVersion, kind: 'ClusterRole', metadata: { name: 'powerful' }, rules: [pods('*')] });
  await client.resource(clusterRoleBindings).create({
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'writers' },
    subjects: [{ kind: 'Group', apiGroup, name: 'writers' }],
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'writer' },
  });
});
afterAll(() => api[Symbol.asyncDispose]());

const role = (name: string, ...rules: object[]): KubeObject => ({
  apiVersion,
  kind: 'Role',
  metadata: { name, namespace: 'default' },
  rules,
});
const binding = (name: string, kind: string, to: string): RoleBinding => ({
  apiVersion,
  kind: 'RoleBinding',
  metadata: { name, namespace: 'default' },
  subjects: [{ kind: 'User', apiGroup, name: 'friend' }],
  roleRef: { apiGroup, kind, name: to },
});
const asMaria = () => api.api.client(api.cluster, maria);

describe('a writer of roles', () => {
  it('grants what he holds, and nothing else', async () => {
    const resource = asMaria().resource(roles);
    await resource.create(role('read', pods('get')));
    await expect(resource.create(role('more', pods('get', 'delete', 'list')))).rejects.toMatchObject({
      code: 403,
      message:
        'roles.rbac.authorization.k8s.io "more" is forbidden: user "maria" (groups=["writers" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete" "list"]}',
    });
    const read = await resource.get('default', 'read');
    await expect(resource.update({ ...read, rules: [pods('*')] })).rejects.toMatchObject({ code: 403 });
  });

  it('binds roles whose rules he holds, and no role that is not there', async () => {
    const resource = asMaria().resource(roleBindings);
    await resource.create(binding('fine', 'Role', 'read'));
    await expect(resource.create(binding('much', 'ClusterRole', 'powerful'))).rejects.toMatchObject({ code: 403 });
    await expect(resource.create(binding('none', 'Role', 'missing'))).rejects.toMatchObject({
      code: 404,
      message: 'roles.rbac.authorization.k8s.io "missing" not found',
    });
  });

  it('may clean up what he could not grant', async () => {
    const strong = await api.client.resource(roles).create(role('strong', pods('*')));
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: newUid() };
    const owned = { ...strong, metadata: { ...strong.metadata, ownerReferences: [owner] } };
    expect((await asMaria().resource(roles).update(owned)).metadata.ownerReferences).toEqual([owner]);
  });

  it('gathers no rules by label', async () => {
    const gathering = { apiVersion, kind: 'ClusterRole', metadata: { name: 'all' }, aggregationRule: { clusterRoleSelectors: [{}] } };
    await expect(asMaria().resource(clusterRoles).create(gathering)).rejects.toMatchObject({
      code: 403,
      message: 'clusterroles.rbac.authorization.k8s.io "all" is forbidden: must have cluster-admin privileges to use the aggregationRule',
    });
  });

  it('does all of it with the verbs escalate and bind', async () => {
    await api.client.resource(clusterRoles).create({
      apiVersion,
      kind: 'ClusterRole',
      metadata: { name: 'escalator' },
      rules: [{ apiGroups: [apiGroup], resources: ['*'], verbs: ['escalate', 'bind', 'create'] }],
    });
    await api.client.resource(clusterRoleBindings).create({
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'escalators' },
      subjects: [{ kind: 'User', apiGroup, name: 'otto' }],
      roleRef: { apiGroup, kind: 'ClusterRole', name: 'escalator' },
    });
    await new Promise((resolve) => setTimeout(resolve, 150));
    const client = api.api.client(api.cluster, { name: 'otto', groups: ['system:authenticated'] });
    expect((await client.resource(roles).create(role('by-otto', pods('*')))).rules).toEqual([pods('*')]);
    const bound = await client.resource(roleBindings).create(binding('by-otto', 'ClusterRole', 'powerful'));
    expect(bound.roleRef.name).toBe('powerful');
  });
});
