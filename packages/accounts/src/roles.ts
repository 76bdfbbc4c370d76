/**
 * Who may do what to an account. Pure. A role is held in one organization, and the permissions of a lower one are
 * contained in the higher's.
 */
export const roles = ['viewer', 'member', 'admin', 'owner'] as const;
export type Role = (typeof roles)[number];

/** The lowest role that may. */
const lowestRole = {
  'organization:read': 'viewer',
  'organization:update': 'admin',
  'organization:delete': 'owner',
  'members:read': 'viewer',
  'members:manage': 'admin',
  'audit:read': 'admin',
  'usage:read': 'viewer',
  'projects:read': 'viewer',
  'projects:manage': 'admin',
  'keys:read': 'member',
  'keys:manage': 'member',
  'clusters:read': 'viewer',
  'clusters:create': 'member',
  'clusters:delete': 'admin',
  'clusters:connect': 'viewer',
  'clusters:audit': 'admin',
  'clusters:keys': 'admin',
  'nodes:read': 'viewer',
  'nodes:manage': 'member',
} as const satisfies Record<string, Role>;

export type Permission = keyof typeof lowestRole;
export const permissions = Object.keys(lowestRole) as Permission[];

/** Permissions that only mean something to a whole organization: a key of one project or cluster never has them. */
const organizationWide: ReadonlySet<Permission> = new Set<Permission>([
  'organization:update',
  'organization:delete',
  'members:manage',
  'members:read',
  'audit:read',
]);

export function atLeast(role: Role, wanted: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(wanted);
}

export function lowerOf(one: Role, other: Role): Role {
  return atLeast(one, other) ? other : one;
}

export function permits(role: Role, permission: Permission): boolean {
  return atLeast(role, lowestRole[permission]);
}

export function roleFor(permission: Permission): Role {
  return lowestRole[permission];
}

export function needsWholeOrganization(permission: Permission): boolean {
  return organizationWide.has(permission);
}
