import type { ApiKey, AuditEntry, Invitation, Member, Organization, Project, SignedIn, User } from '@kajitori/accounts';
import { displayName, instant, roleForm, shortName, z } from './route-parts.ts';

/** People, organizations and keys as JSON: the form of each, and how accounts' values are shown in it. */
export const userForm = z.object({ id: z.string(), name: z.string(), email: z.string(), createdAt: instant }).openapi('User');
export const showUser = ({ id, name, email, createdAt }: User) => ({ id, name, email, createdAt: createdAt.toISOString() });

export const sessionForm = z
  .object({ token: z.string().openapi({ description: 'Send it as Authorization: Bearer TOKEN.' }), expiresAt: instant, user: userForm })
  .openapi('Session');
export const showSession = ({ token, expiresAt, user }: SignedIn) => ({ token, expiresAt: expiresAt.toISOString(), user: showUser(user) });

export const organizationForm = z.object({ id: z.string(), name: z.string(), createdAt: instant }).openapi('Organization');
export const newOrganizationForm = z.object({ name: displayName }).openapi('NewOrganization');
export const showOrganization = ({ id, name, createdAt }: Organization) => ({ id, name, createdAt: createdAt.toISOString() });

export const membershipForm = z.object({ organization: z.string(), organizationName: z.string(), role: roleForm }).openapi('Membership');

export const memberForm = z
  .object({ userId: z.string(), name: z.string(), email: z.string(), role: roleForm, createdAt: instant })
  .openapi('Member');
export const showMember = ({ createdAt, ...member }: Member) => ({ ...member, createdAt: createdAt.toISOString() });

export const invitationForm = z
  .object({ id: z.string(), email: z.string(), role: roleForm, createdAt: instant, expiresAt: instant })
  .openapi('Invitation');
export const newInvitationForm = z.object({ email: z.email().max(254), role: roleForm.default('member') }).openapi('NewInvitation');
export const showInvitation = ({ createdAt, expiresAt, ...invitation }: Invitation) => ({
  ...invitation,
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
});

export const projectForm = z.object({ id: z.string(), organization: z.string(), name: z.string(), createdAt: instant }).openapi('Project');
export const newProjectForm = z
  .object({ name: shortName, organization: z.string().optional().openapi({ description: 'Needed by members of several.' }) })
  .openapi('NewProject');
export const showProject = ({ id, organizationId, name, createdAt }: Project) => ({
  id,
  organization: organizationId,
  name,
  createdAt: createdAt.toISOString(),
});

export const apiKeyForm = z
  .object({
    id: z.string(),
    name: z.string(),
    role: roleForm,
    organization: z.string(),
    project: z.string().optional().openapi({ description: 'Set when the key reaches this project only.' }),
    cluster: z.string().optional().openapi({ description: 'Set when the key reaches this cluster only.' }),
    user: z.string().optional().openapi({ description: 'The person that the key speaks for.' }),
    hint: z.string().openapi({ description: 'The beginning of the key.' }),
    createdAt: instant,
    expiresAt: instant.optional(),
    lastUsedAt: instant.optional().openapi({ description: 'To the minute.' }),
  })
  .openapi('ApiKey');

export const newApiKeyForm = z
  .object({
    name: displayName,
    role: roleForm.default('member').openapi({ description: 'Not above your own.' }),
    organization: z.string().optional().openapi({ description: 'Needed by members of several.' }),
    project: z.string().optional().openapi({ description: 'Limits the key to this project.' }),
    cluster: z.string().optional().openapi({ description: 'Limits the key to this cluster.' }),
    expiresAt: instant.optional().openapi({ description: 'Without it the key lives until it is revoked.' }),
  })
  .refine(({ project, cluster }) => project === undefined || cluster === undefined, {
    path: ['cluster'],
    message: 'a key is limited to a project or to a cluster, not to both',
  })
  .openapi('NewApiKey');

export const issuedApiKeyForm = z
  .object({ key: apiKeyForm, token: z.string().openapi({ description: 'Shown this once.' }) })
  .openapi('IssuedApiKey');

export function showApiKey({ id, name, role, scope, userId, hint, createdAt, expiresAt, lastUsedAt }: ApiKey) {
  return {
    id,
    name,
    role,
    organization: scope.organizationId,
    ...(scope.type === 'project' ? { project: scope.projectId } : {}),
    ...(scope.type === 'cluster' ? { cluster: scope.clusterId } : {}),
    ...(userId === undefined ? {} : { user: userId }),
    hint,
    createdAt: createdAt.toISOString(),
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt: lastUsedAt.toISOString() }),
  };
}

export const auditEntryForm = z
  .object({
    id: z.int(),
    at: instant,
    actor: z.string(),
    actorName: z.string(),
    action: z.string().openapi({ example: 'clusters.create' }),
    targetId: z.string(),
    targetName: z.string(),
    details: z.record(z.string(), z.unknown()),
    requestId: z.string(),
  })
  .openapi('AuditEntry');
export const showAuditEntry = ({ id, at, actor, actorName, action, targetId, targetName, details, requestId }: AuditEntry) => ({
  id,
  at: at.toISOString(),
  actor,
  actorName,
  action,
  targetId,
  targetName,
  details,
  requestId,
});
