import { Duplex } from 'node:stream';
import type { SpdyHeaders } from './header-block.ts';

/** What a stream asks of the session that it belongs to. */
export interface StreamHost {
  reply(stream: SpdyStream): void;
  send(stream: SpdyStream, data: Buffer, fin: boolean): Promise<void>;
  consumed(stream: SpdyStream, bytes: number): void;
  reset(stream: SpdyStream, status: number): void;
  forget(stream: SpdyStream): void;
}

/**
 * One stream of a SPDY session: a duplex of bytes with the headers that it was opened with.
 * Ending it sends FIN; destroying it while a half is open sends RST_STREAM.
 */
export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: SpdyHeaders;
  /** Bytes that the other side has sent and nobody has read. */
  unreadBytes = 0;
  /** What may still be sent before the other side grants more. Only held to once the other side has shown that it grants. */
  sendWindowBytes: number;
  /** Bytes read since the last WINDOW_UPDATE. */
  ungrantedBytes = 0;
  replied = false;
  #inbox: Buffer[] = [];
  #hungry = false;
  #remoteEnded = false;
  #reset = false;
  readonly #host: StreamHost;

  constructor(host: StreamHost, options: { id: number; headers: SpdyHeaders; sendWindowBytes: number }) {
    super({ allowHalfOpen: true, emitClose: true, highWaterMark: 64 * 1024 });
    this.#host = host;
    this.id = options.id;
    this.headers = options.headers;
    this.sendWindowBytes = options.sendWindowBytes;
    // Whoever reads or writes is told by its own call; a stream that nobody watches must not end the process.
    this.on('error', () => undefined);
  }

  get remoteEnded(): boolean {
    return this.#remoteEnded;
  }

  /** Answers SYN_STREAM; a peer drops data that comes before. */
  accept(): void {
    if (!this.replied) this.#host.reply(this);
  }

  /** Bytes from the wire. */
  receive(data: Buffer, fin: boolean): void {
    if (this.destroyed || this.#remoteEnded) return;
    if (data.length > 0) {
      this.unreadBytes += data.length;
      this.#inbox.push(data);
    }
    if (fin) this.#remoteEnded = true;
    if (this.#hungry) this.#feed();
  }

  /** The other side gave the stream up: what was read stays readable, nothing more can be written. */
  receiveReset(): void {
    this.#reset = true;
    this.receive(Buffer.alloc(0), true);
    if (!this.writableEnded) this.destroy();
  }

  #feed(): void {
    for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
      this.unreadBytes -= next.length;
      this.#host.consumed(this, next.length);
      if (!this.push(next)) {
        this.#hungry = false;
        return;
      }
    }
    if (this.#remoteEnded) this.push(null);
  }

  override _read(): void {
    this.#hungry = true;
    this.#feed();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#host.send(this, chunk, false).then(
      () => done(),
      (error: Error) => done(error),
    );
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#host.send(this, Buffer.alloc(0), true).then(
      () => done(),
      () => done(),
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#inbox = [];
    this.unreadBytes = 0;
    if (!this.#reset && !(this.#remoteEnded && this.writableFinished)) this.#host.reset(this, 5);
    this.#host.forget(this);
    done(error);
  }
}
