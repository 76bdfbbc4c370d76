/**
 * One stream of a multiplexed connection: up to `maxChannels` byte channels, each a duplex with credit of its own, and small notes beside them.
 * A sender never has more than `windowBytes` of a channel under way that nobody has read, so a slow reader costs a window and stalls nobody else.
 */
import { Duplex } from 'node:stream';
import { type MultiplexFrame, MultiplexError } from './frames.ts';

export const windowBytes = 256 * 1024;
export const maxChannels = 3;
const maxDataBytes = 32 * 1024;
/** Notes that nobody listens for yet are kept, up to here. */
const maxPendingNotes = 64;
export const maxNoteBytes = 64 * 1024;

/** Hands a frame to the connection; `sent` is called when it has left, or never will. */
export type SendFrame = (frame: MultiplexFrame, sent: () => void) => void;

const ignore = (): void => undefined;

class Channel extends Duplex {
  readonly #id: number;
  readonly #number: number;
  readonly #send: SendFrame;
  #inbox: Buffer[] = [];
  #hungry = false;
  #remoteEnded = false;
  /** What may still be sent. */
  #creditBytes = windowBytes;
  /** What the other side may still send. */
  #grantedBytes = windowBytes;
  #readBytes = 0;
  #resume: (() => void) | undefined;
  #cut = false;

  constructor(id: number, number: number, send: SendFrame) {
    super({ allowHalfOpen: true, highWaterMark: 64 * 1024 });
    this.#id = id;
    this.#number = number;
    this.#send = send;
    // Whoever reads or writes is told by its own call; a channel that nobody watches must not end the process.
    this.on('error', ignore);
  }

  /** @throws MultiplexError when the other side sends more than it was granted. */
  receive(bytes: Buffer): void {
    this.#grantedBytes -= bytes.length;
    if (this.#grantedBytes < 0) throw new MultiplexError(`stream ${this.#id} sent more than it was granted`);
    if (this.#remoteEnded) throw new MultiplexError(`stream ${this.#id} sent data after its end`);
    if (this.destroyed) {
      this.#consumed(bytes.length);
      return;
    }
    this.#inbox.push(bytes);
    if (this.#hungry) this.#feed();
  }

  receiveEnd(): void {
    this.#remoteEnded = true;
    if (this.#hungry && !this.destroyed) this.#feed();
  }

  receiveCredit(byteCount: number): void {
    this.#creditBytes += byteCount;
    if (this.#creditBytes > windowBytes) throw new MultiplexError(`stream ${this.#id} was granted more than a window`);
    this.#wake();
  }

  /** The stream is over: what came before the other side's end stays readable, anything else is an error to its reader. */
  cut(): void {
    this.#cut = true;
    if (this.#remoteEnded) this.end();
    else this.destroy(new Error('the stream was cut'));
    this.#wake();
  }

  #wake(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  #feed(): void {
    for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
      this.#consumed(next.length);
      if (!this.push(next)) {
        this.#hungry = false;
        return;
      }
    }
    if (this.#remoteEnded) this.push(null);
  }

  #consumed(byteCount: number): void {
    this.#readBytes += byteCount;
    if (this.#readBytes < windowBytes / 4 || this.#remoteEnded) return;
    this.#grantedBytes += this.#readBytes;
    this.#send({ type: 'credit', id: this.#id, channel: this.#number, byteCount: this.#readBytes }, ignore);
    this.#readBytes = 0;
  }

  override _read(): void {
    this.#hungry = true;
    this.#feed();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const next = (at: number): void => {
      if (this.destroyed) return done(new Error('the stream has ended'));
      if (at === chunk.length || this.#cut) return done();
      if (this.#creditBytes === 0) {
        this.#resume = () => next(at);
        return;
      }
      const bytes = chunk.subarray(at, at + Math.min(maxDataBytes, this.#creditBytes));
      this.#creditBytes -= bytes.length;
      this.#send({ type: 'data', id: this.#id, channel: this.#number, bytes }, () => next(at + bytes.length));
    };
    next(0);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#send({ type: 'end', id: this.#id, channel: this.#number }, () => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    for (const bytes of this.#inbox.splice(0)) this.#consumed(bytes.length);
    if (!this.writableFinished && !this.writableEnded) this.#send({ type: 'end', id: this.#id, channel: this.#number }, ignore);
    this.#wake();
    done(error);
  }
}

export class MultiplexedStream {
  readonly id: number;
  readonly #send: SendFrame;
  readonly #channels = new Map<number, Channel>();
  readonly #over = new AbortController();
  #notes: unknown[] = [];
  #onNote: ((note: unknown) => void) | undefined;

  constructor(id: number, send: SendFrame) {
    this.id = id;
    this.#send = send;
  }

  /** Aborts when the stream is over, whichever side ended it. */
  get closed(): AbortSignal {
    return this.#over.signal;
  }

  /** A duplex of bytes; both sides know what each number means. */
  channel(number: number): Duplex {
    return this.#channel(number);
  }

  /** Sends a small message beside the bytes. Not ordered with them. */
  note(note: object): void {
    if (!this.closed.aborted) this.#send({ type: 'note', id: this.id, body: Buffer.from(JSON.stringify(note)) }, ignore);
  }

  /** Hands each note to the one listener, those first that came before it. */
  onNote(listener: (note: unknown) => void): void {
    this.#onNote = listener;
    for (const note of this.#notes.splice(0)) listener(note);
  }

  /** Ends the stream for both sides, at once. */
  destroy(): void {
    if (this.closed.aborted) return;
    this.#send({ type: 'reset', id: this.id }, ignore);
    this.end();
  }

  /** The other side ended it, or the connection broke: what has arrived stays readable where the half had ended. */
  end(): void {
    if (this.closed.aborted) return;
    this.#over.abort();
    for (const channel of this.#channels.values()) channel.cut();
  }

  /** What the connection got for this stream. @throws MultiplexError */
  receive(frame: MultiplexFrame & { type: 'data' | 'end' | 'credit' | 'note' }): void {
    switch (frame.type) {
      case 'data':
        return this.#channel(frame.channel).receive(frame.bytes);
      case 'end':
        return this.#channel(frame.channel).receiveEnd();
      case 'credit':
        return this.#channel(frame.channel).receiveCredit(frame.byteCount);
      case 'note':
        return this.#receiveNote(frame.body);
    }
  }

  #receiveNote(body: Buffer): void {
    if (body.length > maxNoteBytes) throw new MultiplexError(`a note of ${body.length} bytes`);
    const note = parseJson(body);
    if (this.#onNote !== undefined) this.#onNote(note);
    else if (this.#notes.push(note) > maxPendingNotes) throw new MultiplexError('more notes than anyone listens for');
  }

  #channel(number: number): Channel {
    const existing = this.#channels.get(number);
    if (existing !== undefined) return existing;
    if (number >= maxChannels) throw new MultiplexError(`channel ${number}: a stream has ${maxChannels}`);
    const channel = new Channel(this.id, number, (frame, sent) => (this.closed.aborted ? sent() : this.#send(frame, sent)));
    this.#channels.set(number, channel);
    return channel;
  }
}

/** @throws MultiplexError */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch (cause) {
    throw new MultiplexError('a frame that should hold JSON does not', { cause });
  }
}
