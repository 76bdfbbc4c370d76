/**
 * This node's line to the control plane. Owns the node's credential, the session that is valid now, and what is yet to be told.
 *
 * Invariant: at most one session is listened to, always the one of the highest epoch; nothing that was handed over is lost by a broken line (events apart).
 * It must not act on desired state: it hands messages on and reports what it is told to.
 */
import {
  type DesiredDelta,
  type DesiredSync,
  type GatewayMessage,
  type GonePod,
  type Hello,
  type NodeReport,
  type PodStatusReport,
  type ReportedEvent,
  type TokenRequest,
  type TokenResult,
  type Welcome,
  answerTimeoutMilliseconds,
  closeCodes,
} from '@kajitori/agent-protocol';
import { secretTokenHash } from '@kajitori/apimachinery';
import type { MultiplexerOptions } from '@kajitori/streams';
import type { Logger } from '@kajitori/telemetry';
import type { CredentialStore } from './credential-store.ts';
import { Outbox } from './outbox.ts';
import { type NextAttempt, ReconnectPace } from './reconnect-pace.ts';
import { RefusedError, SupersededError } from './refusal.ts';
import { Session } from './session.ts';
import { type Trust, authorityFor } from './trust.ts';

export interface GatewayConnectionOptions {
  gatewayUrl: URL;
  trust: Trust;
  credentials: CredentialStore;
  /** Asked for only while the node has no credential of its own. */
  joinToken: () => Promise<string | undefined>;
  /** The node has a credential of its own. */
  onJoined: () => Promise<void>;
  hello: () => Omit<Hello, 'type' | 'protocol' | 'credentialHash'>;
  lastEpoch: () => number;
  onWelcome: (welcome: Welcome) => Promise<void>;
  /** Resolves with the revision once it is on disk; undefined when the message was a repetition or a part in the middle. */
  onDesired: (message: DesiredSync | DesiredDelta) => Promise<number | undefined>;
  onGoneTold: (pod: GonePod) => void;
  acceptStream: NonNullable<MultiplexerOptions['accept']>;
  log: Logger;
}

const rotateAfterMilliseconds = 7 * 86_400_000;
/** While it is refused, so often is looked whether somebody laid down another join token. */
const newTokenPollMilliseconds = 2_000;

export class GatewayConnection {
  readonly #options: GatewayConnectionOptions;
  readonly #outbox: Outbox;
  readonly #tokens = new Map<number, (result: TokenResult) => void>();
  #session: Session | undefined;
  #node: NodeReport | undefined;
  #tokenId = 0;

