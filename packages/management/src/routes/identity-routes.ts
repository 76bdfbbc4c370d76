import type { OpenAPIHono } from '@hono/zod-openapi';
import { type Origin, passwordLength, systemActor } from '@kajitori/accounts';
import type { Context } from 'hono';
import { clientAddress } from '../client-address.ts';
import type { ManagementEnvironment } from '../environment.ts';
import {
  membershipForm,
  organizationForm,
  projectForm,
  sessionForm,
  showOrganization,
  showProject,
  showSession,
} from '../forms/account-forms.ts';
import { body, createRoute, displayName, json, needs, nothing, open, problems, roleForm, z } from '../forms/route-parts.ts';
import { ProblemError } from '../problem.ts';

const tags = ['Identity'];
const email = z.email().max(254);
const password = z.string().min(passwordLength.min).max(passwordLength.max);

const signUp = createRoute({
  ...open,
  method: 'post',
  path: '/v1/auth/sign-up',
  operationId: 'signUp',
  tags,
  summary: 'Sign up',
  description: 'Makes an account, an organization that it owns, and a first project, and signs in.',
  request: body(
    z
      .object({
        name: displayName,
        email,
        password,
        organization: displayName.optional().openapi({ description: 'Name of the organization.' }),
      })
      .openapi('SignUp'),
  ),
  responses: {
    201: json(
      z.object({ session: sessionForm, organization: organizationForm, project: projectForm }).openapi('SignedUp'),
      'Signed up and in.',
    ),
    ...problems('malformed', 'conflict', 'invalid', 'too-many-requests'),
  },
});

const signIn = createRoute({
  ...open,
  method: 'post',
  path: '/v1/auth/sign-in',
  operationId: 'signIn',
  tags,
  summary: 'Sign in',
  request: body(z.object({ email, password: z.string().max(passwordLength.max) }).openapi('SignIn')),
  responses: { 200: json(sessionForm, 'Signed in.'), ...problems('malformed', 'unauthenticated', 'invalid', 'too-many-requests') },
});

const signOut = createRoute({
  ...needs('signed-in'),
  method: 'post',
  path: '/v1/auth/sign-out',
  operationId: 'signOut',
  tags,
  summary: 'Sign out',
  description: 'Ends this session. An API key is not ended by this: revoke it.',
  responses: { 204: nothing, ...problems('unauthenticated') },
});

const meForm = z
  .object({
    type: z.enum(['user', 'key']),
    id: z.string(),
    name: z.string(),
    email: z.string().optional(),
    key: z
      .object({
        role: roleForm,
        organization: z.string(),
        project: z.string().optional(),
        cluster: z.string().optional(),
        expiresAt: z.string().optional(),
      })
      .optional()
      .openapi({ description: 'What the key reaches, when a key asks.' }),
    organizations: z.array(membershipForm),
  })
  .openapi('Me');

const me = createRoute({
  ...needs('signed-in'),
  method: 'get',
  path: '/v1/me',
  operationId: 'whoAmI',
  tags,
  summary: 'Who am I?',
  responses: { 200: json(meForm, 'The caller.'), ...problems('unauthenticated') },
});

const acceptInvitation = createRoute({
  ...needs('signed-in'),
  method: 'post',
  path: '/v1/invitations/accept',
  operationId: 'acceptInvitation',
  tags,
  summary: 'Accept an invitation',
  description: 'Signed in with the address that was invited.',
  request: body(z.object({ token: z.string().min(1).max(100) }).openapi('InvitationToken')),
  responses: {
    200: json(membershipForm, 'You are a member.'),
    ...problems('malformed', 'unauthenticated', 'forbidden', 'not-found', 'invalid'),
  },
});

function originOf(c: Context<ManagementEnvironment>): Origin {
  return { address: clientAddress(c), userAgent: (c.req.header('user-agent') ?? '').slice(0, 255) };
}

export function identityRoutes(app: OpenAPIHono<ManagementEnvironment>): void {
  app.openapi(signUp, async (c) => {
    const { accounts } = c.get('dependencies');
    const { organization: wanted, ...person } = c.req.valid('json');
    const session = await accounts.identity.signUp(person, originOf(c));
    const actor = { ...systemActor(c.get('requestId')), id: session.user.id, name: session.user.email };
    const name = wanted ?? `${person.name}’s organization`.slice(0, 100);
    const { organization, project } = await accounts.organizations.create(actor, { name, owner: session.user.id });
    return c.json({ session: showSession(session), organization: showOrganization(organization), project: showProject(project) }, 201);
  });

  app.openapi(signIn, async (c) => {
    const session = await c.get('dependencies').accounts.identity.signIn(c.req.valid('json'), originOf(c));
    return c.json(showSession(session), 200);
  });

  app.openapi(signOut, async (c) => {
    const { principal, token } = c.get('caller');
    if (principal.type === 'user') await c.get('dependencies').accounts.identity.signOut(token);
    return c.body(null, 204);
  });

  app.openapi(me, async (c) => c.json(await describeCaller(c), 200));

  app.openapi(acceptInvitation, async (c) => {
    const { accounts } = c.get('dependencies');
    const { actor } = c.get('caller');
    const person = personOf(c);
    const { organizationId, role } = await accounts.members.accept(actor, person, c.req.valid('json').token);
    accounts.authentication.forgetMemberships(person.userId);
    const organization = await accounts.organizations.get(organizationId);
    return c.json({ organization: organizationId, organizationName: organization?.name ?? '', role }, 200);
  });
}

function personOf(c: Context<ManagementEnvironment>) {
  const { principal } = c.get('caller');
  if (principal.type === 'user') return principal;
  throw new ProblemError('forbidden', 'a key is no person', 'Sign in with your e-mail address and password.');
}

async function describeCaller(c: Context<ManagementEnvironment>): Promise<z.infer<typeof meForm>> {
  const { accounts } = c.get('dependencies');
  const { principal } = c.get('caller');
  if (principal.type === 'user') {
    const memberships = await accounts.authentication.memberships(principal.userId);
    const organizations = memberships.map(({ organizationId, organizationName, role }) => ({
      organization: organizationId,
      organizationName,
      role,
    }));
    return { type: 'user', id: principal.userId, name: principal.name, email: principal.email, organizations };
  }
  const { keyId, name, role, scope, user, expiresAt } = principal;
  const organization = await accounts.organizations.get(scope.organizationId);
  return {
    type: 'key',
    id: keyId,
    name,
    ...(user === undefined ? {} : { email: user.email }),
    key: {
      role,
      organization: scope.organizationId,
      ...(scope.type === 'project' ? { project: scope.projectId } : {}),
      ...(scope.type === 'cluster' ? { cluster: scope.clusterId } : {}),
      ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
    },
    organizations: [{ organization: scope.organizationId, organizationName: organization?.name ?? '', role }],
  };
}
