import type { OpenAPIHono } from '@hono/zod-openapi';
import { type ClusterRecord, type JoinTokenId, principalName } from '@kajitori/accounts';
import { isStatusError } from '@kajitori/apimachinery';
import type { ClusterClient } from '@kajitori/client';
import { type Node, nodes } from '@kajitori/kinds';
import type { Context } from 'hono';
import type { z } from 'zod';
import { type ClusterReach, nothingHere, reachCluster } from '../access.ts';
import { drainNode } from '../drain.ts';
import type { ManagementEnvironment } from '../environment.ts';
import {
  drainForm,
  drainRequestForm,
  issuedJoinTokenForm,
  joinTokenForm,
  newJoinTokenForm,
  nodeForm,
  showJoinToken,
} from '../forms/cluster-forms.ts';
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
} from '../forms/route-parts.ts';
import { joinCommand } from '../join-command.ts';
import { ProblemError } from '../problem.ts';

const tags = ['Nodes'];
const path = '/v1/clusters/{cluster}';
const clusterParams = pathIds('cluster');
const nodeParams = pathIds('cluster', 'node');

const listTokens = createRoute({
  ...needs('nodes:manage'),
  method: 'get',
  path: `${path}/join-tokens`,
  operationId: 'listJoinTokens',
  tags,
  summary: 'List join tokens',
  request: { params: clusterParams, query: pageQuery },
  responses: {
    200: json(pageForm(joinTokenForm), 'Those that can still be used.'),
    ...problems('unauthenticated', 'forbidden', 'not-found', 'invalid'),
  },
});

const createToken = createRoute({
  ...needs('nodes:manage'),
  method: 'post',
  path: `${path}/join-tokens`,
  operationId: 'createJoinToken',
  tags,
  summary: 'Get a join command',
  description: 'A token for one machine, or as many as you say, and the line to run there.',
  request: { params: clusterParams, body: { ...body(newJoinTokenForm).body, required: false }, ...idempotent },
  responses: {
    201: json(issuedJoinTokenForm, 'Created.'),
    ...problems('malformed', 'unauthenticated', 'forbidden', 'not-found', 'conflict', 'invalid', 'limit'),
  },
});

const revokeToken = createRoute({
  ...needs('nodes:manage'),
  method: 'delete',
  path: `${path}/join-tokens/{token}`,
  operationId: 'revokeJoinToken',
  tags,
  summary: 'Revoke a join token',
  description: 'Nodes that joined by it stay.',
  request: { params: pathIds('cluster', 'token') },
  responses: { 204: nothing, ...problems('unauthenticated', 'forbidden', 'not-found') },
});

const list = createRoute({
  ...needs('nodes:read'),
  method: 'get',
  path: `${path}/nodes`,
  operationId: 'listNodes',
  tags,
  summary: 'List nodes',
  request: { params: clusterParams },
  responses: { 200: json(pageForm(nodeForm), 'The nodes.'), ...problems('unauthenticated', 'forbidden', 'not-found', 'unavailable') },
});

const get = createRoute({
  ...needs('nodes:read'),
  method: 'get',
  path: `${path}/nodes/{node}`,
  operationId: 'getNode',
  tags,
  summary: 'Get a node',
  request: { params: nodeParams },
  responses: { 200: json(nodeForm, 'The node.'), ...problems('unauthenticated', 'forbidden', 'not-found', 'unavailable') },
});

const scheduling = (verb: 'cordon' | 'uncordon', summary: string) =>
  createRoute({
    ...needs('nodes:manage'),
    method: 'post',
    path: `${path}/nodes/{node}/${verb}`,
    operationId: `${verb}Node`,
    tags,
    summary,
    request: { params: nodeParams },
    responses: { 200: json(nodeForm, 'The node.'), ...problems('unauthenticated', 'forbidden', 'not-found', 'conflict', 'unavailable') },
  });
const cordon = scheduling('cordon', 'Let no new pod come to a node');
const uncordon = scheduling('uncordon', 'Let pods come to a node again');

const drain = createRoute({
  ...needs('nodes:manage'),
  method: 'post',
  path: `${path}/nodes/{node}/drain`,
  operationId: 'drainNode',
  tags,
  summary: 'Drain a node',
  description: 'Cordons it and asks its pods to end, as kubectl drain does. It answers at once: ask again until done.',
  request: { params: nodeParams, body: { ...body(drainRequestForm).body, required: false } },
  responses: {
    200: json(drainForm, 'How far it is.'),
    ...problems('malformed', 'unauthenticated', 'forbidden', 'not-found', 'conflict', 'invalid', 'unavailable'),
  },
});

const remove = createRoute({
  ...needs('nodes:manage'),
  method: 'delete',
  path: `${path}/nodes/{node}`,
  operationId: 'removeNode',
  tags,
  summary: 'Remove a node',
  description: 'Its credential ends within two seconds, its pods are replaced elsewhere, and its name is free. Drain it first.',
  request: { params: nodeParams },
  responses: { 204: nothing, ...problems('unauthenticated', 'forbidden', 'not-found', 'unavailable') },
});

type ManagementContext = Context<ManagementEnvironment>;

