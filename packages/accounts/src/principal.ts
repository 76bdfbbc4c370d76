import type { ClusterId } from '@kajitori/apimachinery';
import type { ApiKeyId, OrganizationId, ProjectId, UserId } from './ids.ts';
import { lowerOf, needsWholeOrganization, type Permission, permits, type Role } from './roles.ts';

/** A person who signed in: acts in every organization that they are a member of. */
export interface UserPrincipal {
  type: 'user';
  userId: UserId;
  name: string;
  email: string;
  sessionId: string;
}

/** What a key reaches: a whole organization, one of its projects, or one cluster. */
export type KeyScope =
  | { type: 'organization'; organizationId: OrganizationId }
  | { type: 'project'; organizationId: OrganizationId; projectId: ProjectId }
  | { type: 'cluster'; organizationId: OrganizationId; clusterId: ClusterId };

export interface KeyPrincipal {
  type: 'key';
  keyId: ApiKeyId;
  name: string;
  /** Already lowered to what the person that the key speaks for may do. */
  role: Role;
  scope: KeyScope;
  /** The person that it speaks for, if any. */
  user: { userId: UserId; name: string; email: string } | undefined;
  expiresAt: Date | undefined;
}

export type Principal = UserPrincipal | KeyPrincipal;

/** Something that a principal may or may not reach; the ids are known to belong together. */
export interface Place {
  organizationId: OrganizationId;
  projectId?: ProjectId;
  clusterId?: ClusterId;
}

/** Stable, for audit and for idempotency. */
export function principalId(principal: Principal): string {
  return principal.type === 'user' ? principal.userId : principal.keyId;
}

export function principalName(principal: Principal): string {
  return principal.type === 'user' ? principal.email : principal.name;
}

/** Whether the place lies inside the scope. A project's key reaches its clusters; nobody's key reaches upwards. */
export function covers(scope: KeyScope, place: Place): boolean {
  if (scope.organizationId !== place.organizationId) return false;
  switch (scope.type) {
    case 'organization':
      return true;
    case 'project':
      return scope.projectId === place.projectId;
    case 'cluster':
      return scope.clusterId === place.clusterId;
  }
}

/** May one who holds this role, limited to this scope (none: a person), do this at this place? */
export function allows(role: Role, scope: KeyScope | undefined, permission: Permission, place: Place): boolean {
  if (!permits(role, permission)) return false;
  if (scope === undefined) return true;
  if (scope.type !== 'organization' && needsWholeOrganization(permission)) return false;
  return covers(scope, place);
}

export function effectiveRole(keyRole: Role, memberRole: Role | undefined): Role {
  return memberRole === undefined ? keyRole : lowerOf(keyRole, memberRole);
}
