import type { OpenAPIHono } from '@hono/zod-openapi';
import { type ApiKey, type ApiKeyId, atLeast, covers, type KeyScope, type Place, type Role } from '@kajitori/accounts';
import type { Context } from 'hono';
import { nothingHere, type OrganizationReach, reachChosenOrganization, reachCluster, reachForList, reachProject } from '../access.ts';
import type { Caller, ManagementEnvironment } from '../environment.ts';
import { apiKeyForm, issuedApiKeyForm, newApiKeyForm, showApiKey } from '../forms/account-forms.ts';
import {
  body,
  createRoute,
  idempotent,
  json,
  needs,
  nothing,
  pageForm,
  pageQuery,
  pathIds,
  problems,
  shownPage,
  z,
} from '../forms/route-parts.ts';
import { ProblemError } from '../problem.ts';

const tags = ['API keys'];
const params = pathIds('key');

const list = createRoute({
  ...needs('keys:read'),
  method: 'get',
  path: '/v1/keys',
  operationId: 'listApiKeys',
  tags,
  summary: 'List API keys',
  description: 'Live keys of one organization, those of kubeconfigs too.',
  request: { query: pageQuery.extend({ organization: z.string().optional() }) },
  responses: { 200: json(pageForm(apiKeyForm), 'Keys.'), ...problems('unauthenticated', 'forbidden', 'not-found', 'invalid') },
});

const create = createRoute({
  ...needs('keys:manage'),
  method: 'post',
  path: '/v1/keys',
  operationId: 'createApiKey',
  tags,
  summary: 'Create an API key',
  description: 'It reaches no further than you do, and its role is not above yours. The token is shown this once.',
  request: { ...body(newApiKeyForm), ...idempotent },
  responses: {
    201: json(issuedApiKeyForm, 'Created.'),
    ...problems('malformed', 'unauthenticated', 'forbidden', 'not-found', 'conflict', 'invalid', 'limit'),
  },
});

const get = createRoute({
  ...needs('keys:read'),
  method: 'get',
  path: '/v1/keys/{key}',
  operationId: 'getApiKey',
  tags,
  summary: 'Get an API key',
  request: { params, query: z.object({ organization: z.string().optional() }) },
  responses: { 200: json(apiKeyForm, 'The key, without its token.'), ...problems('unauthenticated', 'forbidden', 'not-found', 'invalid') },
});

const revoke = createRoute({
  ...needs('keys:manage'),
  method: 'delete',
  path: '/v1/keys/{key}',
  operationId: 'revokeApiKey',
  tags,
  summary: 'Revoke an API key',
  description: 'It is refused everywhere within two seconds. Your own keys, and those of roles up to yours.',
  request: { params, query: z.object({ organization: z.string().optional() }) },
  responses: { 204: nothing, ...problems('unauthenticated', 'forbidden', 'not-found', 'invalid') },
});

type ManagementContext = Context<ManagementEnvironment>;

export function apiKeyRoutes(app: OpenAPIHono<ManagementEnvironment>): void {
  app.openapi(list, async (c) => {
    const { organization, ...query } = c.req.valid('query');
    const { organizationId, only } = await reachForList(c, organization, 'keys:read');
    return c.json(shownPage(await c.get('dependencies').accounts.keys.list(organizationId, { ...query, ...only }), showApiKey), 200);
  });

  app.openapi(create, async (c) => {
    const { name, role, expiresAt, ...wanted } = c.req.valid('json');
    const { reach, scope } = await reachScope(c, wanted);
    refuseStronger(reach.caller, reach.role, role);
    const ends = endOf(reach.caller, expiresAt);
    const issued = await c.get('dependencies').accounts.keys.create(reach.caller.actor, { name, role, scope, expiresAt: ends });
    return c.json({ key: showApiKey(issued.key), token: issued.token }, 201);
  });

  app.openapi(get, async (c) => {
    const { key } = await reachKey(c, 'keys:read');
    return c.json(showApiKey(key), 200);
  });

  app.openapi(revoke, async (c) => {
    const { accounts } = c.get('dependencies');
    const { key, reach } = await reachKey(c, 'keys:manage');
    const { principal } = reach.caller;
    const own = principal.type === 'user' ? key.userId === principal.userId : key.id === principal.keyId;
    if (!own && !atLeast(reach.role, key.role)) throw tooStrong(reach.role, key.role);
    await accounts.keys.revoke(reach.caller.actor, reach.organizationId, key.id);
    accounts.authentication.forgetKeys();
    return c.body(null, 204);
  });
}

/** The scope of a new key, which the caller must reach themselves. */
async function reachScope(
  c: ManagementContext,
  { organization, project, cluster }: { organization?: string; project?: string; cluster?: string },
): Promise<{ reach: OrganizationReach; scope: KeyScope }> {
  if (cluster !== undefined) {
    const reach = await reachCluster(c, cluster, 'keys:manage');
    return { reach, scope: { type: 'cluster', organizationId: reach.organizationId, clusterId: reach.cluster.id } };
  }
  if (project !== undefined) {
    const reach = await reachProject(c, project, 'keys:manage');
    return { reach, scope: { type: 'project', organizationId: reach.organizationId, projectId: reach.project.id } };
  }
  const reach = await reachChosenOrganization(c, organization, 'keys:manage');
  return { reach, scope: { type: 'organization', organizationId: reach.organizationId } };
}

async function reachKey(c: ManagementContext, permission: 'keys:read' | 'keys:manage'): Promise<{ key: ApiKey; reach: OrganizationReach }> {
  const id = c.req.param('key') ?? '';
  const reach = await reachForList(c, c.req.query('organization'), permission);
  const key = await c.get('dependencies').accounts.keys.get(reach.organizationId, id as ApiKeyId);
  const { principal } = reach.caller;
  if (key === undefined || key.revokedAt !== undefined) throw nothingHere('API key', id);
  if (principal.type === 'key' && !covers(principal.scope, placeOf(key.scope))) throw nothingHere('API key', id);
  return { key, reach };
}

const placeOf = (scope: KeyScope): Place => scope;

function refuseStronger({ principal }: Caller, own: Role, wanted: Role): void {
  // A leaked key of one cluster must not be able to outlive its own revocation.
  if (principal.type === 'key' && principal.scope.type === 'cluster') {
    throw new ProblemError('forbidden', 'a key of one cluster makes no keys', 'Use a key of the project or organization, or sign in.');
  }
  if (!atLeast(own, wanted)) throw tooStrong(own, wanted);
}

function tooStrong(own: Role, other: Role): ProblemError {
  const message = `the role ${own} may not handle keys of the role ${other}`;
  return new ProblemError('forbidden', message, `Choose ${own} or less, or ask one who is ${other}.`, {
    errors: [{ field: 'role', message }],
  });
}

/** What a key makes ends with it at the latest. */
export function endOf({ principal }: Caller, wanted: string | undefined): Date | undefined {
  const end = wanted === undefined ? undefined : new Date(wanted);
  if (end !== undefined && end.getTime() <= Date.now()) {
    const message = 'expiresAt is in the past';
    throw new ProblemError('invalid', message, 'Give a time to come.', { errors: [{ field: 'expiresAt', message }] });
  }
  const limit = principal.type === 'key' ? principal.expiresAt : undefined;
  if (limit === undefined) return end;
  return end === undefined || end > limit ? limit : end;
}
