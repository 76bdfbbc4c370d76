import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { badRequest, type ClusterId, isStatusError, StatusError } from '@kajitori/apimachinery';
import { execOptions, type NodeStreams, portForwardOptions, processOptions, serveUpgrade, type UpgradeTarget } from '@kajitori/streams';
import type { Logger } from '@kajitori/telemetry';
import type { AggregatedApis } from '../aggregation/aggregated-apis.ts';
import { type AggregationServices, serveAggregatedUpgrade } from '../aggregation/serve-aggregated.ts';
import { auditUpgrade } from '../audit/audited-upgrade.ts';
import type { Auditor } from '../audit/auditor.ts';
import type { Authenticator } from '../authentication/authenticator.ts';
import { settleActor } from '../authentication/impersonation.ts';
import type { Call } from '../call.ts';
import type { RequestGate } from '../fairness/request-gate.ts';
import { authenticated, httpRequest, requestId, routed } from '../http/hono-app.ts';
import { type HttpRequest, isAtOwnAddress } from '../http/http-request.ts';
import { watchCall } from '../http/kubernetes-handler.ts';
import { type RequestInfo, requestInfo } from '../http/request-info.ts';
import type { ResourceHandler } from '../http/resource-handler.ts';
import { serveWatch } from '../http/watch-handler.ts';
import { unknownPath } from '../operations/operations.ts';
import { type ProxyServices, serveProxyUpgrade } from '../proxy/serve-proxy.ts';
import { acceptWatchSocket, webSocketOutput } from '../watch/websocket-output.ts';
import { connectOptions } from './connect-options.ts';
import { containerTarget, podTarget } from './pod-target.ts';

export interface UpgradeOptions extends ProxyServices {
  resources: ResourceHandler;
  aggregation: { apis: AggregatedApis; services: AggregationServices };
  authenticator: Authenticator;
  /** Absent: nothing is audited. */
  auditor: Auditor | undefined;
  node: NodeStreams;
  gate: RequestGate;
  logger: Logger;
}

/** exec, attach, port-forward, proxies, and watches over WebSocket: requests that leave HTTP. Never throws; a refusal is answered on the socket. */
export async function serveStreamUpgrade(
  options: UpgradeOptions,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  bound: ClusterId | undefined,
): Promise<void> {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  socket.on('error', () => socket.destroy());
  const id = requestId(request);
  let target: UpgradeTarget;
  try {
    const { asked, info } = await upgradeRequest(options, request, bound, { id, signal: gone.signal });
    const audit = await options.auditor?.begin(asked, info);
    if (audit !== undefined) auditUpgrade(audit, socket);
    await settleActor(options.operations.services.authorize, asked);
    const { apis, services } = options.aggregation;
    const remote = await apis.ofPath(asked.cluster, asked.path);
    if (remote !== undefined) return await serveAggregatedUpgrade(services, remote, asked, info, { incoming: request, socket, head });
    if (info?.verb === 'watch') return await serveWatchUpgrade(options, asked, info, { incoming: request, socket, head });
    const call = await upgradeCall(options, asked, info);
    if (call.subresource === 'proxy') return await serveProxyUpgrade(options, asked, call, { incoming: request, socket, head });
    target = await targetOf(options, call, asked.query);
  } catch (error) {
    refuse(socket, error, { id, logger: options.logger });
    return;
  }
  await serveUpgrade({ ...target, request, socket, head, node: options.node, logger: options.logger });
}

async function upgradeRequest(
  options: UpgradeOptions,
  incoming: IncomingMessage,
  bound: ClusterId | undefined,
  { id, signal }: { id: string; signal: AbortSignal },
): Promise<{ asked: HttpRequest; info: RequestInfo | undefined }> {
  const url = new URL(incoming.url ?? '/', 'https://cluster');
  const route = routed(bound, url.pathname);
  if (route === undefined) throw unknownPath();
  const sender = await authenticated(options, route.cluster, incoming);
  const asked = httpRequest(incoming, { ...route, ...sender, id, query: url.searchParams, signal });
  return { asked, info: requestInfo(asked.method, route.path, asked.query) };
}

/** A watch over WebSocket. What is refused is refused before the upgrade, so that a client reads why. */
async function serveWatchUpgrade(
  { resources, operations, gate }: UpgradeOptions,
  asked: HttpRequest,
  info: RequestInfo,
  { incoming, socket, head }: { incoming: IncomingMessage; socket: Duplex; head: Buffer },
): Promise<void> {
  const call = watchCall(await resources.callFor(asked, info), asked);
  await operations.authorize(call, 'watch');
  await gate.watch(asked.cluster, { mayMove: isAtOwnAddress(asked) }, async (moved) => {
    const output = webSocketOutput(await acceptWatchSocket(incoming, socket, head));
    await serveWatch(operations, operations.services.clock, asked, call, output, { gate, moved });
  });
}

async function upgradeCall({ resources }: UpgradeOptions, asked: HttpRequest, info: RequestInfo | undefined): Promise<Call> {
  if (info === undefined) throw unknownPath();
  const call = await resources.callFor(asked, info);
  if (call.subresource !== 'proxy' && (call.kind.group !== '' || call.kind.plural !== 'pods')) throw unknownPath();
  return call;
}

async function targetOf({ operations }: UpgradeOptions, call: Call, query: URLSearchParams): Promise<UpgradeTarget> {
  const container = query.get('container') ?? '';
  switch (call.subresource) {
    case 'exec': {
      const execution = execOptions(query);
      const pod = await operations.admitConnect(call, call.name, connectOptions(call, query));
      return { kind: 'exec', target: containerTarget(call.cluster, pod.object, container), options: execution };
    }
    case 'attach': {
      const attachment = processOptions(query);
      const pod = await operations.admitConnect(call, call.name, connectOptions(call, query));
      return { kind: 'attach', target: containerTarget(call.cluster, pod.object, container), options: attachment };
    }
    case 'portforward': {
      const ports = portForwardOptions(query);
      const pod = await operations.admitConnect(call, call.name, connectOptions(call, query));
      return { kind: 'portforward', target: podTarget(call.cluster, pod.object), options: ports };
    }
    default:
      throw badRequest(`pods/${call.subresource} cannot be upgraded`);
  }
}

function refuse(socket: Duplex, error: unknown, { id, logger }: { id: string; logger: Logger }): void {
  if (!isStatusError(error)) logger.error({ error, request: id }, 'an upgrade failed by an internal error');
  const status = isStatusError(error) ? error : new StatusError('InternalError', 'Internal error occurred');
  const body = JSON.stringify(status.toStatus());
  socket.end(
    `HTTP/1.1 ${status.code} ${status.reason}\r\nContent-Type: application/json\r\nAudit-Id: ${id}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
