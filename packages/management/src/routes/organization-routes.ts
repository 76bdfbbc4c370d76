import type { OpenAPIHono } from '@hono/zod-openapi';
import type { InvitationId, UserId } from '@kajitori/accounts';
import { reachOrganization } from '../access.ts';
import type { ManagementEnvironment } from '../environment.ts';
import {
  auditEntryForm,
  invitationForm,
  memberForm,
  newInvitationForm,
  newOrganizationForm,
  organizationForm,
  showAuditEntry,
  showInvitation,
  showMember,
  showOrganization,
} from '../forms/account-forms.ts';
import {
  body,
  createRoute,
  idempotent,
  pathIds,
  json,
  needs,
  nothing,
  pageForm,
  pageQuery,
  problems,
  roleForm,
  shownPage,
  z,
} from '../forms/route-parts.ts';
import { ProblemError } from '../problem.ts';

const tags = ['Organizations'];
const params = pathIds('organization');
const memberParams = pathIds('organization', 'user');
const invitationParams = pathIds('organization', 'invitation');
const path = '/v1/organizations/{organization}';

const list = createRoute({
  ...needs('signed-in'),
  method: 'get',
  path: '/v1/organizations',
  operationId: 'listOrganizations',
  tags,
  summary: 'List your organizations',
  responses: {
    200: json(pageForm(organizationForm.extend({ role: roleForm })), 'Those that you are a member of.'),
    ...problems('unauthenticated'),
  },
});

const create = createRoute({
  ...needs('signed-in'),
  method: 'post',
  path: '/v1/organizations',
  operationId: 'createOrganization',
  tags,
  summary: 'Create an organization',
  description: 'You become its owner; it begins with a project named default. Keys cannot do this.',
  request: { ...body(newOrganizationForm), ...idempotent },
  responses: { 201: json(organizationForm, 'Created.'), ...problems('malformed', 'unauthenticated', 'forbidden', 'invalid') },
});

const get = createRoute({
  ...needs('organization:read'),
  method: 'get',
  path,
  operationId: 'getOrganization',
  tags,
  summary: 'Get an organization',
  request: { params },
  responses: { 200: json(organizationForm, 'The organization.'), ...problems('unauthenticated', 'forbidden', 'not-found') },
});

const rename = createRoute({
  ...needs('organization:update'),
  method: 'patch',
  path,
  operationId: 'renameOrganization',
  tags,
  summary: 'Rename an organization',
  request: { params, ...body(newOrganizationForm) },
  responses: { 200: json(organizationForm, 'Renamed.'), ...problems('malformed', 'unauthenticated', 'forbidden', 'not-found', 'invalid') },
});

const remove = createRoute({
  ...needs('organization:delete'),
  method: 'delete',
  path,
  operationId: 'deleteOrganization',
  tags,
  summary: 'Delete an organization',
  description: 'It must have no clusters. Its keys end with it.',
  request: { params },
  responses: { 204: nothing, ...problems('unauthenticated', 'forbidden', 'not-found', 'conflict') },
});

const listMembers = createRoute({
  ...needs('members:read'),
  method: 'get',
  path: `${path}/members`,
  operationId: 'listMembers',
  tags,
  summary: 'List members',
  request: { params },
  responses: { 200: json(pageForm(memberForm), 'All members.'), ...problems('unauthenticated', 'forbidden', 'not-found') },
});

const changeMember = createRoute({
  ...needs('members:manage'),
  method: 'patch',
  path: `${path}/members/{user}`,
  operationId: 'changeMember',
  tags,
  summary: 'Change a member’s role',
  request: { params: memberParams, ...body(z.object({ role: roleForm }).openapi('MemberChange')) },
  responses: { 204: nothing, ...problems('malformed', 'unauthenticated', 'forbidden', 'not-found', 'conflict', 'invalid') },
});

const removeMember = createRoute({
  ...needs('members:manage'),
  method: 'delete',
  path: `${path}/members/{user}`,
  operationId: 'removeMember',
  tags,
  summary: 'Remove a member',
  description: 'Keys and kubeconfigs that speak for this person in the organization end within two seconds.',
  request: { params: memberParams },
  responses: { 204: nothing, ...problems('unauthenticated', 'forbidden', 'not-found', 'conflict') },
});

const listInvitations = createRoute({
  ...needs('members:manage'),
  method: 'get',
  path: `${path}/invitations`,
  operationId: 'listInvitations',
  tags,
  summary: 'List open invitations',
  request: { params },
  responses: {
    200: json(pageForm(invitationForm), 'Those that can still be accepted.'),
    ...problems('unauthenticated', 'forbidden', 'not-found'),
  },
});

const invite = createRoute({
  ...needs('members:manage'),
  method: 'post',
  path: `${path}/invitations`,
  operationId: 'createInvitation',
  tags,
  summary: 'Invite somebody',
  description: 'Pass the token on: who signs in with that address and accepts it becomes a member.',
  request: { params, ...body(newInvitationForm), ...idempotent },
  responses: {
    201: json(z.object({ invitation: invitationForm, token: z.string() }).openapi('IssuedInvitation'), 'Invited.'),
    ...problems('malformed', 'unauthenticated', 'forbidden', 'not-found', 'invalid', 'limit'),
  },
});

const revokeInvitation = createRoute({
  ...needs('members:manage'),
  method: 'delete',
  path: `${path}/invitations/{invitation}`,
  operationId: 'revokeInvitation',
  tags,
  summary: 'Revoke an invitation',
  request: { params: invitationParams },
  responses: { 204: nothing, ...problems('unauthenticated', 'forbidden', 'not-found') },
});

