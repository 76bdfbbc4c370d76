/**
 * One session of one node: from the agent's `hello` until its connection ends. It tells the agent what to run, writes what the agent reports, and
 * carries streams. It owns its connection, its feed and its multiplexer.
 *
 * Invariant: it writes only under its own fence, so once a newer session of the node exists, nothing that this one still does is kept.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AgentMessage,
  closeCodes,
  decodeAgentMessage,
  encodeMessage,
  type GatewayMessage,
  gatewayStreamRequestForm,
  type Hello,
  helloTimeoutMilliseconds,
  type NodeReport,
  ProtocolError,
  protocolErrorCode,
} from '@kajitori/agent-protocol';
import { badRequest, formatTime, isStatusError, randomName } from '@kajitori/apimachinery';
import { ClusterGoneError } from '@kajitori/storage';
import {
  channelNumber,
  type ClusterDialer,
  MultiplexedNodeStreams,
  type MultiplexedStream,
  multiplexWebSocket,
  type NodeStreams,
} from '@kajitori/streams';
import type { Logger } from '@kajitori/telemetry';
import type { RawData, WebSocket } from 'ws';
import { DesiredFeed } from '../desired/desired-feed.ts';
import type { NodePrincipal } from '../identity.ts';
import {
  heartbeatIntervalSeconds,
  leaseDurationSeconds,
  maxApiConnections,
  maxConcurrentMessages,
  maxUnsentBytes,
  silenceLimitSeconds,
} from '../limits.ts';
import { EventWriter } from '../node/event-writer.ts';
import { NodeWriter } from '../node/node-writer.ts';
import { PodWriter } from '../node/pod-writer.ts';
import { TokenIssuer } from '../node/token-issuer.ts';
import type { SessionRow } from '../sessions/session-directory.ts';
import { settleBatch } from './batch.ts';
import { type Admission, BadTokenError, type OpenedSession, openSession, RefusedError } from './open-session.ts';
import type { SessionParts } from './session-parts.ts';

/** What a welcomed session works with. */
interface Work {
  opened: OpenedSession;
  feed: DesiredFeed;
  node: NodeWriter;
  pods: PodWriter;
  events: EventWriter;
  tokens: TokenIssuer;
  streams: NodeStreams & ClusterDialer;
}

const reportRetryMilliseconds = 2_000;

export class AgentSession {
  readonly #socket: WebSocket;
  readonly #parts: SessionParts;
  readonly #over = new AbortController();
  readonly #closed: Promise<void>;
  #logger: Logger;
  #work: Work | undefined;
  #principal: NodePrincipal | undefined;
  #heardAt = performance.now();
  #handling = 0;
  #report: NodeReport | undefined;
  #reporting = false;
  #leased = false;
  #reconnectBy: number | undefined;
  #why = 'closed';

