/**
 * Serves a request for exec, attach or port-forward, whichever of Kubernetes' protocols the client upgrades to. The caller has authenticated and
 * authorized it and found the pod; this negotiates, opens the node's side, upgrades and copies until the end.
 * A node that cannot be reached, or a container that is not there, is answered in HTTP before any upgrade.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { StatusError, badRequest } from '@kajitori/apimachinery';
import type { Logger } from '@kajitori/telemetry';
import { type WebSocket, WebSocketServer, createWebSocketStream } from 'ws';
import type { ContainerTarget, NodeStreams, PodTarget, ProcessOptions, ProcessStreams } from '../node-streams.ts';
import { type ChannelProtocol, commandProtocols, portForwardProtocols, portForwardTunnelProtocol } from '../websocket/channel-protocols.ts';
import { keepAlive } from '../websocket/keep-alive.ts';
import { joinCommand } from './command-channels.ts';
import { refuseUpgrade } from './http-refusal.ts';
import { portForwardProtocol, servePortForwardSpdy } from './port-forward-session.ts';
import { type SpdyCommandProtocol, spdyCommand, spdyCommandProtocols } from './spdy-command.ts';
import { webSocketCommand } from './websocket-command.ts';
import { servePortForwardChannels } from './websocket-port-forward.ts';

export type UpgradeTarget =
  | { kind: 'exec'; target: ContainerTarget; options: ProcessOptions & { command: readonly string[] } }
  | { kind: 'attach'; target: ContainerTarget; options: ProcessOptions }
  | { kind: 'portforward'; target: PodTarget; options: { ports: readonly number[] } };

export type UpgradeRequest = UpgradeTarget & {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
  node: NodeStreams;
  /** Ends the stream, for example when the server drains. */
  signal?: AbortSignal;
  logger?: Logger;
};

type CommandUpgrade = Exclude<UpgradeRequest, { kind: 'portforward' }>;

/** Largest message that a client may send; kubectl sends at most 32 KiB, others a whole file. */
const maxMessageBytes = 8 * 1024 * 1024;
const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: maxMessageBytes, clientTracking: false });

/** Resolves when the stream has ended, or when its refusal was sent. Never rejects. */
export async function serveUpgrade(upgrade: UpgradeRequest): Promise<void> {
  const { socket, signal } = upgrade;
  const cut = (): void => void socket.destroy();
  signal?.addEventListener('abort', cut, { once: true });
  socket.on('error', cut);
  try {
    if (signal?.aborted === true) throw new StatusError('ServiceUnavailable', 'the server is shutting down');
    const wanted = (upgrade.request.headers.upgrade ?? '').toLowerCase();
    if (wanted === 'websocket') await serveWebSocket(upgrade);
    else if (wanted === 'spdy/3.1') await serveSpdy(upgrade);
    else
      throw badRequest(
        `unable to upgrade: missing upgrade headers in request: Upgrade is ${JSON.stringify(wanted)}, not websocket or SPDY/3.1`,
      );
  } catch (error) {
    if (error instanceof AnsweredError) upgrade.logger?.debug({ error, kind: upgrade.kind }, 'a stream ended early');
    else refuseUpgrade(socket, error);
  } finally {
    signal?.removeEventListener('abort', cut);
  }
}

/** An error after the upgrade, or one that was answered in its own way: nothing more can be said over HTTP. */
class AnsweredError extends Error {}

/** Runs what follows an upgrade; from here on only the stream's own words reach the client. */
async function upgraded(socket: Duplex, serve: () => Promise<void>): Promise<void> {
  try {
    await serve();
  } catch (cause) {
    socket.destroy();
    throw new AnsweredError('the stream ended early', { cause });
  }
}

async function serveWebSocket(upgrade: UpgradeRequest): Promise<void> {
  const offered = headerList(upgrade.request.headers['sec-websocket-protocol']);
  if (upgrade.kind !== 'portforward') {
    const name = choose(offered, commandProtocols);
    const process = await openProcess(upgrade);
    const socket = await handshake(upgrade, name).catch((error: unknown) => {
      process.destroy();
      throw error;
    });
    return upgraded(upgrade.socket, () => joinCommand(process, webSocketCommand(socket, commandProtocols.get(name)!, upgrade.options)));
  }
  if (offered.includes(portForwardTunnelProtocol)) {
    const socket = await handshake(upgrade, portForwardTunnelProtocol);
    const tunnel = createWebSocketStream(socket, { highWaterMark: 128 * 1024 });
    return upgraded(upgrade.socket, () => servePortForwardSpdy(tunnel, upgrade.target, upgrade.node));
  }
  const name = choose(offered, portForwardProtocols);
  if (upgrade.options.ports.length === 0) throw badRequest('you must specify at least 1 port');
  const socket = await handshake(upgrade, name);
  const target = { ...upgrade.target, ports: upgrade.options.ports };
  return upgraded(upgrade.socket, () => servePortForwardChannels(socket, portForwardProtocols.get(name)!, target, upgrade.node));
}

