import {
  type AgentMessage,
  type GatewayMessage,
  type Hello,
  ProtocolError,
  type Welcome,
  agentPath,
  agentSubprotocol,
  closeCodes,
  decodeGatewayMessage,
  encodeMessage,
  helloTimeoutMilliseconds,
  maxMessageBytes,
  oldestProtocolVersion,
  protocolErrorCode,
  protocolVersion,
} from '@kajitori/agent-protocol';
import { type Multiplexer, type MultiplexerOptions, multiplexWebSocket } from '@kajitori/streams';
import { type RawData, WebSocket } from 'ws';
import { RefusedError } from './refusal.ts';

export interface SessionOptions {
  gatewayUrl: URL;
  /** PEM; absent: the system's authorities. */
  authority: string | undefined;
  secret: string;
  hello: Omit<Hello, 'type' | 'protocol'>;
  /** Welcomes at or below it are from the past. */
  lastEpoch: number;
  acceptStream: NonNullable<MultiplexerOptions['accept']>;
  signal: AbortSignal;
}

/** How a session ended. */
export interface SessionEnd {
  code: number;
  reason: string;
}

/** One welcomed connection to a gateway. Keeps the heartbeat and the deadlines; what the messages mean is its owner's business. */
export class Session {
  readonly welcome: Welcome;
  readonly streams: Multiplexer;
  /** Monotonic time at which the last acknowledged heartbeat was sent: what a lease counts from. */
  leaseFrom: number;
  readonly ended: Promise<SessionEnd>;
  readonly #socket: WebSocket;
  #onMessage: ((message: GatewayMessage) => void) | undefined;
  #early: GatewayMessage[] = [];
  #heardAt = performance.now();
  readonly #sentAt = new Map<number, number>();
  #sequence = 0;

  private constructor(socket: WebSocket, welcome: Welcome, streams: Multiplexer) {
    this.#socket = socket;
    this.welcome = welcome;
    this.streams = streams;
    this.leaseFrom = performance.now();
    const { promise, resolve } = Promise.withResolvers<SessionEnd>();
    this.ended = promise;
    const heartbeat = setInterval(() => this.#beat(), welcome.heartbeatIntervalSeconds * 1000);
    const silence = setInterval(() => this.#checkSilence(), Math.min(welcome.silenceLimitSeconds * 250, 5000));
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.once('close', (code, reason) => {
      clearInterval(heartbeat);
      clearInterval(silence);
      resolve({ code, reason: reason.toString('utf8') });
    });
  }

  /**
   * Dials, says hello and waits to be welcomed.
   * @throws RefusedError, ProtocolError, or what the network says.
   */
  static async open(options: SessionOptions): Promise<Session> {
    const socket = new WebSocket(new URL(agentPath, options.gatewayUrl), [agentSubprotocol], {
      headers: { Authorization: `Bearer ${options.secret}` },
      ...(options.authority === undefined ? {} : { ca: options.authority }),
      maxPayload: maxMessageBytes,
      perMessageDeflate: false,
      handshakeTimeout: helloTimeoutMilliseconds,
    });
    const stop = (): void => socket.terminate();
    options.signal.addEventListener('abort', stop, { once: true });
    try {
      return await greet(socket, options, (welcome, streams) => new Session(socket, welcome, streams));
    } catch (error) {
      socket.terminate();
      throw error;
    } finally {
      options.signal.removeEventListener('abort', stop);
    }
  }

  /** The one listener; it gets first what came before it. */
  onMessage(listener: (message: GatewayMessage) => void): void {
    this.#onMessage = listener;
    for (const message of this.#early.splice(0)) listener(message);
  }

  send(message: AgentMessage): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(encodeMessage(message));
  }

  close(code = 1000, reason = ''): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#heardAt = performance.now();
    if (isBinary) return;
    try {
      const message = decodeGatewayMessage((data as Buffer).toString('utf8'));
      if (message?.type === 'heartbeatAck') this.#acknowledged(message.sequence);
      else if (message !== undefined && this.#onMessage === undefined) this.#early.push(message);
      else if (message !== undefined) this.#onMessage?.(message);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#socket.close(protocolErrorCode, error.message.slice(0, 120));
    }
  }

  #beat(): void {
    this.#sentAt.set(++this.#sequence, performance.now());
    this.send({ type: 'heartbeat', sequence: this.#sequence });
  }

  #acknowledged(sequence: number): void {
    this.leaseFrom = this.#sentAt.get(sequence) ?? this.leaseFrom;
    for (const one of this.#sentAt.keys()) if (one <= sequence) this.#sentAt.delete(one);
  }

  #checkSilence(): void {
    if (performance.now() - this.#heardAt > this.welcome.silenceLimitSeconds * 1000) this.#socket.terminate();
  }
}

function greet(
  socket: WebSocket,
  options: SessionOptions,
  welcomed: (welcome: Welcome, streams: Multiplexer) => Session,
): Promise<Session> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the gateway did not answer the hello in time')), helloTimeoutMilliseconds);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    // Frames of streams may follow the welcome at once, so their reader stands before it.
    const streams = multiplexWebSocket(socket, { role: 'acceptor', accept: options.acceptStream });
    socket.on('error', fail);
    socket.once('unexpected-response', (request, response) => {
      const retryAfter = Number(response.headers['retry-after']);
      request.destroy();
      const text = `the gateway answered ${response.statusCode ?? 0}`;
      fail(
        response.statusCode === 401 || response.statusCode === 403
          ? new RefusedError('Unauthorized', text)
          : new RefusedError('Unavailable', text, Number.isFinite(retryAfter) ? retryAfter : undefined),
      );
    });
    socket.once('close', (code, reason) => {
      const text = `the gateway closed the connection before it welcomed this node (${code} ${reason.toString('utf8')})`;
      const isOurs = code === closeCodes.revoked || code === closeCodes.removed;
      fail(isOurs ? new RefusedError('Unauthorized', text) : new Error(text));
    });
    socket.once('open', () =>
      socket.send(encodeMessage({ type: 'hello', protocol: { oldest: oldestProtocolVersion, newest: protocolVersion }, ...options.hello })),
    );
    socket.once('message', (data: RawData) => {
      clearTimeout(timer);
      try {
        resolve(welcomed(readWelcome(data, options.lastEpoch), streams));
      } catch (error) {
        fail(error as Error);
      }
    });
  });
}

function readWelcome(data: RawData, lastEpoch: number): Welcome {
  const message = decodeGatewayMessage((data as Buffer).toString('utf8'));
  if (message?.type === 'refused') throw new RefusedError(message.reason, message.message, message.retryAfterSeconds);
  if (message?.type !== 'welcome') throw new ProtocolError('the gateway answered the hello with something else than a welcome');
  if (message.epoch <= lastEpoch)
    throw new ProtocolError(`the gateway welcomed with epoch ${message.epoch}, but ${lastEpoch} was already seen`);
  if (message.protocol < oldestProtocolVersion || message.protocol > protocolVersion)
    throw new ProtocolError(`the gateway speaks version ${message.protocol}`);
  return message;
}
