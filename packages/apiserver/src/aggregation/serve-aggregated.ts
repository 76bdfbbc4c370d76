/**
 * Requests for an API that a Service in the cluster serves: who may is decided here first, then the request goes on as the front proxy, with the user in
 * headers that only the front proxy's certificate makes believed. Watches, uploads and upgraded connections stream through.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { badRequest, isStatusError, StatusError } from '@kajitori/apimachinery';
import { noteDecision, refusal } from '../authorization/authorizer.ts';
import type { HttpRequest } from '../http/http-request.ts';
import type { RequestInfo } from '../http/request-info.ts';
import { type Operations, unknownPath } from '../operations/operations.ts';
import { forwardRequest, type Passage } from '../proxy/forward-request.ts';
import { forwardUpgrade } from '../proxy/forward-upgrade.ts';
import { forwardedResponseHeaders } from '../proxy/forwarded-headers.ts';
import type { Upstream } from '../proxy/upstream.ts';
import type { AggregatedApi } from './aggregated-api.ts';
import { aggregatedHost, aggregatedUpstream, type UpstreamParts } from './aggregated-upstream.ts';
import { identityHeaders } from './front-proxy.ts';

export interface AggregationServices extends UpstreamParts {
  operations: Operations;
}

/** Answers by itself, on the request's own exchange. `info` is absent for paths that name no resource. @throws StatusError while nothing has been answered. */
export async function serveAggregated(
  services: AggregationServices,
  api: AggregatedApi,
  request: HttpRequest,
  info: RequestInfo | undefined,
): Promise<Response | undefined> {
  const { exchange, user, signal } = request;
  if (exchange === undefined) throw badRequest('an aggregated API needs a connection of its own');
  await authorizeAggregated(services, request, info);
  if (!api.available) return unavailable();
  const upstream = await upstreamOf(services, api, request, exchange.incoming.url);
  const headers = { ...identityHeaders(user), host: aggregatedHost(api) };
  await forwardRequest({ exchange, upstream, headers, answer: withoutRedirects, signal });
  return undefined;
}

/** The same for a request that leaves HTTP. */
export async function serveAggregatedUpgrade(
  services: AggregationServices,
  api: AggregatedApi,
  request: HttpRequest,
  info: RequestInfo | undefined,
  { incoming, socket, head }: { incoming: IncomingMessage; socket: Duplex; head: Buffer },
): Promise<void> {
  await authorizeAggregated(services, request, info);
  if (!api.available) throw new StatusError('ServiceUnavailable', 'service unavailable');
  const upstream = await upstreamOf(services, api, request, incoming.url);
  const headers = { ...identityHeaders(request.user), host: aggregatedHost(api) };
  await forwardUpgrade({ request: incoming, socket, head, upstream, headers, signal: request.signal });
}

/** `/apis/GROUP/VERSION` and its OpenAPI document: what discovery allows to everyone. */
const documentPath = /^(\/openapi\/v3)?\/apis\/[^/]+\/[^/]+\/?$/;

/** The server behind may take an encoded slash for a real one, and so another object than the one that was authorized. */
function refuseAmbiguous(path: string): void {
  if (/%(2f|5c|00)/i.test(path)) throw badRequest('encoded slashes are not allowed in the path of an aggregated API');
}

function unavailable(): Response {
  return new Response('service unavailable\n', {
    status: 503,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  });
}

async function authorizeAggregated(
  { operations }: AggregationServices,
  request: HttpRequest,
  info: RequestInfo | undefined,
): Promise<void> {
  const { cluster, user, method, path, auditNotes } = request;
  refuseAmbiguous(path);
  // A path that no rule for resources covers must not pass as a document, which everyone may read.
  if (info === undefined && !documentPath.test(path)) throw unknownPath();
  const attributes =
    info === undefined
      ? { user, verb: method.toLowerCase(), path }
      : {
          user,
          verb: info.verb,
          resource: {
            group: info.group,
            resource: info.resource,
            subresource: info.subresource,
            namespace: info.namespace,
            name: info.name,
          },
        };
  const decision = await operations.services.authorize(cluster, attributes);
  noteDecision(decision, auditNotes?.annotations);
  if (!decision.allowed) throw refusal(attributes, decision.reason);
}

async function upstreamOf(parts: UpstreamParts, api: AggregatedApi, { cluster, path }: HttpRequest, url = ''): Promise<Upstream> {
  const query = url.indexOf('?');
  const upstream = await aggregatedUpstream(parts, cluster, api, `${path}${query < 0 ? '' : url.slice(query)}`);
  return { ...upstream, dial: (signal) => upstream.dial(signal).catch(serviceMissing) };
}

/** A Service that is not there is no answer to what was asked: the API is away. */
function serviceMissing(error: unknown): never {
  throw isStatusError(error, 'NotFound') ? new StatusError('ServiceUnavailable', 'service unavailable', { cause: error }) : error;
}

/** A server that would send the client, and its request, elsewhere is not followed. */
function withoutRedirects(response: IncomingMessage): Passage {
  const status = response.statusCode ?? 0;
  if (status >= 300 && status < 400 && response.headers.location !== undefined)
    throw new StatusError('InternalError', 'the backend attempted to redirect this request, which is not permitted', {
      code: 502,
    });
  return { headers: forwardedResponseHeaders(response.headers), through: [] };
}
