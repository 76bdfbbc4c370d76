import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type ClusterId, isClusterId, unauthorized } from '@kajitori/apimachinery';
import type { Logger } from '@kajitori/telemetry';
import { type Context, Hono } from 'hono';
import { type Authenticator, bearerToken } from '../authentication/authenticator.ts';
import { certificateUser } from '../authentication/certificate-user.ts';
import { unknownPath } from '../operations/operations.ts';
import { gzipBytes, type HttpAnswer, type HttpRequest, readBody } from './http-request.ts';
import { errorAnswer, type KubernetesHandler, statusAnswer } from './kubernetes-handler.ts';
import { responseOutput } from './response-output.ts';
import { sendPieces } from './send-pieces.ts';

export interface NodeBindings {
  incoming: IncomingMessage | Http2ServerRequest;
  outgoing: ServerResponse | Http2ServerResponse;
}

export interface KubernetesAppOptions {
  handler: KubernetesHandler;
  authenticator: Authenticator;
  /** The cluster that the connection's address or name gave; undefined on the base address, where the path names it. */
  clusterOf(incoming: NodeBindings['incoming']): ClusterId | undefined;
  logger: Logger;
}

/** Answers that have no body at all. */
const withoutBody = new Set([204, 304]);
const gzipBytesMin = 128 * 1024;
const pathRoute = /^\/clusters\/([^/]+)(\/.*)?$/;

/** The Kubernetes API as a Hono app: at a cluster's own address, and under /clusters/ID on the base address. */
export function kubernetesApp(options: KubernetesAppOptions): Hono<{ Bindings: NodeBindings }> {
  const app = new Hono<{ Bindings: NodeBindings }>();
  app.all('*', (context) => serve(options, context));
  return app;
}

/** Why the signal of a request is aborted at its end. One for all: without a reason each would have a new one made, with a stack. */
const closed = new Error('the request is over');

async function serve(options: KubernetesAppOptions, context: Context<{ Bindings: NodeBindings }>): Promise<Response> {
  const { incoming, outgoing } = context.env;
  const url = new URL(incoming.url ?? '/', 'https://cluster');
  const route = routed(options.clusterOf(incoming), url.pathname);
  const id = requestId(incoming);
  outgoing.setHeader('audit-id', id);
  const failed = { id, method: incoming.method ?? 'GET', path: url.pathname, cluster: route?.cluster ?? ('' as ClusterId) };
  if (route === undefined) return sendAnswer(outgoing, statusAnswer(unknownPath()));
  try {
    const sender = await authenticated(options, route.cluster, incoming);
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort(closed));
    const exchange = { incoming, outgoing };
    const request = httpRequest(incoming, { ...route, query: url.searchParams, ...sender, id, signal: gone.signal, exchange });
    const result = await options.handler.handle(request, () => responseOutput(outgoing));
    if (result === undefined) return RESPONSE_ALREADY_SENT;
    if (result instanceof Response) return result;
    const { pieces } = result;
    if (pieces === undefined) return await sendAnswer(outgoing, result, request.headers.get('accept-encoding'));
    const gzip = request.headers.get('accept-encoding')?.includes('gzip') === true;
    await sendPieces(outgoing, pieces, { headers: result.headers, gzip });
    return RESPONSE_ALREADY_SENT;
  } catch (error) {
    const answered = errorAnswer(error, options.logger, failed);
    return outgoing.headersSent ? RESPONSE_ALREADY_SENT : sendAnswer(outgoing, answered);
  }
}

/** The cluster and the path within it. */
export function routed(
  bound: ClusterId | undefined,
  pathname: string,
): { cluster: ClusterId; path: string; atBaseAddress: boolean } | undefined {
  if (bound !== undefined) return { cluster: bound, path: pathname, atBaseAddress: false };
  const match = pathRoute.exec(pathname);
  if (match === null || !isClusterId(match[1] ?? '')) return undefined;
  return { cluster: match[1] as ClusterId, path: match[2] ?? '/', atBaseAddress: true };
}

/**
 * Who sends a request.
 * @throws StatusError Unauthorized, the same for an unknown cluster and for a wrong credential: existence is no news for strangers.
 */
export async function authenticated(
  { authenticator }: Pick<KubernetesAppOptions, 'authenticator'>,
  cluster: ClusterId,
  incoming: NodeBindings['incoming'],
): Promise<Pick<HttpRequest, 'user' | 'credentialNotes'>> {
  const token = bearerToken(incoming.headers.authorization, headerText(incoming.headers['sec-websocket-protocol']));
  let notes: Map<string, string> | undefined;
  const note = (key: string, value: string): void => void (notes ??= new Map()).set(key, value);
  const user =
    certificateUser(incoming.socket) ?? (token === undefined ? undefined : await authenticator.authenticateToken(cluster, token, note));
  if (user === undefined) throw unauthorized();
  return { user, credentialNotes: notes };
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}

const requestIdForm = /^[A-Za-z0-9._-]{1,64}$/;

/** The id that a request has in logs and in its answer's Audit-Id: the sender's own, when it has the form of one. */
export function requestId({ headers }: NodeBindings['incoming']): string {
  const given = headerText(headers['audit-id']);
  return given !== undefined && requestIdForm.test(given) ? given : crypto.randomUUID();
}

export function httpRequest(
  incoming: NodeBindings['incoming'],
  {
    id,
    ...parts
  }: Pick<HttpRequest, 'path' | 'query' | 'cluster' | 'user' | 'credentialNotes' | 'signal' | 'exchange' | 'atBaseAddress'> & {
    id: string;
  },
): HttpRequest {
  return {
    ...parts,
    origin: () => ({ id, address: incoming.socket.remoteAddress ?? '', search: /\?.*$/s.exec(incoming.url ?? '')?.[0] ?? '' }),
    method: incoming.method ?? 'GET',
    rawHeaders: incoming.rawHeaders,
    headers: { get: (name) => headerText(incoming.headers[name]) },
    body: () => readBody(incoming, incoming.headers['content-length']),
  };
}

/** Straight to the connection: an answer that is made as a `Response` first takes twice as long. */
async function sendAnswer(
  outgoing: NodeBindings['outgoing'],
  { status, headers, body, gzipped }: HttpAnswer,
  acceptEncoding?: string,
): Promise<Response> {
  const response = outgoing as ServerResponse;
  if (withoutBody.has(status)) response.writeHead(status, headers).end();
  else if (body.length >= gzipBytesMin && acceptEncoding?.includes('gzip') === true) {
    const bytes = await (gzipped?.() ?? gzipBytes(body));
    const told = { ...headers, 'content-encoding': 'gzip', vary: 'accept-encoding', 'content-length': bytes.length };
    response.writeHead(status, told).end(bytes);
  } else {
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
  }
  return RESPONSE_ALREADY_SENT;
}
