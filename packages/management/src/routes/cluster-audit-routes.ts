import { Readable } from 'node:stream';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ClusterAudit } from '@kajitori/accounts';
import { type AuditPolicy, defaultAuditPolicy, parseAuditPolicy } from '@kajitori/policies';
import type { Context } from 'hono';
import { parse as parseYaml, stringify as stringifyYaml } from 'yaml';
import { reachCluster } from '../access.ts';
import type { ManagementEnvironment } from '../environment.ts';
import { auditEventForm, auditFilter, auditFilterQuery, auditListQuery, auditPolicyForm } from '../forms/cluster-audit-forms.ts';
import { createRoute, json, needs, pageForm, pathIds, problems, z } from '../forms/route-parts.ts';
import { ProblemError } from '../problem.ts';

const tags = ['Audit logs of clusters'];
const params = pathIds('cluster');
const path = '/v1/clusters/{cluster}';

const list = createRoute({
  ...needs('clusters:audit'),
  method: 'get',
  path: `${path}/audit`,
  operationId: 'listClusterAuditEvents',
  tags,
  summary: 'Read the audit log of a cluster',
  description: 'Newest first.',
  request: { params, query: auditListQuery },
  responses: { 200: json(pageForm(auditEventForm), 'Events.'), ...problems('unauthenticated', 'forbidden', 'not-found', 'invalid') },
});

const exported = createRoute({
  ...needs('clusters:audit'),
  method: 'get',
  path: `${path}/audit/export`,
  operationId: 'exportClusterAuditEvents',
  tags,
  summary: 'Export the audit log of a cluster',
  description: 'All events that the query asks for, newest first: one JSON object a line, compressed where gzip is accepted.',
  request: { params, query: auditFilterQuery },
  responses: {
    200: { content: { 'application/x-ndjson': { schema: z.string() } }, description: 'Events, one a line.' },
    ...problems('unauthenticated', 'forbidden', 'not-found', 'invalid'),
  },
});

const policyContent = { 'application/json': { schema: auditPolicyForm }, 'application/yaml': { schema: z.string() } };

const getPolicy = createRoute({
  ...needs('clusters:audit'),
  method: 'get',
  path: `${path}/audit-policy`,
  operationId: 'getAuditPolicy',
  tags,
  summary: 'Get the audit policy of a cluster',
  description: 'The default one where none was set. Accept: application/yaml answers YAML.',
  request: { params },
  responses: { 200: { content: policyContent, description: 'The policy.' }, ...problems('unauthenticated', 'forbidden', 'not-found') },
});

const setPolicy = createRoute({
  ...needs('clusters:audit'),
  method: 'put',
  path: `${path}/audit-policy`,
  operationId: 'setAuditPolicy',
  tags,
  summary: 'Set the audit policy of a cluster',
  description: 'An audit.k8s.io/v1 Policy; the first rule that matches a request decides. It holds within five seconds.',
  request: { params, body: { content: policyContent, required: false } },
  responses: {
    200: json(auditPolicyForm, 'It was set.'),
    ...problems('malformed', 'unauthenticated', 'forbidden', 'not-found', 'invalid'),
  },
});

export function clusterAuditRoutes(app: OpenAPIHono<ManagementEnvironment>): void {
  app.openapi(list, async (c) => {
    const { cluster } = await reachCluster(c, c.req.valid('param').cluster, 'clusters:audit');
    const { items, next } = await c.get('dependencies').accounts.clusterAudit.list(cluster.id, auditFilter(c.req.valid('query')));
    const events = items.map((text) => JSON.parse(text) as Record<string, unknown>);
    return c.json({ items: events, ...(next === undefined ? {} : { nextCursor: next }) }, 200);
  });

  app.openapi(exported, async (c) => {
    const { cluster } = await reachCluster(c, c.req.valid('param').cluster, 'clusters:audit');
    const pages = c.get('dependencies').accounts.clusterAudit.pages(cluster.id, auditFilter(c.req.valid('query')));
    const lines = Readable.toWeb(Readable.from(linesOf(pages))) as ReadableStream<Uint8Array<ArrayBuffer>>;
    // The types of routes know of JSON and text alone.
    return exportAnswer(lines, c.req.header('accept-encoding')) as never;
  });

  app.openapi(getPolicy, async (c) => {
    const { cluster } = await reachCluster(c, c.req.valid('param').cluster, 'clusters:audit');
    const stored = await c.get('dependencies').accounts.clusterAudit.policyOf(cluster.id);
    const policy = (stored ?? defaultAuditPolicy) as AuditPolicy;
    if (c.req.header('accept')?.includes('yaml') === true) {
      return c.text(stringifyYaml(policy, { aliasDuplicateObjects: false }), 200, { 'content-type': 'application/yaml' });
    }
    return c.json(policy as unknown as z.infer<typeof auditPolicyForm>, 200);
  });

  app.openapi(setPolicy, async (c) => {
    const { caller, cluster } = await reachCluster(c, c.req.valid('param').cluster, 'clusters:audit');
    const policy = readPolicy(await c.req.text(), isYaml(c));
    await c.get('dependencies').accounts.clusterAudit.setPolicy(caller.actor, cluster, policy);
    return c.json(policy as unknown as z.infer<typeof auditPolicyForm>, 200);
  });
}

function exportAnswer(lines: ReadableStream<Uint8Array<ArrayBuffer>>, acceptEncoding: string | undefined): Response {
  const headers = { 'content-type': 'application/x-ndjson', vary: 'accept-encoding' };
  if (acceptEncoding?.includes('gzip') !== true) return new Response(lines, { headers });
  return new Response(lines.pipeThrough(new CompressionStream('gzip')), { headers: { ...headers, 'content-encoding': 'gzip' } });
}

async function* linesOf(pages: ReturnType<ClusterAudit['pages']>): AsyncGenerator<Uint8Array> {
  for await (const events of pages) yield Buffer.from(events.map((text) => `${text}\n`).join(''));
}

function isYaml(c: Context<ManagementEnvironment>): boolean {
  return c.req.header('content-type')?.includes('yaml') === true;
}

function readPolicy(text: string, yaml: boolean): AuditPolicy {
  const { policy, errors } = parseAuditPolicy(readText(text, yaml));
  if (policy !== undefined) return policy;
  const said = errors.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; ');
  throw new ProblemError('invalid', said, 'Correct the fields that errors names.', {
    errors: errors.map(({ field, message }) => ({ field, message })),
  });
}

function readText(text: string, yaml: boolean): unknown {
  try {
    return yaml ? parseYaml(text, { maxAliasCount: 100 }) : JSON.parse(text);
  } catch (cause) {
    throw new ProblemError('malformed', `the body is not ${yaml ? 'YAML' : 'JSON'}`, 'Send one audit.k8s.io/v1 Policy.', { cause });
  }
}
