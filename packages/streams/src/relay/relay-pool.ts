/**
 * Connections from this process to the gateways that hold nodes' sessions: one an instance, made when first asked for, closed when unused for a while.
 */
import { type Clock, StatusError } from '@kajitori/apimachinery';
import { WebSocket } from 'ws';
import { MultiplexedNodeStreams } from '../multiplex/multiplexed-node-streams.ts';
import type { Multiplexer } from '../multiplex/multiplexer.ts';
import type { ClusterDialer, NodeStreams } from '../node-streams.ts';
import { keepAlive } from '../websocket/keep-alive.ts';
import { maxMultiplexMessageBytes, multiplexWebSocket } from '../websocket/multiplex-websocket.ts';
import { relayProof } from './relay-credential.ts';
import { relayPath } from './relay-server.ts';

/** A process that holds sessions, and where it is reached from inside: `host:port`. */
export interface GatewayInstance {
  instance: string;
  address: string;
}

export const connectTimeoutMilliseconds = 5_000;
export const idleMilliseconds = 60_000;

interface Connection {
  socket: WebSocket;
  multiplexer: Multiplexer;
  streams: NodeStreams & ClusterDialer;
}

export interface RelayPoolOptions {
  key: Uint8Array;
  clock: Clock;
  /** PEM of the platform's CA, which alone is trusted; addresses inside the platform are not names that it certifies. */
  caCertificates: string | (() => Promise<string>);
}

export class RelayPool implements Disposable {
  readonly #options: RelayPoolOptions;
  readonly #connections = new Map<string, Promise<Connection>>();

  constructor(options: RelayPoolOptions) {
    this.#options = options;
  }

  /** @throws StatusError ServiceUnavailable when the instance does not answer. */
  async connect(to: GatewayInstance): Promise<NodeStreams & ClusterDialer> {
    const known = this.#connections.get(to.instance);
    if (known !== undefined) return (await known).streams;
    const connecting = this.#dial(to);
    this.#connections.set(to.instance, connecting);
    const forget = (): void => {
      if (this.#connections.get(to.instance) === connecting) this.#connections.delete(to.instance);
    };
    try {
      const connection = await connecting;
      connection.socket.once('close', forget);
      if (connection.socket.readyState !== WebSocket.OPEN) forget();
      return connection.streams;
    } catch (cause) {
      forget();
      throw new StatusError('ServiceUnavailable', 'the gateway that holds the node is not reachable', { cause });
    }
  }

  async #dial({ instance, address }: GatewayInstance): Promise<Connection> {
    const { key, clock, caCertificates } = this.#options;
    const ca = typeof caCertificates === 'string' ? caCertificates : await caCertificates();
    const socket = new WebSocket(`wss://${address}${relayPath}`, {
      headers: { authorization: relayProof(key, instance, clock.now()) },
      ca,
      // Node takes whatever is not an error here as consent.
      checkServerIdentity: () => false,
      handshakeTimeout: connectTimeoutMilliseconds,
      perMessageDeflate: false,
      maxPayload: maxMultiplexMessageBytes,
    });
    await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.on('error', () => socket.terminate());
    keepAlive(socket);
    const multiplexer = multiplexWebSocket(socket, { role: 'dialer' });
    this.#closeWhenIdle(socket, multiplexer);
    return { socket, multiplexer, streams: new MultiplexedNodeStreams(multiplexer) };
  }

  #closeWhenIdle(socket: WebSocket, multiplexer: Multiplexer): void {
    let idleChecks = 0;
    const timer = setInterval(() => {
      idleChecks = multiplexer.streamCount === 0 ? idleChecks + 1 : 0;
      if (idleChecks === 2) socket.close(1000);
    }, idleMilliseconds / 2);
    timer.unref();
    socket.once('close', () => clearInterval(timer));
  }

  [Symbol.dispose](): void {
    for (const connecting of this.#connections.values())
      void connecting.then(
        ({ socket }) => socket.terminate(),
        () => undefined,
      );
    this.#connections.clear();
  }
}
