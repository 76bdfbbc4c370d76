import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { StatusError } from '@kajitori/apimachinery';

export interface Address {
  host: string;
  port: number;
}

const dialTimeoutMilliseconds = 10_000;

/** Somebody answered that nobody listens there. */
export class ConnectionRefusedError extends StatusError {}

/** A connection. @throws StatusError ServiceUnavailable with what the network said, in Go's words. */
export function dial(address: Address, signal: AbortSignal | undefined): Promise<Duplex> {
  const where = `dial tcp ${address.host}:${address.port}`;
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address, allowHalfOpen: true, noDelay: true });
    const fail = (error: StatusError): void => {
      signal?.removeEventListener('abort', aborted);
      socket.destroy();
      reject(error);
    };
    const aborted = (): void => fail(new StatusError('ServiceUnavailable', `${where}: given up`));
    signal?.addEventListener('abort', aborted, { once: true });
    socket.setTimeout(dialTimeoutMilliseconds, () => fail(new StatusError('ServiceUnavailable', `${where}: i/o timeout`)));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      fail(
        error.code === 'ECONNREFUSED'
          ? new ConnectionRefusedError('ServiceUnavailable', `${where}: connect: connection refused`)
          : new StatusError('ServiceUnavailable', `${where}: ${error.message}`),
      ),
    );
    socket.once('connect', () => {
      signal?.removeEventListener('abort', aborted);
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}
