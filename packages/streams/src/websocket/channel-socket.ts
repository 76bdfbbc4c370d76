/**
 * Kubernetes' channel framing over one WebSocket: the first byte of a message names a channel, the rest is that channel's bytes.
 *
 * Invariants: a channel holds at most `maxUnreadBytes` (plus one message) that nobody has read, then the socket is paused; a write completes when its
 * bytes have left for the network. Messages for channels that nobody reads are dropped, as Kubernetes does.
 */
import { Readable, Writable } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { ChannelProtocol } from './channel-protocols.ts';

const maxUnreadBytes = 256 * 1024;
/** In v5, a message on this channel names a channel whose half is closed. */
export const closeChannel = 255;
/** client-go gives up after 60 s without a pong, and a paused socket reads no pings. */
const pausedPongMilliseconds = 10_000;
const closeGraceMilliseconds = 5_000;

class ChannelReader extends Readable {
  readonly #owner: ChannelSocket;

  constructor(owner: ChannelSocket) {
    super({ highWaterMark: maxUnreadBytes });
    this.#owner = owner;
    this.on('error', () => undefined);
  }

  override _read(): void {
    this.#owner.wanted(this);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#owner.wanted(this);
    done(error);
  }
}

export class ChannelSocket {
  readonly #socket: WebSocket;
  readonly #protocol: ChannelProtocol;
  readonly #readers = new Map<number, ChannelReader>();
  readonly #full = new Set<ChannelReader>();
  readonly #closed = new AbortController();
  #pongs: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, protocol: ChannelProtocol) {
    this.#socket = socket;
    this.#protocol = protocol;
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('error', () => socket.terminate());
    socket.once('close', () => {
      clearInterval(this.#pongs);
      for (const reader of this.#readers.values()) if (!reader.readableEnded) reader.destroy();
      this.#closed.abort();
    });
  }

  /** Aborts when the socket has closed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** The bytes that the client sends on a channel; ends when the client closes that half, which only v5 can say. */
  readable(channel: number): Readable {
    const reader = new ChannelReader(this);
    this.#readers.set(channel, reader);
    return reader;
  }

  writable(channel: number): Writable {
    const writer = new Writable({
      highWaterMark: 64 * 1024,
      write: (chunk: Buffer, _encoding, done) => this.send(channel, chunk, done),
    });
    writer.on('error', () => undefined);
    this.#closed.signal.addEventListener('abort', () => writer.destroy(), { once: true });
    return writer;
  }

  /** One message; `done` is called when it has left, or cannot. */
  send(channel: number, bytes: Buffer, done: (error?: Error | null) => void = () => undefined): void {
    const message =
      this.#protocol.encoding === 'binary'
        ? Buffer.concat([Buffer.from([channel]), bytes])
        : `${String.fromCharCode(0x30 + channel)}${bytes.toString('base64')}`;
    this.#socket.send(message, { binary: this.#protocol.encoding === 'binary' }, (error) => done(error ?? null));
  }

  /** Says goodbye and waits until the other side has, for a while. */
  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    const gone = new Promise<void>((resolve) => this.#closed.signal.addEventListener('abort', () => resolve(), { once: true }));
    // What the client still sends is read past, so that its closing frame is seen.
    for (const reader of this.#readers.values()) reader.destroy();
    this.#socket.close(1000);
    const cut = setTimeout(() => this.#socket.terminate(), closeGraceMilliseconds);
    await gone;
    clearTimeout(cut);
  }

  /** A reader has room again, or is gone. */
  wanted(reader: ChannelReader): void {
    if (!this.#full.delete(reader) || this.#full.size > 0) return;
    clearInterval(this.#pongs);
    this.#socket.resume();
  }

  #receive(data: RawData, isBinary: boolean): void {
    const message = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer);
    if (message.length === 0) return;
    const base64 = this.#protocol.encoding === 'base64';
    const channel = base64 && !isBinary ? message[0]! - 0x30 : message[0]!;
    const bytes = base64 && !isBinary ? Buffer.from(message.toString('latin1', 1), 'base64') : message.subarray(1);
    if (channel === closeChannel && this.#protocol.halfClose) {
      const half = this.#readers.get(bytes[0] ?? closeChannel);
      if (half !== undefined && !half.destroyed) half.push(null);
      return;
    }
    const reader = this.#readers.get(channel);
    if (reader === undefined || reader.destroyed || reader.readableEnded || bytes.length === 0) return;
    if (reader.push(bytes)) return;
    if (this.#full.size === 0) {
      this.#socket.pause();
      this.#pongs = setInterval(() => this.#socket.readyState === this.#socket.OPEN && this.#socket.pong(), pausedPongMilliseconds);
      this.#pongs.unref();
    }
    this.#full.add(reader);
  }
}
