import { OpenAPIHono } from '@hono/zod-openapi';
import { etag } from 'hono/etag';
import { HTTPException } from 'hono/http-exception';
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { METHODS } from 'node:http';
import { withRequestId } from './access.ts';
import { boundedJsonBodies } from './bodies.ts';
import { documentationPage } from './documentation-page.ts';
import type { ManagementDependencies, ManagementEnvironment } from './environment.ts';
import { asProblemError, problemBody, ProblemError, problemKinds } from './problem.ts';
import { apiKeyRoutes } from './routes/api-key-routes.ts';
import { clusterAuditRoutes } from './routes/cluster-audit-routes.ts';
import { clusterRoutes } from './routes/cluster-routes.ts';
import { identityRoutes } from './routes/identity-routes.ts';
import { nodeRoutes } from './routes/node-routes.ts';
import { organizationRoutes } from './routes/organization-routes.ts';
import { projectRoutes } from './routes/project-routes.ts';
import { tokenKeyRoutes } from './routes/token-key-routes.ts';

/** The REST API /v1: what Kubernetes has no word for. Every route says who may use it, and checks it. */
export function managementApp(dependencies: ManagementDependencies): Hono<ManagementEnvironment> {
  const app = new OpenAPIHono<ManagementEnvironment>({ defaultHook: refuseInvalid });
  app.use('/v1/*', withRequestId, withDependencies(dependencies));
  app.use('/v1/*', boundedJsonBodies);
  app.use('/v1/*', tagged);
  identityRoutes(app);
  organizationRoutes(app);
  projectRoutes(app);
  apiKeyRoutes(app);
  clusterRoutes(app);
  clusterAuditRoutes(app);
  tokenKeyRoutes(app);
  nodeRoutes(app);
  documents(app, dependencies);
  app.all('/v1/*', (c) => {
    throw unknownRoute(app, c.req.method, c.req.path);
  });
  app.onError((error, c) => answerProblem(error, c, dependencies));
  return app;
}

const tag = etag();
/** A tag is made of the whole answer: what is streamed has none. */
const tagged: MiddlewareHandler<ManagementEnvironment> = (c, next) => (c.req.path.endsWith('/audit/export') ? next() : tag(c, next));

function withDependencies(dependencies: ManagementDependencies): MiddlewareHandler<ManagementEnvironment> {
  return async (c, next) => {
    c.set('dependencies', dependencies);
    // What is answered is for the caller alone, and true at that moment.
    c.header('cache-control', 'private, no-cache');
    c.header('x-content-type-options', 'nosniff');
    await next();
  };
}

function documents(app: OpenAPIHono<ManagementEnvironment>, { publicUrl }: ManagementDependencies): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key (kjk_…), or the token of a session.',
  });
  const document = () =>
    app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'Kajitori',
        version: 'v1',
        description: 'Organizations, projects, keys, clusters and nodes. What runs in a cluster is the Kubernetes API’s.',
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      servers: [{ url: publicUrl }],
    });
  let made: ReturnType<typeof document> | undefined;
  app.get('/v1/openapi.json', (c) => c.json((made ??= document())));
  app.get('/v1/docs', (c) => {
    c.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
    return c.html(documentationPage((made ??= document())));
  });
}

type InvalidResult =
  | { success: true }
  | { success: false; error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }; target: string };

function refuseInvalid(result: InvalidResult): void {
  if (result.success) return;
  const errors = result.error.issues.map(({ path, message }) => ({ field: path.map(String).join('.') || result.target, message }));
  const said = errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new ProblemError('invalid', said, 'Correct the fields that errors names.', { errors });
}

/** Whether the path exists for other methods, and which. */
function unknownRoute(app: OpenAPIHono<ManagementEnvironment>, method: string, path: string): ProblemError {
  const others = METHODS.filter(
    (other) => other !== method && app.router.match(other, path)[0].some(([[, route]]) => route.path !== '/v1/*'),
  );
  if (others.length === 0) return new ProblemError('not-found', `there is no ${path}`, 'See /v1/docs for what there is.');
  return new ProblemError('method-not-allowed', `${path} knows no ${method}`, `It knows ${others.join(', ')}.`);
}

function answerProblem(error: unknown, c: Context<ManagementEnvironment>, { logger }: ManagementDependencies): Response {
  const requestId = c.get('requestId') ?? '';
  const refusal = asProblemError(error) ?? malformed(error) ?? internal();
  const { status } = problemKinds[refusal.kind];
  if (status >= 500) logger.error({ error, requestId, method: c.req.method, path: c.req.path }, 'request failed');
  if (refusal.retryAfterSeconds !== undefined) c.header('retry-after', String(refusal.retryAfterSeconds));
  if (status === 401) c.header('www-authenticate', 'Bearer realm="kajitori"');
  return c.json(problemBody(refusal, { path: c.req.path, requestId }), status, { 'content-type': 'application/problem+json' });
}

function malformed(error: unknown): ProblemError | undefined {
  if (!(error instanceof HTTPException) || error.status !== 400) return undefined;
  return new ProblemError('malformed', 'the body is not JSON', 'Send one JSON object.', { cause: error });
}

function internal(): ProblemError {
  return new ProblemError('internal', 'something failed on our side', 'Try again; if it stays, tell us the requestId.');
}
