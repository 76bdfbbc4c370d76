import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type AgentMessage,
  type DesiredObject,
  type GatewayMessage,
  type Hello,
  type NodeReport,
  type ReportedEvent,
  agentPath,
  decodeAgentMessage,
  encodeMessage,
} from '@kajitori/agent-protocol';
import { clusterId } from '@kajitori/apimachinery';
import type { PodStatus } from '@kajitori/kinds';
import { MultiplexedNodeStreams, multiplexWebSocket } from '@kajitori/streams';
import { type WebSocket, WebSocketServer } from 'ws';

export const testCluster = clusterId(`c-${'a'.repeat(20)}`);

/** A gateway that keeps what it is told in memory: speaks the protocol, knows no database. */
export class TestGateway implements AsyncDisposable {
  readonly #server = createServer();
  readonly #sockets = new WebSocketServer({
    server: this.#server,
    path: agentPath,
    verifyClient: ({ req }: { req: IncomingMessage }, answer: (takes: boolean, status?: number) => void) => {
      const takes = this.admits(req.headers.authorization);
      if (!takes) this.refusals.push(performance.now());
      answer(takes, 401);
    },
  });
  readonly #objects = new Map<string, DesiredObject>();
  #revision = 1;
  /** Of the last welcome. */
  epoch = 0;
  appliedRevision = 0;
  closed = 0;
  /** The hash of the credential that was last announced. */
  rotatedTo: string | undefined;
  /** How many sessions had been welcomed when the last one closed. */
  closedAfterWelcomes = 0;
  #socket: WebSocket | undefined;
  #streams: MultiplexedNodeStreams | undefined;
  readonly hellos: Hello[] = [];
  readonly authorizations: (string | undefined)[] = [];
  readonly statuses = new Map<string, PodStatus>();
  readonly gone: string[] = [];
  readonly events = new Map<string, ReportedEvent>();
  node: NodeReport | undefined;
  port = 0;
  /** Whom it takes: anybody, until told otherwise. The rest gets a 401. */
  admits: (authorization: string | undefined) => boolean = () => true;
  /** When somebody was not taken. */
  readonly refusals: number[] = [];

  constructor() {
    this.#sockets.on('connection', (socket, request) => {
      this.authorizations.push(request.headers.authorization);
      socket.on('close', () => {
        this.closed++;
        this.closedAfterWelcomes = this.hellos.length;
      });
      socket.on('message', (data, isBinary) => {
        if (isBinary) return;
        const message = decodeAgentMessage((data as Buffer).toString('utf8'));
        if (message !== undefined) this.#receive(socket, message);
      });
    });
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
  }

  get url(): URL {
    return new URL(`ws://127.0.0.1:${this.port}`);
  }

  get revision(): number {
    return this.#revision;
  }

  get streams(): MultiplexedNodeStreams {
    if (this.#streams === undefined) throw new Error('no agent is connected');
    return this.#streams;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Breaks the line without a word. */
  cut(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  askReconnect(): void {
    this.#send(this.#socket, { type: 'reconnect', deadlineSeconds: 30 });
  }

  put(...objects: DesiredObject[]): void {
    const puts: DesiredObject[] = [];
    for (const object of objects) {
      const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#revision) } };
      this.#objects.set(keyOf(stored), stored);
      puts.push(stored);
    }
    this.#send(this.#socket, { type: 'desiredDelta', revision: this.#revision, puts, removes: [] });
  }

  remove(kind: string, namespace: string, name: string): void {
    this.#objects.delete(`${kind}/${namespace}/${name}`);
    this.#send(this.#socket, { type: 'desiredDelta', revision: ++this.#revision, puts: [], removes: [{ kind, namespace, name }] });
  }

  get(kind: string, namespace: string, name: string): DesiredObject | undefined {
    return this.#objects.get(`${kind}/${namespace}/${name}`);
  }

  eventsOf(pod: string): { type: unknown; reason: unknown; message: unknown }[] {
    const own = [...this.events.values()].filter((event) => (event['involvedObject'] as { name?: string }).name === pod);
    return own.map((event) => ({ type: event['type'], reason: event['reason'], message: event['message'] }));
  }

  #send(socket: WebSocket | undefined, message: GatewayMessage): void {
    if (socket?.readyState === socket?.OPEN) socket?.send(encodeMessage(message));
  }

  #receive(socket: WebSocket, message: AgentMessage): void {
    switch (message.type) {
      case 'hello':
        return this.#welcome(socket, message);
      case 'heartbeat':
        return this.#send(socket, { type: 'heartbeatAck', sequence: message.sequence, serverTime: new Date().toISOString() });
      case 'node':
        this.node = message;
        return;
      case 'podStatuses':
        for (const { uid, status } of message.statuses) this.statuses.set(uid, status);
        return this.#send(socket, { type: 'batchResult', of: 'podStatuses', batch: message.batch, refused: [] });
      case 'events':
        for (const event of message.events) this.events.set(event.metadata.name, event);
        return this.#send(socket, { type: 'batchResult', of: 'events', batch: message.batch, refused: [] });
      case 'podsGone':
        this.gone.push(...message.pods.map(({ uid }) => uid));
        this.#send(socket, { type: 'batchResult', of: 'podsGone', batch: message.batch, refused: [] });
        for (const { namespace, name } of message.pods)
          if (this.get('Pod', namespace, name) !== undefined) this.remove('Pod', namespace, name);
        return;
      case 'tokenRequest':
        return this.#send(socket, {
          type: 'tokenResult',
          id: message.id,
          token: 'a.b.c',
          expirationTimestamp: new Date(Date.now() + 3_600_000).toISOString(),
        });
      case 'desiredApplied':
        this.appliedRevision = message.revision;
        return;
      case 'rotateCredential':
        this.rotatedTo = message.credentialHash;
        return this.#send(socket, { type: 'credentialRotated', credentialHash: message.credentialHash });
    }
  }

  #welcome(socket: WebSocket, hello: Hello): void {
    this.hellos.push(hello);
    this.#socket = socket;
    this.#streams = new MultiplexedNodeStreams(multiplexWebSocket(socket, { role: 'dialer' }));
    const resumed = hello.resume?.desiredRevision === this.#revision;
    this.#send(socket, {
      type: 'welcome',
      protocol: 1,
      cluster: testCluster,
      nodeName: hello.nodeName,
      epoch: ++this.epoch,
      resumed,
      heartbeatIntervalSeconds: 1,
      leaseDurationSeconds: 10,
      silenceLimitSeconds: 5,
      serverTime: new Date().toISOString(),
    });
    if (!resumed)
      this.#send(socket, { type: 'desiredSync', revision: this.#revision, part: 0, last: true, objects: [...this.#objects.values()] });
  }
}

function keyOf({ kind, metadata }: DesiredObject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}