async function serveSpdy(upgrade: UpgradeRequest): Promise<void> {
  const offered = headerList(upgrade.request.headers['x-stream-protocol-version']);
  if (upgrade.kind === 'portforward') {
    const name = chooseSpdy(upgrade, offered, [portForwardProtocol, '']);
    return upgraded(upgrade.socket, () => servePortForwardSpdy(switchToSpdy(upgrade, name), upgrade.target, upgrade.node));
  }
  const name = chooseSpdy(upgrade, offered, spdyCommandProtocols);
  const process = await openProcess(upgrade);
  return upgraded(upgrade.socket, async () => {
    try {
      await joinCommand(process, await spdyCommand(switchToSpdy(upgrade, name), name, upgrade.options));
    } finally {
      process.destroy();
    }
  });
}

/** Opens the node's side; a client that leaves meanwhile takes it along. */
async function openProcess(upgrade: CommandUpgrade): Promise<ProcessStreams> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  upgrade.socket.once('close', leave);
  try {
    if (upgrade.kind === 'attach') return await upgrade.node.attach({ ...upgrade.target, ...upgrade.options }, gone.signal);
    return await upgrade.node.exec({ ...upgrade.target, ...upgrade.options }, gone.signal);
  } finally {
    upgrade.socket.off('close', leave);
  }
}

/** The first of the client's protocols that is spoken here. */
function choose(offered: readonly string[], spoken: ReadonlyMap<string, ChannelProtocol>): string {
  const name = offered.length === 0 ? '' : offered.find((candidate) => candidate !== '' && spoken.has(candidate));
  if (name !== undefined) return name;
  throw badRequest(
    `requested protocol(s) are not supported: ${offered.join(', ')}; supports ${[...spoken.keys()].filter(Boolean).join(', ')}`,
  );
}

function chooseSpdy<Name extends string>(upgrade: UpgradeRequest, offered: readonly string[], spoken: readonly Name[]): Name {
  const name =
    offered.length === 0
      ? spoken.find((candidate) => candidate === '')
      : offered.map((text) => spoken.find((candidate) => candidate === text)).find((found) => found !== undefined);
  if (name !== undefined) return name;
  const error = new StatusError(
    'Forbidden',
    `unable to upgrade: none of the client's stream protocols is supported: ${offered.join(', ')}`,
  );
  refuseUpgrade(
    upgrade.socket,
    error,
    spoken.filter((candidate) => candidate !== '').map((candidate) => `X-Accepted-Stream-Protocol-Versions: ${candidate}`),
  );
  throw new AnsweredError(error.message);
}

function headerList(header: string | string[] | undefined): string[] {
  return (Array.isArray(header) ? header : [header ?? ''])
    .flatMap((line) => line.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function handshake({ request, socket, head }: UpgradeRequest, protocol: string): Promise<WebSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>();
  // The library answers with a protocol only when the client offered it, so the chosen one is all that it is shown.
  if (protocol === '') delete request.headers['sec-websocket-protocol'];
  else request.headers['sec-websocket-protocol'] = protocol;
  const fail = (): void => reject(new AnsweredError('the WebSocket handshake failed'));
  socket.once('close', fail);
  webSockets.handleUpgrade(request, socket, head, (webSocket) => {
    socket.off('close', fail);
    webSocket.on('error', () => webSocket.terminate());
    keepAlive(webSocket);
    resolve(webSocket);
  });
  return promise;
}

function switchToSpdy({ socket, head }: UpgradeRequest, protocol: SpdyCommandProtocol | typeof portForwardProtocol): Duplex {
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: SPDY/3.1'];
  if (protocol !== '') lines.push(`X-Stream-Protocol-Version: ${protocol}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  if (head.length > 0) socket.unshift(head);
  return socket;
}
