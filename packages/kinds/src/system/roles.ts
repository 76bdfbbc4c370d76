import type { ClusterRole } from '../rbac/cluster-role.ts';
import type { PolicyRule, Role } from '../rbac/role.ts';
import { componentRoles, controllerRoles } from './component-roles.ts';
import { rule } from './policy-rules.ts';
import { adminRules, editRules, everyoneRoles, viewRules } from './user-roles.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const aggregate = (to: string): string => `rbac.authorization.k8s.io/aggregate-to-${to}`;

export const bootstrapping = {
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
  annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
};

function clusterRole(name: string, rules: readonly PolicyRule[], labels: Record<string, string> = {}): ClusterRole {
  return {
    apiVersion,
    kind: 'ClusterRole',
    metadata: { name, labels: { ...bootstrapping.labels, ...labels }, annotations: bootstrapping.annotations },
    rules: [...rules],
  };
}

/** A role whose rules are gathered from those that carry its label. They stand here too, so that it works before the first gathering. */
function aggregated(name: string, rules: readonly PolicyRule[], labels: Record<string, string>): ClusterRole {
  return {
    ...clusterRole(name, rules, labels),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregate(name)]: 'true' } }] },
  };
}

export const clusterRoles: readonly ClusterRole[] = [
  ...Object.entries(everyoneRoles).map(([name, rules]) => clusterRole(name, rules)),
  aggregated('admin', [...adminRules, ...editRules, ...viewRules], {}),
  aggregated('edit', [...editRules, ...viewRules], { [aggregate('admin')]: 'true' }),
  aggregated('view', viewRules, { [aggregate('edit')]: 'true' }),
  clusterRole('system:aggregate-to-admin', adminRules, { [aggregate('admin')]: 'true' }),
  clusterRole('system:aggregate-to-edit', editRules, { [aggregate('edit')]: 'true' }),
  clusterRole('system:aggregate-to-view', viewRules, { [aggregate('view')]: 'true' }),
  ...Object.entries(componentRoles).map(([name, rules]) => clusterRole(name, rules)),
  ...Object.entries(controllerRoles).map(([name, rules]) => clusterRole(`system:controller:${name}`, rules)),
];

/** Comes with a metrics server elsewhere; whoever may view a namespace may see what its pods use. */
export const aggregatedMetricsReader: ClusterRole = {
  apiVersion,
  kind: 'ClusterRole',
  metadata: {
    name: 'system:aggregated-metrics-reader',
    labels: { [aggregate('admin')]: 'true', [aggregate('edit')]: 'true', [aggregate('view')]: 'true' },
  },
  rules: [rule('get list watch', 'metrics', 'pods nodes')],
};

function role(namespace: string, name: string, rules: readonly PolicyRule[]): Role {
  return { apiVersion, kind: 'Role', metadata: { ...bootstrapping, name, namespace }, rules: [...rules] };
}

export const roles: readonly Role[] = [
  role('kube-system', 'extension-apiserver-authentication-reader', [
    rule('get list watch', 'core', 'configmaps', 'extension-apiserver-authentication'),
  ]),
  role('kube-system', 'system::leader-locking-kube-controller-manager', [
    rule('watch', 'core', 'configmaps'),
    rule('get update', 'core', 'configmaps', 'kube-controller-manager'),
  ]),
  role('kube-system', 'system::leader-locking-kube-scheduler', [
    rule('watch', 'core', 'configmaps'),
    rule('get update', 'core', 'configmaps', 'kube-scheduler'),
  ]),
];
