import type { OpenAPIHono } from '@hono/zod-openapi';
import { covers, type OrganizationId, type ProjectId } from '@kajitori/accounts';
import type { Context } from 'hono';
import { type OrganizationReach, reachChosenOrganization, reachCluster, reachForList, reachProject } from '../access.ts';
import type { ManagementEnvironment } from '../environment.ts';
import {
  clusterForm,
  clusterLimitForm,
  kubeconfigForm,
  kubeconfigRequestForm,
  newClusterForm,
  showCluster,
} from '../forms/cluster-forms.ts';
import {
  body,
  createRoute,
  idempotent,
  json,
  needs,
  pageForm,
  pageQuery,
  pathIds,
  problems,
  shortName,
  shownPage,
  z,
} from '../forms/route-parts.ts';
import { nothingHere } from '../access.ts';
import { ProblemError } from '../problem.ts';
import { endOf } from './api-key-routes.ts';

const tags = ['Clusters'];
const params = pathIds('cluster');

const list = createRoute({
  ...needs('clusters:read'),
  method: 'get',
  path: '/v1/clusters',
  operationId: 'listClusters',
  tags,
  summary: 'List clusters',
  request: { query: pageQuery.extend({ organization: z.string().optional(), project: z.string().optional(), name: shortName.optional() }) },
  responses: {
    200: json(pageForm(clusterForm), 'Clusters of one organization.'),
    ...problems('unauthenticated', 'forbidden', 'not-found', 'invalid'),
  },
});

const create = createRoute({
  ...needs('clusters:create'),
  method: 'post',
  path: '/v1/clusters',
  operationId: 'createCluster',
  tags,
  summary: 'Create a cluster',
  description: 'It answers at once: there is nothing to wait for.',
  request: { ...body(newClusterForm), ...idempotent },
  responses: {
    201: json(clusterForm, 'Created.'),
    ...problems('malformed', 'unauthenticated', 'forbidden', 'not-found', 'conflict', 'invalid', 'limit'),
  },
});

const get = createRoute({
  ...needs('clusters:read'),
  method: 'get',
  path: '/v1/clusters/{cluster}',
  operationId: 'getCluster',
  tags,
  summary: 'Get a cluster',
  request: { params },
  responses: { 200: json(clusterForm, 'The cluster.'), ...problems('unauthenticated', 'not-found') },
});

const limits = createRoute({
  ...needs('clusters:read'),
  method: 'get',
  path: '/v1/clusters/{cluster}/limits',
  operationId: 'listClusterLimits',
  tags,
  summary: 'List the limits of a cluster',
  description: 'What it may use of what it shares with others. Beyond a limit its Kubernetes API answers 429, or 403 for what it stores.',
  request: { params },
  responses: { 200: json(z.object({ items: z.array(clusterLimitForm) }), 'Limits.'), ...problems('unauthenticated', 'not-found') },
});

const remove = createRoute({
  ...needs('clusters:delete'),
  method: 'delete',
  path: '/v1/clusters/{cluster}',
  operationId: 'deleteCluster',
  tags,
  summary: 'Delete a cluster',
  description:
    'From now on it takes no request, its keys and tokens are ended and its nodes dismissed; what it held is removed soon after.',
  request: { params },
  responses: { 202: json(clusterForm, 'Its end has begun.'), ...problems('unauthenticated', 'forbidden', 'not-found') },
});

const kubeconfig = createRoute({
  ...needs('clusters:connect'),
  method: 'post',
  path: '/v1/clusters/{cluster}/kubeconfig',
  operationId: 'createKubeconfig',
  tags,
  summary: 'Get a kubeconfig',
  description: 'With a new key for this cluster, which you can revoke. Accept: application/yaml answers the file alone.',
  request: { params, body: { content: { 'application/json': { schema: kubeconfigRequestForm } }, required: false }, ...idempotent },
  responses: {
    201: {
      ...json(kubeconfigForm, 'A kubeconfig.'),
      content: { 'application/json': { schema: kubeconfigForm }, 'application/yaml': { schema: z.string() } },
    },
    ...problems('malformed', 'unauthenticated', 'forbidden', 'not-found', 'conflict', 'invalid', 'limit'),
  },
});

