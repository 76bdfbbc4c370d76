/**
 * Many streams over one connection that keeps messages whole and in order. Either side opens streams; a stream is a request that the other side
 * accepts or refuses. It knows neither the connection nor what streams are for.
 *
 * Invariants: at most `maxStreams` at once in each direction; a frame that breaks the protocol ends everything, one for a stream that is gone is
 * passed over.
 */
import { StatusError, isStatusError } from '@kajitori/apimachinery';
import { statusErrorOf } from './status-body.ts';
import { type MultiplexFrame, MultiplexError, decodeFrame, encodeFrame } from './frames.ts';
import { MultiplexedStream, parseJson } from './multiplexed-stream.ts';

export const maxStreams = 4096;
export const openTimeoutMilliseconds = 30_000;
const maxOpenBytes = 256 * 1024;

export interface MultiplexerOptions {
  /** Which side's stream ids are odd: exactly one of two ends is the dialer. */
  role: 'dialer' | 'acceptor';
  /** Sends one message; `sent` is called when it has left, or never will. */
  send: (message: Buffer, sent: () => void) => void;
  /** Most streams that the other side may have open; `maxStreams` unless told otherwise. */
  maxAcceptedStreams?: number;
  /**
   * The other side asks for a stream. Resolving accepts it, and what was returned is then called with the stream; throwing refuses it.
   * `signal` aborts when the asker has lost interest.
   */
  accept?: (request: unknown, signal: AbortSignal) => Promise<(stream: MultiplexedStream) => void>;
}

interface Opening {
  stream: MultiplexedStream;
  resolve: (stream: MultiplexedStream) => void;
  reject: (error: Error) => void;
}

export class Multiplexer {
  readonly #options: MultiplexerOptions;
  readonly #streams = new Map<number, MultiplexedStream>();
  readonly #opening = new Map<number, Opening>();
  readonly #accepting = new Map<number, AbortController>();
  /** How many of the streams the other side opened. */
  #accepted = 0;
  #nextId: number;
  #closed = false;

  constructor(options: MultiplexerOptions) {
    this.#options = options;
    this.#nextId = options.role === 'dialer' ? 1 : 2;
  }

  get streamCount(): number {
    return this.#streams.size + this.#opening.size + this.#accepting.size;
  }

  /**
   * Asks the other side for a stream.
   * @throws StatusError what the other side refused with; ServiceUnavailable when the connection is gone; Timeout when no answer came.
   */
  async open(request: object, signal?: AbortSignal): Promise<MultiplexedStream> {
    if (this.#closed) throw connectionGone();
    if (this.#streams.size + this.#opening.size >= maxStreams)
      throw new StatusError('TooManyRequests', `more than ${maxStreams} streams at once`);
    const id = this.#freeId();
    const { promise, resolve, reject } = Promise.withResolvers<MultiplexedStream>();
    this.#opening.set(id, { stream: this.#newStream(id), resolve, reject });
    const giveUp = (error: Error): void => {
      if (this.#opening.delete(id)) this.#send({ type: 'reset', id });
      reject(error);
    };
    const timer = setTimeout(() => giveUp(new StatusError('Timeout', 'the node did not answer in time')), openTimeoutMilliseconds);
    const aborted = (): void => giveUp(new StatusError('Timeout', 'the request was given up'));
    signal?.addEventListener('abort', aborted, { once: true });
    this.#send({ type: 'open', id, body: Buffer.from(JSON.stringify(request)) });
    if (signal?.aborted === true) aborted();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
    }
  }

  /** A message of the connection. @throws MultiplexError when the other side broke the protocol: the caller ends the connection. */
  receive(message: Buffer): void {
    if (this.#closed) return;
    const frame = decodeFrame(message);
    switch (frame.type) {
      case 'open':
        return this.#receiveOpen(frame.id, frame.body);
      case 'accept':
        return this.#settle(frame.id, ({ stream, resolve }) => {
          this.#streams.set(frame.id, stream);
          resolve(stream);
        });
      case 'refuse':
        return this.#settle(frame.id, ({ reject }) => reject(statusErrorOf(parseJson(frame.body))));
      case 'reset':
        return this.#receiveReset(frame.id);
      case 'data':
      case 'end':
      case 'credit':
      case 'note':
        // The acceptor may send before the dialer has seen its acceptance only in this order, so an unknown stream is one that is gone.
        this.#streams.get(frame.id)?.receive(frame);
    }
  }

  /** The connection is gone: every stream is cut. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { reject } of this.#opening.values()) reject(connectionGone());
    for (const asking of this.#accepting.values()) asking.abort();
    for (const stream of this.#streams.values()) stream.end();
    this.#opening.clear();
    this.#accepting.clear();
    this.#streams.clear();
  }

  /** Ids are used again only after four billion, and never one that still lives. */
  #freeId(): number {
    for (;;) {
      const id = this.#nextId;
      this.#nextId = id > 0xffff_0000 ? (id % 2 === 0 ? 2 : 1) : id + 2;
      if (!this.#streams.has(id) && !this.#opening.has(id)) return id;
    }
  }

  #settle(id: number, how: (opening: Opening) => void): void {
    const opening = this.#opening.get(id);
    this.#opening.delete(id);
    if (opening !== undefined) how(opening);
  }