export function nodeRoutes(app: OpenAPIHono<ManagementEnvironment>): void {
  tokenRoutes(app);

  app.openapi(list, async (c) => {
    const reach = await reachCluster(c, c.req.valid('param').cluster, 'nodes:read');
    const { items } = await clientFor(c, reach).resource(nodes).list('');
    return c.json({ items: items.map(showNode) }, 200);
  });

  app.openapi(get, async (c) => {
    const { cluster, node } = c.req.valid('param');
    const reach = await reachCluster(c, cluster, 'nodes:read');
    return c.json(showNode(await getNode(clientFor(c, reach), node)), 200);
  });

  for (const [route, unschedulable] of [
    [cordon, true],
    [uncordon, false],
  ] as const) {
    app.openapi(route, async (c) => {
      const { cluster, node } = c.req.valid('param');
      const reach = await reachCluster(c, cluster, 'nodes:manage');
      return c.json(showNode(await setUnschedulable(clientFor(c, reach), node, unschedulable)), 200);
    });
  }

  app.openapi(drain, async (c) => {
    const { cluster, node } = c.req.valid('param');
    const client = clientFor(c, await reachCluster(c, cluster, 'nodes:manage'));
    const options = drainRequestForm.parse(c.req.valid('json') ?? {});
    await setUnschedulable(client, node, true);
    return c.json(await drainNode(client, node, options), 200);
  });

  app.openapi(remove, async (c) => {
    const { cluster, node } = c.req.valid('param');
    const reach = await reachCluster(c, cluster, 'nodes:manage');
    const { accounts } = c.get('dependencies');
    const client = clientFor(c, reach);
    const known = await client.resource(nodes).find('', node);
    const ended = await accounts.nodeIdentity.revoke(reach.caller.actor, reach.organizationId, reach.cluster.id, node);
    if (known === undefined && ended === 0) throw nothingHere('node', node);
    await deleteNode(client, node);
    return c.body(null, 204);
  });
}

function tokenRoutes(app: OpenAPIHono<ManagementEnvironment>): void {
  app.openapi(listTokens, async (c) => {
    const { organizationId, cluster } = await reachCluster(c, c.req.valid('param').cluster, 'nodes:manage');
    const page = await c.get('dependencies').accounts.joinTokens.list(organizationId, cluster.id, c.req.valid('query'));
    return c.json(shownPage(page, showJoinToken), 200);
  });

  app.openapi(createToken, async (c) => {
    const { accounts, publicUrl, publicCertificate } = c.get('dependencies');
    const reach = await reachCluster(c, c.req.valid('param').cluster, 'nodes:manage');
    refuseEnding(reach.cluster);
    const { maxUses, expiresInSeconds } = newJoinTokenForm.parse(c.req.valid('json') ?? {});
    const place = { organizationId: reach.organizationId, clusterId: reach.cluster.id };
    const { joinToken, token } = await accounts.joinTokens.create(reach.caller.actor, place, { maxUses, lifeSeconds: expiresInSeconds });
    const pin = publicCertificate ? undefined : await accounts.certificates.servingPin();
    return c.json({ joinToken: showJoinToken(joinToken), token, command: joinCommand({ publicUrl, pin, token }) }, 201);
  });

  app.openapi(revokeToken, async (c) => {
    const { cluster: id, token } = c.req.valid('param');
    const { caller, organizationId, cluster } = await reachCluster(c, id, 'nodes:manage');
    await c.get('dependencies').accounts.joinTokens.revoke(caller.actor, organizationId, cluster.id, token as JoinTokenId);
    return c.body(null, 204);
  });
}

/** The account's role was checked; within the cluster the act carries the caller's name and is not refused again. */
function clientFor(c: ManagementContext, { caller, cluster }: ClusterReach): ClusterClient {
  refuseEnding(cluster);
  return c
    .get('dependencies')
    .clusterClient(cluster.id, { name: principalName(caller.principal), groups: ['system:masters', 'system:authenticated'] });
}

function refuseEnding({ deletionRequestedAt }: ClusterRecord): void {
  if (deletionRequestedAt !== undefined) throw new ProblemError('conflict', 'the cluster is being deleted', 'Use another cluster.');
}

async function getNode(client: ClusterClient, name: string): Promise<Node> {
  const node = await client.resource(nodes).find('', name);
  if (node === undefined) throw nothingHere('node', name);
  return node;
}

async function setUnschedulable(client: ClusterClient, name: string, unschedulable: boolean): Promise<Node> {
  await getNode(client, name);
  return client.resource(nodes).patch('', name, { spec: { unschedulable: unschedulable || null } });
}

async function deleteNode(client: ClusterClient, name: string): Promise<void> {
  try {
    await client.resource(nodes).delete('', name);
  } catch (error) {
    if (!isStatusError(error, 'NotFound')) throw error;
  }
}

function showNode({ metadata, spec, status }: Node): z.infer<typeof nodeForm> {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  return {
    name: metadata.name ?? '',
    ready,
    schedulable: spec?.unschedulable !== true,
    addresses: status?.addresses?.map(({ address }) => address) ?? [],
    agentVersion: status?.nodeInfo?.kubeletVersion,
    operatingSystem: status?.nodeInfo?.osImage,
    architecture: status?.nodeInfo?.architecture,
    capacity: { ...status?.capacity },
    createdAt: metadata.creationTimestamp,
  };
}