export function clusterRoutes(app: OpenAPIHono<ManagementEnvironment>): void {
  app.openapi(list, async (c) => {
    const { accounts } = c.get('dependencies');
    const { organization, project, ...query } = c.req.valid('query');
    const reach =
      project === undefined ? await reachForList(c, organization, 'clusters:read') : await reachProject(c, project, 'clusters:read');
    const only = 'only' in reach ? reach.only : { projectId: reach.project.id };
    const page = await accounts.clusters.list(reach.organizationId, { ...query, ...only });
    return c.json(
      shownPage(page, (cluster) => showCluster(accounts.endpoints, cluster)),
      200,
    );
  });

  app.openapi(create, async (c) => {
    const { accounts } = c.get('dependencies');
    const { name, fencing, organization, project } = c.req.valid('json');
    const { reach, projectId } = await reachWhere(c, organization, project);
    const cluster = await accounts.clusters.create(reach.caller.actor, { organizationId: reach.organizationId, projectId, name, fencing });
    return c.json(showCluster(accounts.endpoints, cluster), 201);
  });

  app.openapi(get, async (c) => {
    const { cluster } = await reachCluster(c, c.req.valid('param').cluster, 'clusters:read');
    return c.json(showCluster(c.get('dependencies').accounts.endpoints, cluster), 200);
  });

  app.openapi(limits, async (c) => {
    const { cluster } = await reachCluster(c, c.req.valid('param').cluster, 'clusters:read');
    return c.json({ items: await c.get('dependencies').clusterLimits(cluster.id) }, 200);
  });

  app.openapi(remove, async (c) => {
    const { accounts } = c.get('dependencies');
    const { caller, organizationId, cluster } = await reachCluster(c, c.req.valid('param').cluster, 'clusters:delete');
    const ending = await accounts.clusters.delete(caller.actor, organizationId, cluster.id);
    accounts.forgetCluster(ending);
    accounts.authentication.forgetKeys();
    return c.json(showCluster(accounts.endpoints, ending), 202);
  });

  app.openapi(kubeconfig, async (c) => {
    const { caller, role, cluster } = await reachCluster(c, c.req.valid('param').cluster, 'clusters:connect');
    const { principal, actor } = caller;
    if (principal.type === 'key' && principal.scope.type === 'cluster') {
      throw new ProblemError('forbidden', 'a key of one cluster makes no keys', 'Use a key of the project or organization, or sign in.');
    }
    const { role: wantedRole, expiresInSeconds } = kubeconfigRequestForm.parse(c.req.valid('json') ?? {});
    const expiresAt = endOf(caller, new Date(Date.now() + expiresInSeconds * 1000).toISOString());
    const issued = await c.get('dependencies').accounts.kubeconfigs.issue(actor, { cluster, principal, role, wantedRole, expiresAt });
    if (c.req.header('accept')?.includes('yaml') === true) return c.text(issued.kubeconfig, 201, { 'content-type': 'application/yaml' });
    const { key, server } = issued;
    const ends = key.expiresAt?.toISOString();
    return c.json({ kubeconfig: issued.kubeconfig, server, key: key.id, ...(ends === undefined ? {} : { expiresAt: ends }) }, 201);
  });
}

/** The project that a new cluster goes to: the one named, the one that the key reaches, or the organization's first. */
async function reachWhere(
  c: Context<ManagementEnvironment>,
  organization: string | undefined,
  project: string | undefined,
): Promise<{ reach: OrganizationReach; projectId: ProjectId }> {
  const { principal } = c.get('caller');
  const named = project ?? (principal.type === 'key' && principal.scope.type === 'project' ? principal.scope.projectId : undefined);
  if (named !== undefined) {
    const reach = await reachProject(c, named, 'clusters:create');
    if (organization !== undefined && !covers({ type: 'organization', organizationId: organization as OrganizationId }, reach))
      throw nothingHere('project', named);
    return { reach, projectId: reach.project.id };
  }
  const reach = await reachChosenOrganization(c, organization, 'clusters:create');
  const { items } = await c.get('dependencies').accounts.organizations.listProjects(reach.organizationId, { limit: 1 });
  const [first] = items;
  if (first !== undefined) return { reach, projectId: first.id };
  const message = 'the organization has no project';
  throw new ProblemError('invalid', message, 'Create a project first.', { errors: [{ field: 'project', message }] });
}
