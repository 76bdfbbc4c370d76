import type { OpenAPIHono } from '@hono/zod-openapi';
import type { TokenKey } from '@kajitori/accounts';
import { reachCluster } from '../access.ts';
import type { ManagementEnvironment } from '../environment.ts';
import { createRoute, idempotent, instant, json, needs, nothing, pathIds, problems, z } from '../forms/route-parts.ts';

const tags = ['Keys of clusters'];
const path = '/v1/clusters/{cluster}/token-keys';

const tokenKeyForm = z
  .object({
    id: z.string().openapi({ description: 'The kid of tokens that it signed.' }),
    use: z.enum(['signs', 'verifies']).openapi({ description: 'The newest signs; older ones vouch for the tokens that they signed.' }),
    createdAt: instant,
    retiredAt: instant.optional().openapi({ description: 'Since when a newer one signs.' }),
  })
  .openapi('TokenKey');

const list = createRoute({
  ...needs('clusters:keys'),
  method: 'get',
  path,
  operationId: 'listTokenKeys',
  tags,
  summary: 'List the keys of a cluster’s ServiceAccount tokens',
  description: 'The newest first.',
  request: { params: pathIds('cluster') },
  responses: { 200: json(z.object({ items: z.array(tokenKeyForm) }), 'Keys.'), ...problems('unauthenticated', 'forbidden', 'not-found') },
});

const rotate = createRoute({
  ...needs('clusters:keys'),
  method: 'post',
  path,
  operationId: 'rotateTokenKey',
  tags,
  summary: 'Rotate the key of a cluster’s ServiceAccount tokens',
  description: 'A new key signs from now on, in every process within a second. Tokens of the old ones stay good until they expire.',
  request: { params: pathIds('cluster'), ...idempotent },
  responses: {
    201: json(tokenKeyForm, 'The key that signs now.'),
    ...problems('unauthenticated', 'forbidden', 'not-found', 'conflict', 'limit'),
  },
});

const end = createRoute({
  ...needs('clusters:keys'),
  method: 'delete',
  path: `${path}/{tokenKey}`,
  operationId: 'endTokenKey',
  tags,
  summary: 'End an old key of a cluster’s ServiceAccount tokens',
  description:
    'Tokens that it signed are refused from now on, in every process within three seconds: pods get new ones by and by, or at once when they are started anew.',
  request: { params: pathIds('cluster', 'tokenKey') },
  responses: { 204: nothing, ...problems('unauthenticated', 'forbidden', 'not-found', 'conflict') },
});

export function tokenKeyRoutes(app: OpenAPIHono<ManagementEnvironment>): void {
  app.openapi(list, async (c) => {
    const { cluster } = await reachCluster(c, c.req.valid('param').cluster, 'clusters:keys');
    const keys = await c.get('dependencies').accounts.tokenKeys.list(cluster);
    return c.json({ items: keys.map(shown) }, 200);
  });

  app.openapi(rotate, async (c) => {
    const { caller, cluster } = await reachCluster(c, c.req.valid('param').cluster, 'clusters:keys');
    return c.json(shown(await c.get('dependencies').accounts.tokenKeys.rotate(caller.actor, cluster)), 201);
  });

  app.openapi(end, async (c) => {
    const { cluster: id, tokenKey } = c.req.valid('param');
    const { caller, cluster } = await reachCluster(c, id, 'clusters:keys');
    await c.get('dependencies').accounts.tokenKeys.end(caller.actor, cluster, tokenKey);
    return c.body(null, 204);
  });
}

function shown({ id, createdAt, retiredAt }: TokenKey): z.infer<typeof tokenKeyForm> {
  return {
    id,
    use: retiredAt === undefined ? 'signs' : 'verifies',
    createdAt: createdAt.toISOString(),
    ...(retiredAt === undefined ? {} : { retiredAt: retiredAt.toISOString() }),
  };
}