const listAudit = createRoute({
  ...needs('audit:read'),
  method: 'get',
  path: `${path}/audit`,
  operationId: 'listAuditEntries',
  tags,
  summary: 'Read the audit trail',
  description: 'What was done to the account, newest first.',
  request: { params, query: pageQuery },
  responses: { 200: json(pageForm(auditEntryForm), 'Entries.'), ...problems('unauthenticated', 'forbidden', 'not-found', 'invalid') },
});

export function organizationRoutes(app: OpenAPIHono<ManagementEnvironment>): void {
  app.openapi(list, async (c) => {
    const { accounts } = c.get('dependencies');
    const { principal } = c.get('caller');
    const held =
      principal.type === 'user'
        ? await accounts.authentication.memberships(principal.userId)
        : [{ organizationId: principal.scope.organizationId, role: principal.role }];
    const found = await Promise.all(
      held.map(async ({ organizationId, role }) => {
        const organization = await accounts.organizations.get(organizationId);
        return organization === undefined ? [] : [Object.assign(showOrganization(organization), { role })];
      }),
    );
    return c.json({ items: found.flat() }, 200);
  });

  app.openapi(create, async (c) => {
    const { accounts } = c.get('dependencies');
    const { principal, actor } = c.get('caller');
    if (principal.type === 'key')
      throw new ProblemError('forbidden', 'a key cannot own an organization', 'Sign in with your e-mail address and password.');
    const { organization } = await accounts.organizations.create(actor, { name: c.req.valid('json').name, owner: principal.userId });
    accounts.authentication.forgetMemberships(principal.userId);
    return c.json(showOrganization(organization), 201);
  });

  app.openapi(get, async (c) => {
    const { organization: id } = c.req.valid('param');
    const { organizationId } = await reachOrganization(c, id, 'organization:read');
    const organization = await c.get('dependencies').accounts.organizations.get(organizationId);
    if (organization === undefined) throw new ProblemError('not-found', 'the organization was deleted', 'Use another one.');
    return c.json(showOrganization(organization), 200);
  });

  app.openapi(rename, async (c) => {
    const { caller, organizationId } = await reachOrganization(c, c.req.valid('param').organization, 'organization:update');
    const renamed = await c.get('dependencies').accounts.organizations.rename(caller.actor, organizationId, c.req.valid('json').name);
    return c.json(showOrganization(renamed), 200);
  });

  app.openapi(remove, async (c) => {
    const { accounts } = c.get('dependencies');
    const { caller, organizationId } = await reachOrganization(c, c.req.valid('param').organization, 'organization:delete');
    await accounts.organizations.delete(caller.actor, organizationId);
    accounts.authentication.forgetKeys();
    if (caller.principal.type === 'user') accounts.authentication.forgetMemberships(caller.principal.userId);
    return c.body(null, 204);
  });

  memberRoutes(app);

  app.openapi(listAudit, async (c) => {
    const { organizationId } = await reachOrganization(c, c.req.valid('param').organization, 'audit:read');
    return c.json(shownPage(await c.get('dependencies').accounts.audit.list(organizationId, c.req.valid('query')), showAuditEntry), 200);
  });
}

function memberRoutes(app: OpenAPIHono<ManagementEnvironment>): void {
  app.openapi(listMembers, async (c) => {
    const { organizationId } = await reachOrganization(c, c.req.valid('param').organization, 'members:read');
    const members = await c.get('dependencies').accounts.members.list(organizationId);
    return c.json({ items: members.map(showMember) }, 200);
  });

  app.openapi(changeMember, async (c) => {
    const { accounts } = c.get('dependencies');
    const { organization, user } = c.req.valid('param');
    const { caller, organizationId, role } = await reachOrganization(c, organization, 'members:manage');
    await accounts.members.changeRole(caller.actor, role, organizationId, user as UserId, c.req.valid('json').role);
    accounts.authentication.forgetMemberships(user as UserId);
    accounts.authentication.forgetKeys();
    return c.body(null, 204);
  });

  app.openapi(removeMember, async (c) => {
    const { accounts } = c.get('dependencies');
    const { organization, user } = c.req.valid('param');
    const { caller, organizationId, role } = await reachOrganization(c, organization, 'members:manage');
    await accounts.members.remove(caller.actor, role, organizationId, user as UserId);
    accounts.authentication.forgetMemberships(user as UserId);
    accounts.authentication.forgetKeys();
    return c.body(null, 204);
  });

  app.openapi(listInvitations, async (c) => {
    const { organizationId } = await reachOrganization(c, c.req.valid('param').organization, 'members:manage');
    const invitations = await c.get('dependencies').accounts.members.invitations(organizationId);
    return c.json({ items: invitations.map(showInvitation) }, 200);
  });

  app.openapi(invite, async (c) => {
    const { caller, organizationId, role } = await reachOrganization(c, c.req.valid('param').organization, 'members:manage');
    const { invitation, token } = await c
      .get('dependencies')
      .accounts.members.invite(caller.actor, role, organizationId, c.req.valid('json'));
    return c.json({ invitation: showInvitation(invitation), token }, 201);
  });

  app.openapi(revokeInvitation, async (c) => {
    const { organization, invitation } = c.req.valid('param');
    const { caller, organizationId } = await reachOrganization(c, organization, 'members:manage');
    await c.get('dependencies').accounts.members.revokeInvitation(caller.actor, organizationId, invitation as InvitationId);
    return c.body(null, 204);
  });
}
