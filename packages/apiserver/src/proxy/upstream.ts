import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { isStatusError, StatusError } from '@kajitori/apimachinery';

/** A request and its answer as Node has them, for what passes them on without reading. */
export interface Exchange {
  incoming: IncomingMessage | Http2ServerRequest;
  outgoing: ServerResponse | Http2ServerResponse;
}

/** Where a request goes on to. */
export interface Upstream {
  /** Path and query, encoded. */
  path: string;
  dial: (signal: AbortSignal) => Promise<Duplex>;
  /** Absent: plain HTTP. */
  tls?: ConnectionOptions;
}

const handshakeMilliseconds = 10_000;

/** The failure to reach something behind a proxy, in Kubernetes' words. */
export function unreachable(error: unknown): StatusError {
  if (isStatusError(error) && error.code === 503 && error.message.startsWith('no ')) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new StatusError('ServiceUnavailable', `error trying to reach service: ${why}`, { cause: error });
}

/** A connection on which HTTP is spoken. @throws StatusError ServiceUnavailable. */
export async function connectUpstream({ dial, tls }: Upstream, signal: AbortSignal): Promise<Duplex> {
  let connection: Duplex;
  try {
    connection = await dial(signal);
  } catch (error) {
    // What does not exist is told as such; all else is about the way there.
    if (isStatusError(error) && error.code !== 503) throw error;
    throw unreachable(error);
  }
  connection.on('error', () => connection.destroy());
  if (tls === undefined) return connection;
  return handshake(connection, tls).catch((error: unknown) => {
    connection.destroy();
    throw unreachable(error);
  });
}

function handshake(connection: Duplex, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...options, socket: connection, ALPNProtocols: ['http/1.1'] });
    const timer = setTimeout(() => socket.destroy(new Error('net/http: TLS handshake timeout')), handshakeMilliseconds);
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      reject(new Error('EOF'));
    });
  });
}
