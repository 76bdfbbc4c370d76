/**
 * A SPDY/3.1 session over any duplex: streams opened by either side, PING, GOAWAY and flow control.
 *
 * Invariants: a stream holds at most `maxUnreadBytes` that nobody has read (the session stops reading its transport until someone does), and nothing is
 * written faster than the transport drains. It knows nothing of what the streams carry.
 *
 * Kubernetes' own SPDY library never sends WINDOW_UPDATE, so a window is held to only after the other side has shown that it grants.
 */
import type { Duplex } from 'node:stream';
import { FrameDecoder, FrameEncoder, type SpdyFrame, initialWindowSetting, resetStatus } from './frames.ts';
import { type SpdyHeaders, spdyHeaders } from './header-block.ts';
import { SpdyError } from './spdy-error.ts';
import { SpdyStream, type StreamHost } from './stream.ts';

export const defaultWindowBytes = 64 * 1024;
/** A stream with this much unread stops the session from reading on. */
export const maxUnreadBytes = 1024 * 1024;
/** Port-forward opens two streams a connection. */
export const maxStreams = 2048;
const maxDataFrameBytes = 32 * 1024;
/** How often the other side is asked whether it lives, and for how long it may be silent while this side reads. */
const pingIntervalMilliseconds = 30_000;
const silenceLimitMilliseconds = 90_000;
/** How long the other side may take to read what was sent before the transport is cut. */
const closeGraceMilliseconds = 5_000;

export interface SpdySessionOptions {
  role: 'server' | 'client';
  /** Called for each stream that the other side opens; it must `accept` the stream or destroy it. */
  onStream?: (stream: SpdyStream) => void;
}

export class SpdySession implements AsyncDisposable {
  /** Settles when the transport has ended; rejects never: `error` tells why it ended early. */
  readonly closed: Promise<void>;
  error: Error | undefined;
  readonly #transport: Duplex;
  readonly #options: SpdySessionOptions;
  readonly #encoder = new FrameEncoder();
  readonly #decoder = new FrameDecoder();
  readonly #streams = new Map<number, SpdyStream>();
  #nextStreamId: number;
  #lastRemoteStreamId = 0;
  #initialWindowBytes = defaultWindowBytes;
  #sessionWindowBytes = defaultWindowBytes;
  #ungrantedSessionBytes = 0;
  /** The other side has granted on a stream, and on the session as a whole: SPDY/3 knows only the former. */
  #peerGrants = false;
  #peerGrantsSession = false;
  #goingAway = false;
  #heardAt = performance.now();
  #nextPingId: number;
  /** Those who wait for a window, for room in the transport, or for a reader. */
  #waiting: (() => void)[] = [];
  readonly #host: StreamHost = {
    reply: (stream) => {
      stream.replied = true;
      this.#write({ type: 'synReply', streamId: stream.id, headers: spdyHeaders(), fin: false });
    },
    send: (stream, data, fin) => this.#send(stream, data, fin),
    consumed: (stream, bytes) => this.#grant(stream, bytes),
    reset: (stream, status) => {
      if (this.#streams.has(stream.id)) this.#write({ type: 'rstStream', streamId: stream.id, status });
    },
    forget: (stream) => {
      this.#streams.delete(stream.id);
      this.#wake();
    },
  };

