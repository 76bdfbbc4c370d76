/** Passes one request on and its answer back, both streaming: neither body is held. */
import { type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders, request as httpRequest, type ServerResponse } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { forwardedRequestHeaders, forwardedResponseHeaders } from './forwarded-headers.ts';
import { connectUpstream, type Exchange, unreachable, type Upstream } from './upstream.ts';

/** An answer on its way back: what its headers become, and what its body passes through. */
export interface Passage {
  headers: OutgoingHttpHeaders;
  through: readonly Duplex[];
}

export interface ForwardOptions {
  exchange: Exchange;
  upstream: Upstream;
  /** Set over what the client sent. */
  headers: OutgoingHttpHeaders;
  /** May change an answer, or throw a StatusError instead of it. */
  answer?: (response: IncomingMessage) => Passage;
  signal: AbortSignal;
}

/** @throws StatusError ServiceUnavailable while nothing has been answered yet; afterwards the answer is cut. Gives the answer's code. */
export async function forwardRequest({ exchange, upstream, headers, answer, signal }: ForwardOptions): Promise<number> {
  const { incoming } = exchange;
  const outgoing = exchange.outgoing as ServerResponse;
  const connection = await connectUpstream(upstream, signal);
  try {
    const response = await exchanged(connection, upstream, incoming, headers, signal);
    const passage = answer?.(response) ?? { headers: forwardedResponseHeaders(response.headers), through: [] };
    const status = response.statusCode ?? 502;
    outgoing.writeHead(status, passage.headers);
    outgoing.flushHeaders?.();
    await pipeline([response, ...passage.through, outgoing]).catch(() => outgoing.destroy());
    return status;
  } finally {
    connection.destroy();
  }
}

async function exchanged(
  connection: Duplex,
  { path, tls }: Upstream,
  incoming: IncomingMessage | Http2ServerRequest,
  headers: OutgoingHttpHeaders,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const body = bodyHeaders(incoming);
  const sent = forwardedRequestHeaders(incoming.headers, { clientAddress: incoming.socket.remoteAddress, upgrade: false });
  // A failure of ours to send is no news when an answer came all the same.
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = httpRequest({
    method: incoming.method ?? 'GET',
    path,
    headers: { ...sent, ...body, ...headers, connection: 'close' },
    createConnection: () => connection,
    ...(tls === undefined ? {} : { defaultPort: 443 }),
  });
  const leave = (): void => void request.destroy(new Error('context canceled'));
  signal.addEventListener('abort', leave, { once: true });
  request.once('response', resolve).once('error', (error) => reject(unreachable(error)));
  request.once('close', () => signal.removeEventListener('abort', leave));
  request.on('error', () => undefined);
  if (body === undefined) request.end();
  else sendBody(incoming, request);
  return promise;
}

function sendBody(incoming: IncomingMessage | Http2ServerRequest, request: ClientRequest): void {
  pipeline(incoming, request).catch(() => undefined);
}

/** How the length of a body is told; undefined when there is none. */
function bodyHeaders(incoming: IncomingMessage | Http2ServerRequest): OutgoingHttpHeaders | undefined {
  const length = incoming.headers['content-length'];
  if (length !== undefined) return length === '0' && incoming.method === 'GET' ? undefined : { 'content-length': length };
  const follows = 'stream' in incoming ? !incoming.stream.endAfterHeaders : incoming.headers['transfer-encoding'] !== undefined;
  return follows ? { 'transfer-encoding': 'chunked' } : undefined;
}
