import { randomUUID } from 'node:crypto';
import {
  type Actor,
  allows,
  type ClusterRecord,
  type OrganizationId,
  type Permission,
  type Place,
  type Principal,
  principalId,
  principalName,
  type Project,
  type ProjectId,
  type Role,
  roleFor,
} from '@kajitori/accounts';
import type { ClusterId } from '@kajitori/apimachinery';
import type { Context, MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { Caller, ManagementEnvironment } from './environment.ts';
import { ProblemError } from './problem.ts';

/**
 * Who calls, and whether they may. Invariant: what a caller does not reach and what does not exist are answered alike,
 * so that nothing of a tenant can be guessed; only inside the own reach does a refusal say that a role is missing.
 */
type ManagementContext = Context<ManagementEnvironment>;

const requestIdForm = /^[A-Za-z0-9._-]{8,64}$/;
const maxIdempotencyKeyLength = 255;
const maxTokenLength = 512;

/** Gives every request an id: the caller's, when it has the form of one. */
export const withRequestId: MiddlewareHandler<ManagementEnvironment> = createMiddleware<ManagementEnvironment>(async (c, next) => {
  const given = c.req.header('x-request-id');
  const requestId = given !== undefined && requestIdForm.test(given) ? given : randomUUID();
  c.set('requestId', requestId);
  c.header('x-request-id', requestId);
  await next();
});

/** Refuses whoever is not known. */
export const signedIn: MiddlewareHandler<ManagementEnvironment> = createMiddleware<ManagementEnvironment>(async (c, next) => {
  const token = /^bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
  const { accounts } = c.get('dependencies');
  const principal = token === undefined || token.length > maxTokenLength ? undefined : await accounts.authentication.authenticate(token);
  if (token === undefined || principal === undefined) throw notSignedIn(token !== undefined);
  c.set('caller', { principal, token, actor: await actorOf(c, principal) });
  await next();
});

function notSignedIn(hadToken: boolean): ProblemError {
  return hadToken
    ? new ProblemError('unauthenticated', 'the API key or session is not known, expired or revoked', 'Sign in again: kaji login.')
    : new ProblemError(
        'unauthenticated',
        'this needs an API key or a session',
        'Send it as Authorization: Bearer TOKEN; kaji login gets one.',
      );
}

async function actorOf(c: ManagementContext, principal: Principal): Promise<Actor> {
  const actor = { id: principalId(principal), name: principalName(principal), requestId: c.get('requestId') };
  const key = c.req.header('idempotency-key');
  if (key === undefined || c.req.method !== 'POST') return actor;
  if (key === '' || key.length > maxIdempotencyKeyLength) {
    const message = `an Idempotency-Key has 1 to ${maxIdempotencyKeyLength} characters`;
    throw new ProblemError('invalid', message, 'A random UUID is a good one.', { errors: [{ field: 'Idempotency-Key', message }] });
  }
  return { ...actor, idempotency: { key, request: `POST ${c.req.path}\n${await c.req.text()}` } };
}

export interface OrganizationReach {
  caller: Caller;
  organizationId: OrganizationId;
  role: Role;
}

export interface ProjectReach extends OrganizationReach {
  project: Project;
}

export interface ClusterReach extends OrganizationReach {
  cluster: ClusterRecord;
}

/** @throws ProblemError `not-found` outside the caller's reach, `forbidden` inside it when a role or scope is missing. */
export async function reachOrganization(c: ManagementContext, id: string, permission: Permission): Promise<OrganizationReach> {
  const caller = c.get('caller');
  const organizationId = id as OrganizationId;
  const role = await c.get('dependencies').accounts.authentication.roleIn(caller.principal, organizationId);
  if (role === undefined) throw nothingHere('organization', id);
  demand(caller, role, permission, { organizationId });
  return { caller, organizationId, role };
}

/** The same for a caller who need not say which organization, because there is only one. */
export async function reachChosenOrganization(
  c: ManagementContext,
  given: string | undefined,
  permission: Permission,
): Promise<OrganizationReach> {
  if (given !== undefined) return reachOrganization(c, given, permission);
  const { principal } = c.get('caller');
  if (principal.type === 'key') return reachOrganization(c, principal.scope.organizationId, permission);
  const memberships = await c.get('dependencies').accounts.authentication.memberships(principal.userId);
  const [only, another] = memberships;
  if (only !== undefined && another === undefined) return reachOrganization(c, only.organizationId, permission);
  const message = only === undefined ? 'you are a member of no organization' : 'you are a member of several organizations';
  const remedy = only === undefined ? 'Create one, or accept an invitation.' : 'Say which one: give its id as organization.';
  throw new ProblemError('invalid', message, remedy, { errors: [{ field: 'organization', message }] });
}

/** Lists that a narrower key may see in part: such a key needs the permission where it reaches, not in the whole organization. */
export async function reachForList(
  c: ManagementContext,
  given: string | undefined,
  permission: Permission,
): Promise<OrganizationReach & { only: { projectId?: ProjectId; clusterId?: ClusterId } }> {
  const caller = c.get('caller');
  const { principal } = caller;
  if (principal.type !== 'key' || principal.scope.type === 'organization')
    return { ...(await reachChosenOrganization(c, given, permission)), only: {} };
  const { scope, role } = principal;
  if (given !== undefined && given !== scope.organizationId) throw nothingHere('organization', given);
  demand(caller, role, permission, scope);
  const only = scope.type === 'project' ? { projectId: scope.projectId } : { clusterId: scope.clusterId };
  return { caller, organizationId: scope.organizationId, role, only };
}

export async function reachProject(c: ManagementContext, id: string, permission: Permission): Promise<ProjectReach> {
  const caller = c.get('caller');
  const { accounts } = c.get('dependencies');
  const projectId = id as ProjectId;
  const organizationId = await accounts.organizations.organizationOfProject(projectId);
  const role = organizationId && (await accounts.authentication.roleIn(caller.principal, organizationId));
  if (organizationId === undefined || role === undefined || !reads(caller, role, 'projects:read', { organizationId, projectId }))
    throw nothingHere('project', id);
  demand(caller, role, permission, { organizationId, projectId });
  const project = await accounts.organizations.getProject(organizationId, projectId);
  if (project === undefined) throw nothingHere('project', id);
  return { caller, organizationId, role, project };
}

export async function reachCluster(c: ManagementContext, id: string, permission: Permission): Promise<ClusterReach> {
  const caller = c.get('caller');
  const { accounts } = c.get('dependencies');
  const cluster = await accounts.clusters.find({ id: id as ClusterId });
  const role = cluster && (await accounts.authentication.roleIn(caller.principal, cluster.organizationId));
  if (cluster === undefined || role === undefined) throw nothingHere('cluster', id);
  const { organizationId, projectId } = cluster;
  const place = { organizationId, projectId, clusterId: cluster.id };
  if (!reads(caller, role, 'clusters:read', place)) throw nothingHere('cluster', id);
  demand(caller, role, permission, place);
  return { caller, organizationId, role, cluster };
}

export function nothingHere(what: string, id: string): ProblemError {
  return new ProblemError('not-found', `there is no ${what} ${JSON.stringify(id)}`, `Check the id; lists show what you can reach.`);
}

function scopeOf({ principal }: Caller) {
  return principal.type === 'key' ? principal.scope : undefined;
}

function reads(caller: Caller, role: Role, permission: Permission, place: Place): boolean {
  return allows(role, scopeOf(caller), permission, place);
}

function demand(caller: Caller, role: Role, permission: Permission, place: Place): void {
  if (allows(role, scopeOf(caller), permission, place)) return;
  if (allows(role, undefined, permission, place)) {
    throw new ProblemError(
      'forbidden',
      `this key does not reach far enough for ${permission}`,
      'Use a key of the organization, or sign in.',
    );
  }
  const needed = roleFor(permission);
  throw new ProblemError(
    'forbidden',
    `the role ${role} may not do this`,
    `It needs the role ${needed}: ask an owner or admin of the organization.`,
  );
}
