/**
 * `pods/NAME/proxy` and `services/NAME/proxy`: HTTP to what runs in the cluster, through the agent of the pod's node.
 *
 * A page that is served here comes from a tenant's pod. It is served only at the cluster's own address, where nothing else has cookies; credentials that
 * were meant for this API never reach it.
 */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import { badRequest, notFound } from '@kajitori/apimachinery';
import { type Call, groupResourceOf } from '../call.ts';
import type { ClusterDial } from '../cluster-dial/cluster-dial.ts';
import type { HttpRequest } from '../http/http-request.ts';
import { type Operations, unknownPath } from '../operations/operations.ts';
import { forwardRequest } from './forward-request.ts';
import { forwardUpgrade } from './forward-upgrade.ts';
import { proxiedPage } from './proxied-page.ts';
import type { ProxiedPlace } from './proxied-url.ts';
import { connectOptions } from '../subresources/connect-options.ts';
import { proxyName } from './proxy-name.ts';
import { proxyPath } from './proxy-path.ts';
import { podProxyTarget, serviceProxyTarget } from './proxy-target.ts';
import type { Upstream } from './upstream.ts';

export interface ProxyServices {
  operations: Operations;
  dial: ClusterDial;
}

/** Answers by itself, on the request's own exchange. @throws StatusError while nothing has been answered. */
export async function serveProxy(services: ProxyServices, request: HttpRequest, call: Call): Promise<Response | undefined> {
  const { exchange } = request;
  if (exchange === undefined) throw badRequest('proxy needs a connection of its own');
  const { upstream, place, headers } = await proxied(services, request, call, exchange.incoming.headers);
  if (proxyPath(request.path)?.tail === '' && (request.method === 'GET' || request.method === 'HEAD'))
    return new Response(null, { status: 301, headers: { location: `${place.prefix}/${queryText(exchange.incoming.url)}` } });
  await forwardRequest({ exchange, upstream, headers, answer: (response) => proxiedPage(response, place), signal: request.signal });
  return undefined;
}

/** The same for a request that leaves HTTP. */
export async function serveProxyUpgrade(
  services: ProxyServices,
  request: HttpRequest,
  call: Call,
  { incoming, socket, head }: { incoming: IncomingMessage; socket: Duplex; head: Buffer },
): Promise<void> {
  const { upstream, headers } = await proxied(services, request, call, incoming.headers, incoming.url);
  await forwardUpgrade({ request: incoming, socket, head, upstream, headers, signal: request.signal });
}

async function proxied(
  { operations, dial }: ProxyServices,
  request: HttpRequest,
  call: Call,
  incoming: IncomingMessage['headers'] | NonNullable<HttpRequest['exchange']>['incoming']['headers'],
  url = request.exchange?.incoming.url,
): Promise<{ upstream: Upstream; place: ProxiedPlace; headers: OutgoingHttpHeaders }> {
  const path = proxyPath(request.path);
  if (path === undefined) throw unknownPath();
  if (request.atBaseAddress === true)
    throw badRequest('proxy is served at the address of the cluster itself, not under the address that clusters share');
  const what = call.kind.singular;
  if (call.kind.subresources?.['proxy'] === undefined) throw notFound(groupResourceOf(call.kind), `${call.name}/proxy`);
  const name = proxyName(call.name, what);
  const { object } = await operations.admitConnect(call, name.name, connectOptions(call, request.query, path.tail));
  if (what === 'node') throw notFound(groupResourceOf(call.kind), `${call.name}/proxy`);
  const target = what === 'pod' ? podProxyTarget(dial, call, object, name) : serviceProxyTarget(dial, call, object, name);
  const requestHost = textOf(incoming.host ?? incoming[':authority']);
  return {
    upstream: {
      path: `${path.tail === '' ? '/' : path.tail}${queryText(url)}`,
      dial: target.dial,
      // What a pod calls itself is between the pod and its clients: Kubernetes does not check it either.
      ...(name.scheme === 'https' ? { tls: { rejectUnauthorized: false, checkServerIdentity: () => undefined } } : {}),
    },
    place: { prefix: path.prefix, backendHost: target.host, requestHost },
    headers: { 'x-forwarded-uri': `${path.prefix}${path.tail}`, 'x-forwarded-host': requestHost, 'x-forwarded-proto': 'https' },
  };
}

function textOf(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

/** The query as it was sent, with its question mark. */
function queryText(url: string | undefined): string {
  const at = (url ?? '').indexOf('?');
  return at < 0 ? '' : (url ?? '').slice(at).split('#', 1)[0]!;
}