  #receiveOpen(id: number, body: Buffer): void {
    const remoteParity = this.#options.role === 'dialer' ? 0 : 1;
    if (id % 2 !== remoteParity || this.#streams.has(id) || this.#accepting.has(id))
      throw new MultiplexError(`stream ${id} cannot be opened by the other side`);
    if (body.length > maxOpenBytes) throw new MultiplexError(`a request of ${body.length} bytes for a stream`);
    const request = parseJson(body);
    const { accept, maxAcceptedStreams = maxStreams } = this.#options;
    if (accept === undefined) return this.#refuse(id, new StatusError('Forbidden', 'no streams are accepted here'));
    if (this.#accepted + this.#accepting.size >= maxAcceptedStreams) {
      return this.#refuse(id, new StatusError('TooManyRequests', `more than ${maxAcceptedStreams} streams at once`));
    }
    void this.#accept(id, request, accept);
  }

  async #accept(id: number, request: unknown, accept: NonNullable<MultiplexerOptions['accept']>): Promise<void> {
    const asking = new AbortController();
    this.#accepting.set(id, asking);
    try {
      const start = await accept(request, asking.signal);
      const stream = this.#newStream(id);
      if (this.#accepting.get(id) === asking) {
        this.#accepting.delete(id);
        this.#streams.set(id, stream);
        this.#accepted += 1;
        stream.closed.addEventListener('abort', () => (this.#accepted -= 1), { once: true });
        this.#send({ type: 'accept', id });
      } else {
        // The asker has left: the work that was begun for it is let go of through a stream that is over.
        stream.end();
      }
      start(stream);
    } catch (error) {
      if (this.#accepting.get(id) === asking) this.#accepting.delete(id);
      // After the acceptance a refusal means nothing any more: what could not be started is cut.
      const begun = this.#streams.get(id);
      if (begun === undefined) this.#refuse(id, error);
      else begun.destroy();
    }
  }

  #receiveReset(id: number): void {
    this.#accepting.get(id)?.abort();
    this.#accepting.delete(id);
    this.#settle(id, ({ reject }) => reject(new StatusError('ServiceUnavailable', 'the node gave the stream up')));
    this.#streams.get(id)?.end();
    this.#streams.delete(id);
  }

  #newStream(id: number): MultiplexedStream {
    const stream = new MultiplexedStream(id, (frame, sent) => this.#sendThen(frame, sent));
    stream.closed.addEventListener('abort', () => this.#streams.delete(id), { once: true });
    return stream;
  }

  #refuse(id: number, error: unknown): void {
    const known = isStatusError(error)
      ? error
      : new StatusError('InternalError', 'Internal error occurred: the stream could not be opened', { cause: error });
    this.#send({ type: 'refuse', id, body: Buffer.from(JSON.stringify(known.toStatus())) });
  }

  #send(frame: MultiplexFrame): void {
    this.#sendThen(frame, () => undefined);
  }

  #sendThen(frame: MultiplexFrame, sent: () => void): void {
    if (this.#closed) sent();
    else this.#options.send(encodeFrame(frame), sent);
  }
}

function connectionGone(): StatusError {
  return new StatusError('ServiceUnavailable', 'the connection to the node was lost');
}
