/**
 * One connection of an agent to a gateway, as the protocol asks: `hello`, `welcome`, then messages both ways and streams beside them.
 * It knows nothing of pods.
 */
import {
  type AgentMessage,
  agentPath,
  agentSubprotocol,
  decodeGatewayMessage,
  encodeMessage,
  type GatewayMessage,
  type Hello,
  maxMessageBytes,
  type Welcome,
} from '@kajitori/agent-protocol';
import { acceptNodeStreams, type ClusterDialer, multiplexWebSocket, type Multiplexer, type NodeStreams } from '@kajitori/streams';
import { WebSocket } from 'ws';

export interface AgentConnectionOptions {
  /** `wss://HOST:PORT`. */
  gatewayUrl: string;
  /** PEM of the authority that signed the gateway's certificate. */
  caCertificates?: string;
  /** A join token, or the node's own credential. */
  secret: string;
  hello: Omit<Hello, 'type' | 'protocol'>;
  streams: NodeStreams & ClusterDialer;
  onMessage(message: GatewayMessage): void;
}

/** The gateway did not let the agent in. */
export class RefusedByGatewayError extends Error {
  override readonly name = 'RefusedByGatewayError';
  /** HTTP status of a refused upgrade, or the reason of a `refused`. */
  readonly reason: number | string;
  constructor(reason: number | string, message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface ClosedConnection {
  code: number;
  reason: string;
}

export class AgentConnection {
  readonly welcome: Welcome;
  /** Settles when the connection has ended. */
  readonly closed: Promise<ClosedConnection>;
  readonly multiplexer: Multiplexer;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket, welcome: Welcome, multiplexer: Multiplexer, closed: Promise<ClosedConnection>) {
    this.#socket = socket;
    this.welcome = welcome;
    this.multiplexer = multiplexer;
    this.closed = closed;
  }

  /** @throws RefusedByGatewayError when it was not let in, Error when the gateway does not answer. */
  static async open(options: AgentConnectionOptions): Promise<AgentConnection> {
    const socket = new WebSocket(`${options.gatewayUrl}${agentPath}`, agentSubprotocol, {
      headers: { authorization: `Bearer ${options.secret}` },
      ...(options.caCertificates === undefined ? {} : { ca: options.caCertificates }),
      perMessageDeflate: false,
      maxPayload: maxMessageBytes,
      handshakeTimeout: 10_000,
    });
    const closed = new Promise<ClosedConnection>((resolve) =>
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
    const multiplexer = multiplexWebSocket(socket, { role: 'acceptor', accept: acceptNodeStreams(options.streams) });
    const welcomed = Promise.withResolvers<Welcome>();
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) return;
      const message = decodeGatewayMessage(data.toString('utf8'));
      if (message?.type === 'welcome') welcomed.resolve(message);
      else if (message?.type === 'refused') welcomed.reject(new RefusedByGatewayError(message.reason, message.message));
      if (message !== undefined) options.onMessage(message);
    });
    socket.on('unexpected-response', (_request, answer) => {
      welcomed.reject(new RefusedByGatewayError(answer.statusCode ?? 0, `the gateway answered ${answer.statusCode}`));
      socket.terminate();
    });
    socket.on('error', (error) => welcomed.reject(error));
    socket.once('open', () => socket.send(encodeMessage({ type: 'hello', protocol: { oldest: 1, newest: 1 }, ...options.hello })));
    void closed.then(({ code, reason }) => welcomed.reject(new Error(`the connection ended before the welcome: ${code} ${reason}`)));
    return new AgentConnection(socket, await welcomed.promise, multiplexer, closed);
  }

  send(message: AgentMessage): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(encodeMessage(message));
  }

  /** Says goodbye. */
  close(): void {
    this.#socket.close(1000);
  }

  /** Vanishes, as a machine does that loses power. */
  terminate(): void {
    this.#socket.terminate();
  }

  /** Stops reading, as a machine does that hangs. */
  freeze(): void {
    this.#socket.pause();
  }
}
