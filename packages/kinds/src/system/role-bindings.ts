import type { ClusterRoleBinding } from '../rbac/cluster-role-binding.ts';
import type { RoleBinding, Subject } from '../rbac/role-binding.ts';
import { controllerRoles } from './component-roles.ts';
import { bootstrapping } from './roles.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';

const group = (name: string): Subject => ({ kind: 'Group', apiGroup, name });
const user = (name: string): Subject => ({ kind: 'User', apiGroup, name });
const serviceAccount = (name: string): Subject => ({ kind: 'ServiceAccount', name, namespace: 'kube-system' });

function bind(role: string, subjects: Subject[], name = role): ClusterRoleBinding {
  return {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { ...bootstrapping, name },
    ...(subjects.length === 0 ? {} : { subjects }),
    roleRef: { apiGroup, kind: 'ClusterRole', name: role },
  };
}

export const clusterRoleBindings: readonly ClusterRoleBinding[] = [
  bind('cluster-admin', [group('system:masters')]),
  bind('system:monitoring', [group('system:monitoring')]),
  bind('system:discovery', [group('system:authenticated')]),
  bind('system:basic-user', [group('system:authenticated')]),
  bind('system:public-info-viewer', [group('system:authenticated'), group('system:unauthenticated')]),
  bind('system:service-account-issuer-discovery', [group('system:serviceaccounts')]),
  bind('system:node-proxier', [user('system:kube-proxy')]),
  bind('system:kube-controller-manager', [user('system:kube-controller-manager')]),
  bind('system:kube-dns', [serviceAccount('kube-dns')]),
  bind('system:kube-scheduler', [user('system:kube-scheduler')]),
  bind('system:volume-scheduler', [user('system:kube-scheduler')]),
  // Nodes are let in by the node authorizer, each to what concerns it, and not by this role.
  bind('system:node', []),
  // Who is a member or a viewer in the cluster's organization: bound here, so that a tenant sees it and may change it.
  bind('edit', [group('kajitori:members')], 'kajitori:members'),
  bind('view', [group('kajitori:viewers')], 'kajitori:viewers'),
  ...Object.keys(controllerRoles).map((name) => bind(`system:controller:${name}`, [serviceAccount(name)])),
];

function bindRole(namespace: string, role: string, subjects: Subject[]): RoleBinding {
  return {
    apiVersion,
    kind: 'RoleBinding',
    metadata: { ...bootstrapping, name: role, namespace },
    subjects,
    roleRef: { apiGroup, kind: 'Role', name: role },
  };
}

export const roleBindings: readonly RoleBinding[] = [
  bindRole('kube-system', 'extension-apiserver-authentication-reader', [
    user('system:kube-controller-manager'),
    user('system:kube-scheduler'),
  ]),
  bindRole('kube-system', 'system::leader-locking-kube-controller-manager', [user('system:kube-controller-manager')]),
  bindRole('kube-system', 'system::leader-locking-kube-scheduler', [user('system:kube-scheduler')]),
];
