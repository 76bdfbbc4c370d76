import { connect } from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import { notFound, StatusError } from '@kajitori/apimachinery';
import type { DocumentRequest, NodeStreams, PortForwardRequest } from '@kajitori/streams';

const refuse = (): Promise<never> => Promise.reject(new StatusError('ServiceUnavailable', 'only ports are served here'));

/** A way to nodes whose pods' ports are ports of this machine; it remembers what it was asked for. */
export class PortNode implements NodeStreams {
  exec = (): Promise<never> => refuse();
  attach = (): Promise<never> => refuse();
  logs = (): Promise<never> => refuse();
  readonly asked: PortForwardRequest[] = [];
  /** By uid and port, the port of this machine. */
  readonly #ports = new Map<string, number>();

  /** By `NODE/PATH`. */
  readonly documents = new Map<string, string>();

  document({ node, path }: DocumentRequest): Promise<Readable> {
    const body = this.documents.get(`${node}${path}`);
    return body === undefined
      ? Promise.reject(new StatusError('NotFound', 'the node serves no such document'))
      : Promise.resolve(Readable.from([Buffer.from(body)]));
  }

  open(uid: string, port: number, localPort: number): void {
    this.#ports.set(`${uid}:${port}`, localPort);
  }

  portForward(request: PortForwardRequest): Promise<Duplex> {
    this.asked.push(request);
    const port = this.#ports.get(`${request.uid}:${request.port}`);
    const known = this.#ports.keys().some((key) => key.startsWith(`${request.uid}:`));
    if (!known) return Promise.reject(notFound({ group: '', resource: 'pods' }, request.pod));
    return new Promise((resolve, reject) => {
      const refused = (): void =>
        reject(new StatusError('ServiceUnavailable', `dial tcp 10.1.0.1:${request.port}: connect: connection refused`));
      if (port === undefined) return refused();
      const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      socket.once('error', refused).once('connect', () => resolve(socket));
    });
  }
}
