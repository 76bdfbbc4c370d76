import type { ClusterRecord } from '../clusters/clusters.ts';
import { allows, type Principal } from '../principal.ts';
import type { Role } from '../roles.ts';

/** Who a principal is to the Kubernetes API of a cluster: the authenticator's `UserInfo`. */
export interface KubernetesIdentity {
  name: string;
  uid: string;
  groups: readonly string[];
  extra: Readonly<Record<string, readonly string[]>>;
}

/**
 * What a role is in a cluster. `kajitori:members` and `kajitori:viewers` are bound to the default roles edit and
 * view by what every cluster has, so that a tenant sees those bindings and may widen them.
 */
const groupOfRole: Record<Role, string> = {
  owner: 'system:masters',
  admin: 'system:masters',
  member: 'kajitori:members',
  viewer: 'kajitori:viewers',
};

/** Undefined when the principal, with this role in the cluster's organization, does not reach the cluster. */
export function kubernetesIdentityOf(principal: Principal, role: Role | undefined, cluster: ClusterRecord): KubernetesIdentity | undefined {
  if (role === undefined || cluster.deletionRequestedAt !== undefined) return undefined;
  const place = { organizationId: cluster.organizationId, projectId: cluster.projectId, clusterId: cluster.id };
  const scope = principal.type === 'key' ? principal.scope : undefined;
  if (!allows(role, scope, 'clusters:connect', place)) return undefined;
  const groups = [groupOfRole[role], 'system:authenticated'];
  if (principal.type === 'user') return { name: principal.email, uid: principal.userId, groups, extra: {} };
  const extra = { 'kajitori.dev/api-key': [principal.keyId] };
  if (principal.user !== undefined) return { name: principal.user.email, uid: principal.user.userId, groups, extra };
  return { name: `kajitori:key:${principal.keyId}`, uid: principal.keyId, groups, extra };
}
