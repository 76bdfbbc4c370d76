import { type ClusterRole, clusterRoles } from '@kajitori/kinds';
import { describe, expect, it } from 'vitest';
import { TestCluster } from '../test-cluster.testing.ts';
import { clusterRoleAggregation } from './cluster-role-aggregation.controller.ts';
import { planAggregation } from './cluster-role-aggregation.plan.ts';

const pods = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
const nodes = { apiGroups: [''], resources: ['nodes'], verbs: ['list'] };

function role(name: string, rules: ClusterRole['rules'], labels: Record<string, string> = {}): ClusterRole {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name, labels }, rules };
}

function gathering(name: string, label: string, rules: ClusterRole['rules'] = []): ClusterRole {
  return { ...role(name, rules), aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] } };
}

describe('aggregated roles', () => {
  it('get each rule of what they select once, by name of the role', () => {
    const all = [
      gathering('sum', 'to-sum'),
      role('b', [nodes, pods], { 'to-sum': 'true' }),
      role('a', [pods], { 'to-sum': 'true' }),
      role('c', [nodes]),
    ];
    expect(planAggregation(all)).toEqual([{ role: all[0], rules: [pods, nodes] }]);
  });

  it('stay as they are when only the order differs, lose what nobody gives, and never gather themselves', () => {
    const part = role('a', [pods, nodes], { 'to-sum': 'true' });
    expect(planAggregation([gathering('sum', 'to-sum', [nodes, pods]), part])).toEqual([]);
    const own = gathering('sum', 'to-sum', [nodes]);
    own.metadata.labels = { 'to-sum': 'true' };
    expect(planAggregation([own])).toEqual([{ role: own, rules: [] }]);
  });

  it('follow their parts, through roles that gather as well', async () => {
    await using cluster = await TestCluster.open({ descriptors: [clusterRoleAggregation] });
    const roles = cluster.resource(clusterRoles);
    await roles.create(gathering('outer', 'to-outer'));
    await roles.create({ ...gathering('inner', 'to-inner'), metadata: { name: 'inner', labels: { 'to-outer': 'true' } } });
    await roles.create(role('part', [pods], { 'to-inner': 'true' }));
    await cluster.settle();
    const rulesOf = async (name: string): Promise<unknown> => (await roles.get('', name)).rules;
    expect(await rulesOf('outer')).toEqual([pods]);
    await roles.delete('', 'part');
    await cluster.settle();
    expect((await rulesOf('outer')) ?? []).toEqual([]);
    expect(cluster.errors).toEqual([]);
  });
});
