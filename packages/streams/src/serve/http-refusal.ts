import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { StatusError, internalError } from '@kajitori/apimachinery';

/** Answers an upgrade that will not happen, as any other failure of the API is answered, and ends the connection. */
export function refuseUpgrade(socket: Duplex, error: unknown, headers: readonly string[] = []): void {
  const status = (error instanceof StatusError ? error : internalError('the stream could not be opened', error)).toStatus();
  const body = Buffer.from(JSON.stringify(status));
  const lines = [
    `HTTP/1.1 ${status.code} ${STATUS_CODES[status.code] ?? 'Error'}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Connection: close',
    ...headers,
  ];
  socket.on('error', () => socket.destroy());
  socket.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]));
}