  constructor(transport: Duplex, options: SpdySessionOptions) {
    this.#transport = transport;
    this.#options = options;
    this.#nextStreamId = options.role === 'client' ? 1 : 2;
    this.#nextPingId = this.#nextStreamId;
    transport.on('drain', () => this.#wake());
    transport.on('close', () => this.#wake());
    transport.on('error', (error: Error) => {
      this.error ??= error;
    });
    const pings = setInterval(() => this.#ping(), pingIntervalMilliseconds);
    pings.unref();
    this.closed = this.#run().finally(() => clearInterval(pings));
  }

  get streamCount(): number {
    return this.#streams.size;
  }

  /** Opens a stream from this side. Data may follow at once: the other side reads it after the headers. */
  open(headers: SpdyHeaders): SpdyStream {
    const stream = new SpdyStream(this.#host, { id: this.#nextStreamId, headers, sendWindowBytes: this.#initialWindowBytes });
    this.#nextStreamId += 2;
    stream.replied = true;
    this.#streams.set(stream.id, stream);
    this.#write({ type: 'synStream', streamId: stream.id, associatedId: 0, priority: 0, headers, fin: false, unidirectional: false });
    return stream;
  }

  /** Says GOAWAY, lets what was written drain for a while, and ends the transport. */
  async close(): Promise<void> {
    if (!this.#goingAway) {
      this.#goingAway = true;
      this.#write({ type: 'goAway', lastStreamId: this.#lastRemoteStreamId, status: 0 });
      if (!this.#transport.writableEnded) this.#transport.end();
    }
    const cut = setTimeout(() => this.#transport.destroy(), closeGraceMilliseconds);
    await this.closed;
    clearTimeout(cut);
  }

  /** Ends at once. */
  destroy(error?: Error): void {
    this.error ??= error;
    this.#transport.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #run(): Promise<void> {
    try {
      for await (const chunk of this.#transport) {
        for (const frame of this.#decoder.push(chunk as Buffer)) await this.#handle(frame);
        this.#heardAt = performance.now();
      }
    } catch (error) {
      if (error instanceof SpdyError) {
        this.error ??= error;
        this.#write({ type: 'goAway', lastStreamId: this.#lastRemoteStreamId, status: 1 });
      } else if (!this.#goingAway) this.error ??= error as Error;
    }
    this.#goingAway = true;
    for (const stream of this.#streams.values()) stream.receiveReset();
    if (this.error === undefined) this.#transport.end();
    else this.#transport.destroy();
    this.#wake();
  }

  async #handle(frame: SpdyFrame): Promise<void> {
    switch (frame.type) {
      case 'synStream':
        return this.#opened(frame);
      case 'data':
        return this.#received(frame);
      case 'headers':
      case 'synReply':
        if (frame.fin) this.#streams.get(frame.streamId)?.receive(Buffer.alloc(0), true);
        return;
      case 'rstStream':
        this.#streams.get(frame.streamId)?.receiveReset();
        return;
      case 'ping':
        // Ids are odd when the client asked: only what this side did not ask is answered.
        if ((frame.id % 2 === 1) === (this.#options.role === 'server')) {
          this.#write(frame);
          await this.#drained();
        }
        return;
      case 'settings':
        return this.#settings(frame.entries);
      case 'windowUpdate':
        return this.#windowUpdate(frame.streamId, frame.delta);
      case 'goAway':
        this.#goingAway = true;
        return;
    }
  }

  async #opened(frame: SpdyFrame & { type: 'synStream' }): Promise<void> {
    const remoteParity = this.#options.role === 'server' ? 1 : 0;
    if (frame.streamId % 2 !== remoteParity || frame.streamId <= this.#lastRemoteStreamId) {
      throw new SpdyError(`stream ${frame.streamId} opened after ${this.#lastRemoteStreamId}`);
    }
    this.#lastRemoteStreamId = frame.streamId;
    if (this.#goingAway || this.#streams.size >= maxStreams || this.#options.onStream === undefined) {
      this.#write({ type: 'rstStream', streamId: frame.streamId, status: resetStatus.refusedStream });
      return this.#drained();
    }
    const stream = new SpdyStream(this.#host, { id: frame.streamId, headers: frame.headers, sendWindowBytes: this.#initialWindowBytes });
    this.#streams.set(stream.id, stream);
    if (frame.fin) stream.receive(Buffer.alloc(0), true);
    this.#options.onStream(stream);
    return this.#drained();
  }

  async #received(frame: SpdyFrame & { type: 'data' }): Promise<void> {
    const stream = this.#streams.get(frame.streamId);
    if (stream === undefined) {
      const own = frame.streamId % 2 === this.#nextStreamId % 2;
      const known = own ? frame.streamId < this.#nextStreamId : frame.streamId <= this.#lastRemoteStreamId;
      if (!known) throw new SpdyError(`data for stream ${frame.streamId}, which nobody opened`);
      // A stream that was given up here: its bytes count against the session's window all the same.
      this.#grantSession(frame.data.length);
      return;
    }
    stream.receive(frame.data, frame.fin);
    while (stream.unreadBytes > maxUnreadBytes && !stream.destroyed && !this.#transport.destroyed) await this.#wait();
  }

  #settings(entries: readonly { id: number; value: number }[]): void {
    for (const { id, value } of entries) {
      if (id !== initialWindowSetting) continue;
      this.#peerGrants = true;
      for (const stream of this.#streams.values()) stream.sendWindowBytes += value - this.#initialWindowBytes;
      this.#initialWindowBytes = value;
    }
    this.#wake();
  }

  #windowUpdate(streamId: number, delta: number): void {
    if (streamId === 0) {
      this.#peerGrantsSession = true;
      this.#sessionWindowBytes += delta;
    } else this.#peerGrants = true;
    const stream = this.#streams.get(streamId);
    if (stream !== undefined) stream.sendWindowBytes += delta;
    if (this.#sessionWindowBytes > 0x7fff_ffff || (stream?.sendWindowBytes ?? 0) > 0x7fff_ffff)
      throw new SpdyError('a window grew beyond 2^31-1');
    this.#wake();
  }

  async #send(stream: SpdyStream, data: Buffer, fin: boolean): Promise<void> {
    let at = 0;
    do {
      while (!this.#ended() && !stream.destroyed && (this.#transport.writableNeedDrain || (at < data.length && this.#room(stream) <= 0)))
        await this.#wait();
      if (this.#ended() || stream.destroyed) throw new Error(`stream ${stream.id} has ended`);
      const piece = data.subarray(at, at + Math.min(maxDataFrameBytes, this.#room(stream)));
      at += piece.length;
      stream.sendWindowBytes -= piece.length;
      this.#sessionWindowBytes -= piece.length;
      this.#write({ type: 'data', streamId: stream.id, data: piece, fin: fin && at === data.length });
    } while (at < data.length);
  }

  #room(stream: SpdyStream): number {
    const ofStream = this.#peerGrants ? stream.sendWindowBytes : Number.POSITIVE_INFINITY;
    return this.#peerGrantsSession ? Math.min(ofStream, this.#sessionWindowBytes) : ofStream;
  }

  /** Gives the other side back what a reader took, in halves of a window. */
  #grant(stream: SpdyStream, bytes: number): void {
    this.#grantSession(bytes);
    stream.ungrantedBytes += bytes;
    if (stream.ungrantedBytes >= defaultWindowBytes / 2 && !stream.remoteEnded && this.#streams.has(stream.id)) {
      this.#write({ type: 'windowUpdate', streamId: stream.id, delta: stream.ungrantedBytes });
      stream.ungrantedBytes = 0;
    }
    this.#wake();
  }

  #grantSession(bytes: number): void {
    this.#ungrantedSessionBytes += bytes;
    if (this.#ungrantedSessionBytes < defaultWindowBytes / 2) return;
    this.#write({ type: 'windowUpdate', streamId: 0, delta: this.#ungrantedSessionBytes });
    this.#ungrantedSessionBytes = 0;
  }

  /** A client that vanished without a word would otherwise keep its process and its streams for hours. */
  #ping(): void {
    const paused = this.#streams.values().some(({ unreadBytes }) => unreadBytes > maxUnreadBytes);
    if (paused) this.#heardAt = performance.now();
    if (performance.now() - this.#heardAt > silenceLimitMilliseconds)
      return this.destroy(new Error('the other side has been silent for too long'));
    this.#write({ type: 'ping', id: this.#nextPingId });
    this.#nextPingId = this.#nextPingId > 0x7fff_0000 ? 2 - (this.#nextPingId % 2) : this.#nextPingId + 2;
  }

  #ended(): boolean {
    return this.#transport.destroyed || this.#transport.writableEnded;
  }

  #write(frame: SpdyFrame): void {
    if (this.#ended()) return;
    for (const bytes of this.#encoder.encode(frame)) this.#transport.write(bytes);
  }

  async #drained(): Promise<void> {
    while (this.#transport.writableNeedDrain && !this.#ended()) await this.#wait();
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}