  constructor(socket: WebSocket, parts: SessionParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#logger = parts.logger;
    socket.on('error', () => socket.terminate());
    for (const heard of ['message', 'ping', 'pong']) socket.on(heard, () => (this.#heardAt = performance.now()));
    this.#closed = new Promise((resolve) =>
      socket.once('close', () => {
        this.#over.abort();
        resolve();
      }),
    );
  }

  /** Whose session it is. Only of one that has been welcomed. */
  get row(): SessionRow {
    const { principal, fence } = this.#welcomed().opened;
    return { cluster: principal.clusterId, node: principal.nodeName, epoch: fence.epoch };
  }

  /** By which credential it lives; a rotation changes it. */
  get credentialId(): NodePrincipal['credentialId'] | undefined {
    return this.#principal?.credentialId;
  }

  get streams(): NodeStreams & ClusterDialer {
    return this.#welcomed().streams;
  }

  get silentSeconds(): number {
    return (performance.now() - this.#heardAt) / 1000;
  }

  /** Calls back once the connection has ended. */
  onClosed(listener: () => void): void {
    void this.#closed.then(listener);
  }

  /** Runs the session to its end. `welcomed` is called once it stands. Never rejects. */
  async run(admission: Admission, welcomed: () => void): Promise<void> {
    try {
      const hello = await this.#hello();
      const opened = await openSession(hello, admission, this.#parts);
      const welcome = await this.#welcome(opened);
      this.#begin(opened, hello);
      // Before anyone can open a stream: the agent hears its welcome first.
      await this.#send(welcome);
      welcomed();
      await Promise.race([this.#welcomed().feed.run(), this.#closed]);
    } catch (error) {
      await this.#fail(error);
    }
    await this.#closed;
    this.#parts.metrics.sessionsEnded.inc({ why: this.#why });
    this.#logger.info({ why: this.#why }, 'a session of a node ended');
  }

  /** A newer session has taken over. One that was asked to leave may finish its streams; others are cut. */
  supersede(): void {
    this.#over.abort();
    const grace = this.#reconnectBy === undefined ? 0 : this.#reconnectBy - performance.now();
    if (grace > 0) setTimeout(() => this.end(closeCodes.superseded, 'superseded'), grace).unref();
    else this.end(closeCodes.superseded, 'superseded');
  }

  /** Asks the agent to open another session and then leave this one. */
  requestReconnect(deadlineSeconds: number): void {
    if (this.#work === undefined || this.#reconnectBy !== undefined) return;
    this.#reconnectBy = performance.now() + deadlineSeconds * 1000;
    void this.#send({ type: 'reconnect', deadlineSeconds });
  }

  /** This session proves that the node keeps its credential: older ones may end. */
  endReplacedCredentials(): void {
    const { principal } = this.#welcomed().opened;
    this.#parts.identity
      .endReplaced(principal)
      .catch((error: unknown) => this.#logger.warn({ error }, 'replaced credentials live on until their hour ends'));
  }

  end(code: number, why: string): void {
    this.#why = why;
    this.#over.abort();
    this.#socket.close(code, why);
    // A peer that does not answer the closing is not waited for.
    setTimeout(() => this.#socket.terminate(), 2_000).unref();
  }

  /** Cuts a connection on which nothing is heard any more. */
  cut(why: string): void {
    this.#why = why;
    this.#over.abort();
    this.#socket.terminate();
  }

  #welcomed(): Work {
    if (this.#work === undefined) throw new Error('the session has not been welcomed');
    return this.#work;
  }

  /** The first message; from then on others are handled as they come. */
  #hello(): Promise<Hello> {
    const { promise, resolve, reject } = Promise.withResolvers<Hello>();
    const timer = setTimeout(() => reject(new ProtocolError('no hello came in time')), helloTimeoutMilliseconds);
    let greeted = false;
    this.#socket.on('message', (data: RawData, isBinary: boolean) => {
      if (isBinary) return;
      try {
        const message = decodeAgentMessage(textOf(data));
        if (message === undefined) return;
        if (greeted) return this.#receive(message);
        if (message.type !== 'hello') throw new ProtocolError(`${message.type} came before hello`);
        greeted = true;
        resolve(message);
      } catch (error) {
        reject(error);
        if (greeted) void this.#fail(error);
      }
    });
    void this.#closed.then(() => reject(new ProtocolError('the agent left before its hello')));
    return promise.finally(() => clearTimeout(timer));
  }

  #begin(opened: OpenedSession, hello: Hello): void {
    const parts = this.#parts;
    const { principal, fence } = opened;
    const { clusterId: cluster, nodeName: name } = principal;
    this.#principal = principal;
    this.#logger = parts.logger.child({ cluster, node: name, epoch: fence.epoch });
    const client = parts.clients.forNode({ cluster, name, fence, onFenced: () => this.supersede() });
    const feed = new DesiredFeed({
      cluster,
      node: name,
      tails: parts.tails,
      logger: this.#logger,
      send: (message) => this.#send(message),
      signal: this.#over.signal,
    });
    const followed = feed.pod.bind(feed);
    const multiplexer = multiplexWebSocket(this.#socket, {
      role: 'dialer',
      maxAcceptedStreams: maxApiConnections,
      accept: async (request) => this.#acceptStream(request),
    });
    this.#work = {
      opened,
      feed,
      node: new NodeWriter(client, name, parts.clock),
      pods: new PodWriter(client, followed),
      events: new EventWriter(client, name),
      tokens: new TokenIssuer(client, followed),
      streams: new MultiplexedNodeStreams(multiplexer),
    };
    this.#logger.info({ agentVersion: hello.agentVersion }, 'a session of a node began');
  }

  async #welcome({ principal, fence, protocol }: OpenedSession): Promise<GatewayMessage> {
    const network = await this.#parts.networkOf?.(principal);
    return {
      type: 'welcome',
      protocol,
      cluster: principal.clusterId,
      nodeName: principal.nodeName,
      epoch: fence.epoch,
      resumed: false,
      heartbeatIntervalSeconds,
      leaseDurationSeconds,
      silenceLimitSeconds,
      serverTime: formatTime(this.#parts.clock.now()),
      ...(network === undefined ? {} : { network }),
    };
  }

  #receive(message: AgentMessage): void {
    if (this.#over.signal.aborted) return;
    if (this.#work === undefined) throw new ProtocolError(`${message.type} came before the welcome`);
    if (this.#handling >= maxConcurrentMessages) throw new ProtocolError('more messages than a session may have under way');
    this.#handling += 1;
    this.#handle(message, this.#work)
      .catch((error: unknown) => this.#logger.warn({ error, type: message.type }, 'a message of a node could not be handled'))
      .finally(() => (this.#handling -= 1));
  }

  async #handle(message: AgentMessage, work: Work): Promise<void> {
    switch (message.type) {
      case 'hello':
        return this.#fail(new ProtocolError('a second hello'));
      case 'heartbeat':
        return this.#heartbeat(message.sequence, work);
      case 'node':
        this.#report = message;
        return this.#reportNode(work);
      case 'podStatuses':
        return this.#settle('podStatuses', message.batch, message.statuses, (report) => work.pods.writeStatus(report));
      case 'podsGone':
        return this.#settle('podsGone', message.batch, message.pods, (pod) => work.pods.remove(pod));
      case 'events':
        return this.#settle('events', message.batch, message.events, (event) => work.events.write(event));
      case 'tokenRequest':
        return this.#send(await work.tokens.issue(message));
      case 'rotateCredential':
        return this.#rotate(message.credentialHash, work);
      case 'desiredApplied':
        return;
    }
  }

  /** Not acknowledged unless it was written: the node counts its lease from what was. */
  async #heartbeat(sequence: number, { node }: Work): Promise<void> {
    const done = this.#parts.metrics.heartbeatSeconds.startTimer();
    await node.renewLease();
    await this.#send({ type: 'heartbeatAck', sequence, serverTime: formatTime(this.#parts.clock.now()) });
    done();
    await node
      .confirm()
      .catch((error: unknown) => this.#logger.warn({ error }, 'the state of a node could not be looked at; the next heartbeat does it'));
  }

  /** Writes the newest report; one that fails is tried again until a newer one or the session's end takes its place. */
  async #reportNode({ node }: Work): Promise<void> {
    if (this.#reporting) return;
    this.#reporting = true;
    try {
      while (this.#report !== undefined && !this.#over.signal.aborted) {
        const report = this.#report;
        try {
          await node.report(report);
          if (this.#report === report) this.#report = undefined;
          // The node is known from here on; so is that it lives, before its first heartbeat is due.
          if (!this.#leased) await node.renewLease();
          this.#leased = true;
          this.#parts.metrics.reports.inc({ of: 'node', outcome: 'written' });
        } catch (error) {
          this.#parts.metrics.reports.inc({ of: 'node', outcome: 'refused' });
          this.#logger.warn({ error }, 'what a node says of itself could not be written; it is tried again');
          await sleep(reportRetryMilliseconds, undefined, { signal: this.#over.signal }).catch(() => undefined);
        }
      }
    } finally {
      this.#reporting = false;
    }
  }

  async #settle<T>(
    of: 'podStatuses' | 'podsGone' | 'events',
    batch: number,
    items: readonly T[],
    write: (item: T) => Promise<void>,
  ): Promise<void> {
    const result = await settleBatch({ of, batch, items }, write, (error) =>
      this.#logger.error({ error, of }, 'a report failed by an internal error'),
    );
    this.#parts.metrics.reports.inc({ of, outcome: 'written' }, items.length - result.refused.length);
    this.#parts.metrics.reports.inc({ of, outcome: 'refused' }, result.refused.length);
    await this.#send(result);
  }

  async #rotate(credentialHash: string, { opened }: Work): Promise<void> {
    this.#principal = await this.#parts.identity.rotate(this.#principal ?? opened.principal, credentialHash, `rotate-${randomName(12)}`);
    await this.#send({ type: 'credentialRotated', credentialHash });
  }

  #acceptStream(request: unknown): (stream: MultiplexedStream) => void {
    const { apiConnections } = this.#parts;
    if (!gatewayStreamRequestForm.safeParse(request).success || apiConnections === undefined)
      throw badRequest('this gateway takes no such streams');
    return (stream) => apiConnections.accept(this.row.cluster, stream.channel(channelNumber.connection));
  }

  /** Resolves when the connection has taken the message. A session that does not take what it is sent is cut. */
  #send(message: GatewayMessage): Promise<void> {
    if (message.type === 'desiredSync' || message.type === 'desiredDelta') this.#parts.metrics.desiredMessages.inc({ type: message.type });
    if (this.#socket.bufferedAmount > maxUnsentBytes) this.cut('too slow');
    return new Promise((resolve) => this.#socket.send(encodeMessage(message), () => resolve()));
  }

  async #fail(error: unknown): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (error instanceof RefusedError) {
      await this.#send({ type: 'refused', reason: error.reason, message: error.message });
      return this.end(1000, 'refused');
    }
    if (error instanceof ProtocolError) return this.end(protocolErrorCode, error.message.slice(0, 100));
    if (error instanceof BadTokenError) return this.end(closeCodes.revoked, 'bad join token');
    if (error instanceof ClusterGoneError) return this.end(closeCodes.removed, 'cluster gone');
    if (!isStatusError(error)) this.#logger.error({ error }, 'a session failed by an internal error');
    await this.#send({ type: 'refused', reason: 'Unavailable', message: 'the session could not be served; try again' });
    this.end(1011, 'internal error');
  }
}

function textOf(data: RawData): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer)).toString('utf8');
}
