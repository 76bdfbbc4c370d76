import { Agent, type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';

/** How long a connection that nobody uses is kept. */
const idleMilliseconds = 10_000;
/** Connections kept for one address, owner and set of trusted certificates. */
const idlePerTargetMax = 4;
const socketsPerTargetMax = 64;

/** What EgressClient adds to the options of a request. */
export type EgressOptions = RequestOptions & {
  owner?: string;
  dial?: (signal: AbortSignal) => Promise<Duplex>;
};

/** Keeps connections for a moment, never shared between owners, and makes those whose stream comes from elsewhere. */
export class EgressAgent extends Agent {
  constructor() {
    super({
      keepAlive: true,
      timeout: idleMilliseconds,
      maxFreeSockets: idlePerTargetMax,
      maxSockets: socketsPerTargetMax,
      scheduling: 'lifo',
      // A ticket of one owner's session must not open another's.
      maxCachedSessions: 0,
    });
  }

  override getName(options?: EgressOptions): string {
    return `${options?.owner ?? ''}|${options?.dial === undefined ? 'network' : 'dialled'}|${super.getName(options)}`;
  }

  override createConnection(options: EgressOptions, callback?: (error: Error | null, stream: Duplex) => void): Duplex | null | undefined {
    const { dial } = options;
    if (dial === undefined) return withListener(super.createConnection(options, callback));
    void this.#overDialled(options, dial).then(
      (stream) => callback?.(null, stream),
      (error: Error) => callback?.(error, undefined as unknown as Duplex),
    );
    return undefined;
  }

  async #overDialled(options: EgressOptions, dial: (signal: AbortSignal) => Promise<Duplex>): Promise<Duplex> {
    const { host, ca, minVersion, signal = new AbortController().signal } = options;
    const stream = await dial(signal);
    const secured = connect({
      socket: stream,
      ...(isIP(host ?? '') === 0 ? { servername: host ?? '' } : {}),
      host: host ?? '',
      ...(ca === undefined ? {} : { ca }),
      ...(minVersion === undefined ? {} : { minVersion }),
      rejectUnauthorized: true,
    });
    stream.once('error', (error) => secured.destroy(error));
    secured.once('close', () => stream.destroy());
    return withListener(secured);
  }
}

/** The request that waits for a connection hears of its error; one whose request is gone must not end the process. */
function withListener<S extends Duplex | null | undefined>(connection: S): S {
  connection?.on('error', () => undefined);
  return connection;
}
