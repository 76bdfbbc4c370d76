/**
 * The sessions of agents that this process holds: lets them in, keeps them known to other processes, and ends them when their credential, their
 * connection or the process does. With no session it owns no timer and asks the database nothing.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { agentPath, agentSubprotocol, closeCodes, maxMessageBytes } from '@kajitori/agent-protocol';
import { type ClusterId, isSecretToken, StatusError, unauthorized } from '@kajitori/apimachinery';
import type { Storage } from '@kajitori/storage';
import { type ClusterDialer, type NodeStreams, refuseUpgrade } from '@kajitori/streams';
import type { Metrics } from '@kajitori/telemetry';
import { WebSocketServer } from 'ws';
import { ClusterTails } from './desired/cluster-tail.ts';
import { GatewayMetrics } from './gateway-metrics.ts';
import {
  drainDeadlineSeconds,
  maxSessions,
  revocationIntervalMilliseconds,
  silenceLimitSeconds,
  sweepIntervalMilliseconds,
} from './limits.ts';
import { AgentSession } from './session/agent-session.ts';
import type { Admission } from './session/open-session.ts';
import type { SessionParts } from './session/session-parts.ts';
import type { SessionKey } from './sessions/session-directory.ts';
import type { LocalSessions } from './streams/routed-streams.ts';

export interface GatewayOptions extends Omit<SessionParts, 'tails' | 'metrics'> {
  /** What nodes may see is read from here; what they report is written through `clients`. */
  storage: Storage;
  metrics?: Metrics;
}

export class Gateway implements LocalSessions, AsyncDisposable {
  readonly #parts: SessionParts;
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    clientTracking: false,
    handleProtocols: () => agentSubprotocol,
  });
  /** Everyone with an open connection, welcomed or not. */
  readonly #connected = new Set<AgentSession>();
  /** The newest session of each node. */
  readonly #sessions = new Map<string, AgentSession>();
  readonly #timers: NodeJS.Timeout[] = [];
  #draining = false;

  constructor({ storage, metrics, ...parts }: GatewayOptions) {
    this.#parts = { ...parts, tails: new ClusterTails(storage, parts.logger), metrics: new GatewayMetrics(metrics) };
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Whether a request is an agent's. */
  takes(request: IncomingMessage): boolean {
    return (request.url ?? '').split('?', 1)[0] === agentPath;
  }

  /** Takes an agent's upgrade request. Never throws; a refusal is answered on the socket. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
      if (!offered.includes(agentSubprotocol)) throw new StatusError('BadRequest', `an agent asks for the subprotocol ${agentSubprotocol}`);
      if (this.#draining || this.#connected.size >= maxSessions)
        throw new StatusError('ServiceUnavailable', 'this gateway takes no sessions now');
      const admission = await this.#admit(request.headers.authorization);
      if (socket.destroyed) return;
      this.#server.handleUpgrade(
        request,
        socket,
        head,
        (webSocket) => void this.#serve(new AgentSession(webSocket, this.#parts), admission),
      );
    } catch (error) {
      if (!(error instanceof StatusError)) this.#parts.logger.error({ error }, 'an agent could not be let in');
      refuseUpgrade(socket, error, error instanceof StatusError && error.code === 503 ? ['Retry-After: 1'] : []);
    }
  }

  find({ cluster, node }: SessionKey): (NodeStreams & ClusterDialer) | undefined {
    return this.#sessions.get(`${cluster}/${node}`)?.streams;
  }

  anyNode(cluster: ClusterId): string | undefined {
    return this.#sessions.values().find(({ row }) => row.cluster === cluster)?.row.node;
  }

  /** Asks every agent to leave, waits a while, and ends what is left. No new session is taken. */
  async drain(): Promise<void> {
    this.#draining = true;
    for (const session of this.#connected) session.requestReconnect(drainDeadlineSeconds);
    for (let waited = 0; this.#connected.size > 0 && waited < drainDeadlineSeconds * 1000; waited += 50) await sleep(50);
    for (const session of this.#connected) session.end(1001, 'drained');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#draining = true;
    for (const session of this.#connected) session.end(1001, 'shut down');
    for (let waited = 0; this.#connected.size > 0 && waited < 2_500; waited += 20) await sleep(20);
    this.#stopTimers();
    this.#parts.tails[Symbol.dispose]();
  }

  async #admit(authorization: string | undefined): Promise<Admission> {
    const [, token = ''] = /^Bearer ([\x21-\x7e]{1,512})$/.exec(authorization ?? '') ?? [];
    if (isSecretToken('joinToken', token)) {
      if ((await this.#parts.identity.checkJoinToken(token)) === undefined) throw unauthorized();
      return { joinToken: token };
    }
    const principal = await this.#parts.identity.authenticate(token);
    if (principal === undefined) throw unauthorized();
    return { principal };
  }

  async #serve(session: AgentSession, admission: Admission): Promise<void> {
    this.#connected.add(session);
    if (this.#timers.length === 0) this.#startTimers();
    await session.run(admission, () => this.#welcomed(session));
    this.#connected.delete(session);
    if (this.#connected.size === 0) this.#stopTimers();
    this.#measure();
  }

  #welcomed(session: AgentSession): void {
    const { row } = session;
    const key = `${row.cluster}/${row.node}`;
    const older = this.#sessions.get(key);
    if (older !== undefined && older.row.epoch > row.epoch) return session.supersede();
    this.#sessions.set(key, session);
    older?.supersede();
    session.endReplacedCredentials();
    session.onClosed(() => {
      if (this.#sessions.get(key) !== session) return;
      this.#sessions.delete(key);
      this.#parts.directory
        .remove(row)
        .catch((error: unknown) => this.#parts.logger.warn({ error, ...row }, 'the row of an ended session stays until it expires'));
    });
    this.#measure();
  }

  #measure(): void {
    this.#parts.metrics.sessions.set(this.#sessions.size);
    this.#parts.metrics.tails.set(this.#parts.tails.size);
  }

  #startTimers(): void {
    const every = (milliseconds: number, what: string, run: () => Promise<void>): void => {
      let running = false;
      const timer = setInterval(() => {
        if (running) return;
        running = true;
        run()
          .catch((error: unknown) => this.#parts.logger.warn({ error }, `${what} failed; it is tried again`))
          .finally(() => (running = false));
      }, milliseconds);
      this.#timers.push(timer.unref());
    };
    every(sweepIntervalMilliseconds, 'renewing the rows of sessions', () => this.#sweep());
    every(revocationIntervalMilliseconds, 'asking for ended credentials', () => this.#endRevoked());
  }

  #stopTimers(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }

  async #sweep(): Promise<void> {
    for (const session of this.#connected) if (session.silentSeconds > silenceLimitSeconds) session.cut('silent');
    const taken = await this.#parts.directory.renew([...this.#sessions.values()].map(({ row }) => row));
    for (const { cluster, node, epoch } of taken) {
      const session = this.#sessions.get(`${cluster}/${node}`);
      if (session?.row.epoch === epoch) session.supersede();
    }
    this.#measure();
  }

  async #endRevoked(): Promise<void> {
    const byCredential = Map.groupBy(this.#connected, ({ credentialId }) => credentialId);
    const known = [...byCredential.keys()].filter((id) => id !== undefined);
    if (known.length === 0) return;
    for (const id of await this.#parts.identity.ended(known)) {
      for (const session of byCredential.get(id) ?? []) session.end(closeCodes.revoked, 'revoked');
    }
  }
}
