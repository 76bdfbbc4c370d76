import type { OpenAPIHono } from '@hono/zod-openapi';
import { reachChosenOrganization, reachForList, reachProject } from '../access.ts';
import type { ManagementEnvironment } from '../environment.ts';
import { newProjectForm, projectForm, showProject } from '../forms/account-forms.ts';
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
  shortName,
  shownPage,
  z,
} from '../forms/route-parts.ts';

const tags = ['Projects'];
const params = pathIds('project');

const list = createRoute({
  ...needs('projects:read'),
  method: 'get',
  path: '/v1/projects',
  operationId: 'listProjects',
  tags,
  summary: 'List projects',
  request: { query: pageQuery.extend({ organization: z.string().optional(), name: shortName.optional() }) },
  responses: {
    200: json(pageForm(projectForm), 'Projects of one organization.'),
    ...problems('unauthenticated', 'forbidden', 'not-found', 'invalid'),
  },
});

const create = createRoute({
  ...needs('projects:manage'),
  method: 'post',
  path: '/v1/projects',
  operationId: 'createProject',
  tags,
  summary: 'Create a project',
  request: { ...body(newProjectForm), ...idempotent },
  responses: {
    201: json(projectForm, 'Created.'),
    ...problems('malformed', 'unauthenticated', 'forbidden', 'not-found', 'conflict', 'invalid', 'limit'),
  },
});

const get = createRoute({
  ...needs('projects:read'),
  method: 'get',
  path: '/v1/projects/{project}',
  operationId: 'getProject',
  tags,
  summary: 'Get a project',
  request: { params },
  responses: { 200: json(projectForm, 'The project.'), ...problems('unauthenticated', 'not-found') },
});

const remove = createRoute({
  ...needs('projects:manage'),
  method: 'delete',
  path: '/v1/projects/{project}',
  operationId: 'deleteProject',
  tags,
  summary: 'Delete a project',
  description: 'It must have no clusters. Keys that are limited to it end with it.',
  request: { params },
  responses: { 204: nothing, ...problems('unauthenticated', 'forbidden', 'not-found', 'conflict') },
});

export function projectRoutes(app: OpenAPIHono<ManagementEnvironment>): void {
  app.openapi(list, async (c) => {
    const { organization, ...query } = c.req.valid('query');
    const { organizationId, only } = await reachForList(c, organization, 'projects:read');
    // A cluster's key sees no project, not even its cluster's.
    if (only.clusterId !== undefined) return c.json({ items: [] }, 200);
    const page = await c.get('dependencies').accounts.organizations.listProjects(organizationId, { ...query, ...only });
    return c.json(shownPage(page, showProject), 200);
  });

  app.openapi(create, async (c) => {
    const { name, organization } = c.req.valid('json');
    const { caller, organizationId } = await reachChosenOrganization(c, organization, 'projects:manage');
    const project = await c.get('dependencies').accounts.organizations.createProject(caller.actor, organizationId, name);
    return c.json(showProject(project), 201);
  });

  app.openapi(get, async (c) => {
    const { project } = await reachProject(c, c.req.valid('param').project, 'projects:read');
    return c.json(showProject(project), 200);
  });

  app.openapi(remove, async (c) => {
    const { accounts } = c.get('dependencies');
    const { caller, organizationId, project } = await reachProject(c, c.req.valid('param').project, 'projects:manage');
    await accounts.organizations.deleteProject(caller.actor, organizationId, project.id);
    accounts.authentication.forgetKeys();
    return c.body(null, 204);
  });
}