  constructor(options: GatewayConnectionOptions) {
    this.#options = options;
    this.#outbox = new Outbox({
      onGoneTold: options.onGoneTold,
      onRefused: (what) => options.log.warn(what, 'the control plane refused a report'),
    });
  }

  get isConnected(): boolean {
    return this.#session !== undefined;
  }

  reportPod(report: PodStatusReport): void {
    this.#outbox.putStatus(report);
  }

  reportGone(pod: GonePod): void {
    this.#outbox.putGone(pod);
  }

  reportEvent(event: ReportedEvent): void {
    this.#outbox.putEvent(event);
  }

  reportNode(node: NodeReport): void {
    this.#node = node;
    this.#session?.send(node);
  }

  /** @throws Error when there is no line, or the control plane says no. */
  async requestToken(request: Omit<TokenRequest, 'type' | 'id'>): Promise<{ token: string; expiresAt: Date }> {
    const session = this.#session;
    if (session === undefined) throw new Error('failed to fetch token: the control plane cannot be reached');
    const id = ++this.#tokenId;
    const { promise, resolve, reject } = Promise.withResolvers<TokenResult>();
    const timer = setTimeout(() => reject(new Error('failed to fetch token: the control plane did not answer')), answerTimeoutMilliseconds);
    this.#tokens.set(id, resolve);
    try {
      session.send({ type: 'tokenRequest', id, ...request });
      const { token, expirationTimestamp, error } = await promise;
      if (token === undefined || expirationTimestamp === undefined)
        throw new Error(`failed to fetch token: ${error?.message ?? 'refused'}`);
      return { token, expiresAt: new Date(expirationTimestamp) };
    } finally {
      clearTimeout(timer);
      this.#tokens.delete(id);
    }
  }

  /** Holds the line until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const pace = new ReconnectPace();
    while (!signal.aborted) {
      const from = performance.now();
      const error = await this.#once(signal);
      if (signal.aborted) return;
      const { waitMilliseconds, refused } = pace.after({ error, lastedMilliseconds: performance.now() - from }, Math.random());
      if (refused !== undefined) await this.#waitRefused(refused, waitMilliseconds, signal);
      else {
        if (error !== undefined) this.#options.log.warn({ error }, 'the gateway cannot be reached');
        await wait(waitMilliseconds, signal);
      }
    }
  }

  /** Until it is time to ask again, or another join token lies there. */
  async #waitRefused({ error, remedy, isNew }: Refusal, waitMilliseconds: number, signal: AbortSignal): Promise<void> {
    const { log, joinToken } = this.#options;
    if (isNew) {
      const what = { reason: error.reason, answer: error.message, remedy };
      log.warn(
        what,
        'the control plane refuses this node; its pods keep running, and it is asked again less and less often, down to once in five minutes',
      );
    } else log.debug({ reason: error.reason, waitMilliseconds }, 'the control plane still refuses this node');
    const refusedToken = await joinToken();
    const until = performance.now() + waitMilliseconds;
    for (let left = waitMilliseconds; left > 0 && !signal.aborted; left = until - performance.now()) {
      await wait(Math.min(left, newTokenPollMilliseconds), signal);
      const token = await joinToken();
      if (token !== undefined && token !== refusedToken) return;
    }
  }

  /** One session, from dialling to its end, and its successors. Answers why there was none. */
  async #once(signal: AbortSignal): Promise<unknown> {
    try {
      let session: Session | undefined = await this.#open(signal);
      while (session !== undefined) session = await this.#hold(session, signal);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** Tries what the node may identify with, its own credential before the join token. */
  async #open(signal: AbortSignal): Promise<Session> {
    const { credentials, gatewayUrl, trust, hello, lastEpoch, acceptStream } = this.#options;
    const authority = await authorityFor(trust, gatewayUrl);
    const dial = (secret: string, more: Partial<Hello>): Promise<Session> =>
      Session.open({ gatewayUrl, authority, secret, hello: { ...hello(), ...more }, lastEpoch: lastEpoch(), acceptStream, signal });
    let refusal: unknown = new RefusedError('Unauthorized', 'this node has neither a credential nor a join token');
    for (const credential of await credentials.candidates()) {
      try {
        const session = await dial(credential, {});
        await this.#welcomed(credential);
        return session;
      } catch (error) {
        if (!(error instanceof RefusedError) || error.reason !== 'Unauthorized') throw error;
        refusal = error;
      }
    }
    const joinToken = await this.#options.joinToken();
    if (joinToken === undefined) throw refusal;
    const drawn = await credentials.pending();
    const session = await dial(joinToken, { credentialHash: secretTokenHash(drawn) });
    await this.#welcomed(drawn);
    return session;
  }

  /** The gateway knows this credential. A disk that takes no writes is no reason to give up the session: what lies there already suffices. */
  async #welcomed(credential: string): Promise<void> {
    const { credentials, joinToken, onJoined, log } = this.#options;
    try {
      await credentials.confirm(credential);
      // A join token that was laid down again is not needed, and could only be stolen.
      if ((await joinToken()) !== undefined) await onJoined();
    } catch (error) {
      log.error({ error }, 'the disk does not take the node’s credential as confirmed; the next session tries again');
    }
  }

  /** Lives with a session to its end. Returns its successor when it was replaced in time. */
  async #hold(session: Session, signal: AbortSignal): Promise<Session | undefined> {
    const { log, onWelcome } = this.#options;
    const stop = (): void => session.close();
    signal.addEventListener('abort', stop, { once: true });
    // It may have been while the session was made: nobody says it again.
    if (signal.aborted) stop();
    try {
      this.#session = session;
      log.info({ epoch: session.welcome.epoch, resumed: session.welcome.resumed }, 'connected to the gateway');
      await onWelcome(session.welcome);
      if (this.#node !== undefined) session.send(this.#node);
      this.#outbox.attach(
        (message) => session.send(message),
        () => session.terminate(),
      );
      const rotation = await this.#scheduleRotation(session);
      const { promise: reconnectAsked, resolve: askReconnect } = Promise.withResolvers<'reconnect'>();
      session.onMessage((message) => this.#receive(session, message, () => askReconnect('reconnect')));
      const end = await Promise.race([session.ended, reconnectAsked]);
      clearTimeout(rotation);
      if (end === 'reconnect') {
        try {
          return await this.#open(signal);
        } finally {
          session.close(1000, 'replaced');
        }
      }
      if (signal.aborted) return undefined;
      log.warn({ code: end.code, reason: end.reason }, 'the connection to the gateway ended');
      if (end.code === closeCodes.superseded) throw new SupersededError();
      return undefined;
    } catch (error) {
      session.close(1011, 'the agent cannot go on with this session');
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
      this.#outbox.detach();
      this.#session = undefined;
    }
  }

  #receive(session: Session, message: GatewayMessage, askReconnect: () => void): void {
    if (session !== this.#session) return;
    switch (message.type) {
      case 'desiredSync':
      case 'desiredDelta':
        return void this.#apply(session, message);
      case 'batchResult':
        return this.#outbox.receive(message);
      case 'tokenResult':
        return this.#tokens.get(message.id)?.(message);
      case 'credentialRotated':
        return void this.#rotated(message.credentialHash);
      case 'reconnect':
        return askReconnect();
      case 'welcome':
      case 'refused':
      case 'heartbeatAck':
        return undefined;
    }
  }

  async #apply(session: Session, message: DesiredSync | DesiredDelta): Promise<void> {
    try {
      const revision = await this.#options.onDesired(message);
      if (revision !== undefined) session.send({ type: 'desiredApplied', revision });
    } catch (error) {
      // Not on disk, so not acknowledged: the next session asks from where this one stood.
      this.#options.log.error({ error }, 'desired state could not be kept');
      session.close(1011, 'desired state could not be kept');
    }
  }

  /** By the credential's age, since sessions may be far shorter than that. */
  async #scheduleRotation(session: Session): Promise<NodeJS.Timeout> {
    const leftMilliseconds = rotateAfterMilliseconds - (await this.#options.credentials.ageMilliseconds());
    return setTimeout(() => void this.#rotate(session), Math.max(leftMilliseconds, 0));
  }

  /** What cannot be kept is told to nobody: the next session tries again. */
  async #rotate(session: Session): Promise<void> {
    try {
      session.send({ type: 'rotateCredential', credentialHash: secretTokenHash(await this.#options.credentials.pending()) });
    } catch (error) {
      this.#options.log.error({ error }, 'the disk does not take a new credential; the node keeps its own');
    }
  }

  /** Where the disk refuses, both lie there: the next session tries both. */
  async #rotated(credentialHash: string): Promise<void> {
    const { credentials, log } = this.#options;
    try {
      const pending = await credentials.pending();
      if (secretTokenHash(pending) === credentialHash) await credentials.confirm(pending);
    } catch (error) {
      log.error({ error }, 'the disk does not take the new credential as confirmed; the next session tries again');
    }
  }
}

type Refusal = NonNullable<NextAttempt['refused']>;

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
