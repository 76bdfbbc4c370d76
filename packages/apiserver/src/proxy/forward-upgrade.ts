/** Passes on a request that leaves HTTP (WebSocket, SPDY or anything else), and then the bytes of both sides. */
import { type IncomingMessage, type OutgoingHttpHeaders, request as httpRequest, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { joinDuplexes } from '@kajitori/streams';
import { forwardedRequestHeaders, forwardedResponseHeaders } from './forwarded-headers.ts';
import { connectUpstream, unreachable, type Upstream } from './upstream.ts';

export interface ForwardUpgradeOptions {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
  upstream: Upstream;
  headers: OutgoingHttpHeaders;
  signal: AbortSignal;
}

/** Resolves when the connection has ended. @throws StatusError while nothing has been answered yet. */
export async function forwardUpgrade({ request, socket, head, upstream, headers, signal }: ForwardUpgradeOptions): Promise<void> {
  const connection = await connectUpstream(upstream, signal);
  const sent = forwardedRequestHeaders(request.headers, { clientAddress: request.socket.remoteAddress, upgrade: true });
  const answer = await ask(connection, { method: request.method ?? 'GET', path: upstream.path, headers: { ...sent, ...headers } }, signal);
  const { response, early } = answer;
  if (early === undefined) {
    // Refused: the answer goes out as the last thing on this connection.
    socket.write(headText(response, { ...forwardedResponseHeaders(response.headers), connection: 'close' }));
    await pipeline(response, socket).catch(() => socket.destroy());
    connection.destroy();
    return;
  }
  socket.write(headText(response, undefined));
  if (early.length > 0) socket.write(early);
  if (head.length > 0) connection.write(head);
  await joinDuplexes(socket, connection);
}

interface UpgradeAnswer {
  response: IncomingMessage;
  /** Bytes that came with the switch; undefined when there was none. */
  early: Buffer | undefined;
}

function ask(
  connection: Duplex,
  options: { method: string; path: string; headers: OutgoingHttpHeaders },
  signal: AbortSignal,
): Promise<UpgradeAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...options, createConnection: () => connection });
    const leave = (): void => void request.destroy(new Error('context canceled'));
    signal.addEventListener('abort', leave, { once: true });
    request.once('upgrade', (response, _socket, early) => resolve({ response, early }));
    request.once('response', (response) => resolve({ response, early: undefined }));
    request.on('error', (error) => reject(unreachable(error)));
    request.once('close', () => signal.removeEventListener('abort', leave));
    request.end();
  });
}

function headText({ statusCode = 502, statusMessage, rawHeaders }: IncomingMessage, headers: OutgoingHttpHeaders | undefined): string {
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage ?? STATUS_CODES[statusCode] ?? ''}`];
  if (headers === undefined) {
    for (let at = 0; at + 1 < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at] ?? ''}: ${rawHeaders[at + 1] ?? ''}`);
  } else {
    for (const [name, value] of Object.entries(headers)) for (const one of [value ?? ''].flat()) lines.push(`${name}: ${one}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
