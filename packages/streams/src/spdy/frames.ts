/**
 * SPDY/3.1 frames to bytes and back. Control frames are read whole and are small; data frames are given on as their bytes come, so no frame makes a
 * reader hold more than `maxControlFrameBytes`, however long it says it is.
 */
import { HeaderCompressor, HeaderDecompressor, type SpdyHeaders } from './header-block.ts';
import { SpdyError } from './spdy-error.ts';

export type SpdyFrame =
  | {
      type: 'synStream';
      streamId: number;
      associatedId: number;
      priority: number;
      headers: SpdyHeaders;
      fin: boolean;
      unidirectional: boolean;
    }
  | { type: 'synReply'; streamId: number; headers: SpdyHeaders; fin: boolean }
  | { type: 'headers'; streamId: number; headers: SpdyHeaders; fin: boolean }
  | { type: 'rstStream'; streamId: number; status: number }
  | { type: 'settings'; entries: readonly { id: number; flags: number; value: number }[] }
  | { type: 'ping'; id: number }
  | { type: 'goAway'; lastStreamId: number; status: number }
  | { type: 'windowUpdate'; streamId: number; delta: number }
  /** A piece of a data frame; `fin` comes with the last piece. */
  | { type: 'data'; streamId: number; data: Buffer; fin: boolean };

/** RST_STREAM's status codes, from section 2.6.3 of the draft. */
export const resetStatus = {
  protocolError: 1,
  invalidStream: 2,
  refusedStream: 3,
  cancel: 5,
  flowControlError: 7,
  streamAlreadyClosed: 9,
} as const;
/** The settings id of a stream's first window. */
export const initialWindowSetting = 7;

export const maxControlFrameBytes = 64 * 1024;
const maxSettings = 64;
const version = 3;
const flagFin = 1;
const flagUnidirectional = 2;
const headerBytes = 8;

const frameTypes = { synStream: 1, synReply: 2, rstStream: 3, settings: 4, ping: 6, goAway: 7, headers: 8, windowUpdate: 9 } as const;

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32BE(value >>> 0, index * 4));
  return bytes;
}

function control(type: number, flags: number, ...payload: Buffer[]): Buffer {
  const length = payload.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([numbers(0x8000_0000 | (version << 16) | type, (flags << 24) | length), ...payload]);
}

export class FrameEncoder {
  readonly #compressor = new HeaderCompressor();

  /** The bytes of a frame, to be sent in the order of the calls: header blocks build upon one another. */
  encode(frame: SpdyFrame): Buffer[] {
    switch (frame.type) {
      case 'data':
        return [numbers(frame.streamId, ((frame.fin ? flagFin : 0) << 24) | frame.data.length), frame.data];
      case 'synStream': {
        const flags = (frame.fin ? flagFin : 0) | (frame.unidirectional ? flagUnidirectional : 0);
        const rest = Buffer.from([frame.priority << 5, 0]);
        return [
          control(frameTypes.synStream, flags, numbers(frame.streamId, frame.associatedId), rest, this.#compressor.encode(frame.headers)),
        ];
      }
      case 'synReply':
      case 'headers':
        return [control(frameTypes[frame.type], frame.fin ? flagFin : 0, numbers(frame.streamId), this.#compressor.encode(frame.headers))];
      case 'rstStream':
        return [control(frameTypes.rstStream, 0, numbers(frame.streamId, frame.status))];
      case 'settings':
        return [
          control(
            frameTypes.settings,
            0,
            numbers(frame.entries.length, ...frame.entries.flatMap(({ id, flags, value }) => [(flags << 24) | id, value])),
          ),
        ];
      case 'ping':
        return [control(frameTypes.ping, 0, numbers(frame.id))];
      case 'goAway':
        return [control(frameTypes.goAway, 0, numbers(frame.lastStreamId, frame.status))];
      case 'windowUpdate':
        return [control(frameTypes.windowUpdate, 0, numbers(frame.streamId, frame.delta))];
    }
  }
}

interface OpenData {
  streamId: number;
  fin: boolean;
  remaining: number;
}

export class FrameDecoder {
  readonly #decompressor = new HeaderDecompressor();
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #data: OpenData | undefined;

  /** Bytes held back for a control frame whose rest has not come. */
  get bufferedBytes(): number {
    return this.#pendingBytes;
  }

  /**
   * The frames that the bytes so far complete. Control frames of unknown type are passed over, as the draft asks.
   * @throws SpdyError for what no SPDY/3.1 peer sends; the decoder is of no use afterwards.
   */
  *push(chunk: Buffer): Generator<SpdyFrame> {
    if (chunk.length === 0) return;
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    for (;;) {
      if (this.#data !== undefined) {
        if (this.#pendingBytes === 0) return;
        yield this.#dataPiece(this.#data);
        continue;
      }
      if (this.#pendingBytes < headerBytes) return;
      const head = this.#pending[0]!.length < headerBytes ? this.#joined() : this.#pending[0]!;
      const length = head.readUInt32BE(4) & 0xff_ffff;
      const flags = head[4]!;
      if ((head[0]! & 0x80) === 0) {
        const frame: OpenData = { streamId: head.readUInt32BE(0) & 0x7fff_ffff, fin: (flags & flagFin) !== 0, remaining: length };
        this.#take(headerBytes);
        if (length > 0) this.#data = frame;
        else yield { type: 'data', streamId: frame.streamId, data: Buffer.alloc(0), fin: frame.fin };
        continue;
      }
      if ((head.readUInt16BE(0) & 0x7fff) !== version)
        throw new SpdyError(`SPDY version ${head.readUInt16BE(0) & 0x7fff}: only ${version} is spoken here`);
      if (length > maxControlFrameBytes)
        throw new SpdyError(`a control frame of ${length} bytes: at most ${maxControlFrameBytes} are read`);
      if (this.#pendingBytes < headerBytes + length) return;
      const whole = this.#take(headerBytes + length);
      const frame = this.#control(whole.readUInt16BE(2), flags, whole.subarray(headerBytes));
      if (frame !== undefined) yield frame;
    }
  }

  #dataPiece(open: OpenData): SpdyFrame {
    const first = this.#pending[0]!;
    const piece = this.#take(Math.min(first.length, open.remaining));
    open.remaining -= piece.length;
    if (open.remaining === 0) this.#data = undefined;
    return { type: 'data', streamId: open.streamId, data: piece, fin: open.fin && open.remaining === 0 };
  }

  #joined(): Buffer {
    if (this.#pending.length > 1) this.#pending = [Buffer.concat(this.#pending)];
    return this.#pending[0]!;
  }

  /** Removes bytes from the front. Only ever as many as the first buffer holds, or all of them joined. */
  #take(length: number): Buffer {
    const first = length <= this.#pending[0]!.length ? this.#pending[0]! : this.#joined();
    this.#pendingBytes -= length;
    if (length === first.length) this.#pending.shift();
    else this.#pending[0] = first.subarray(length);
    return first.subarray(0, length);
  }

  #control(type: number, flags: number, payload: Buffer): SpdyFrame | undefined {
    const need = (bytes: number): void => {
      if (payload.length < bytes) throw new SpdyError(`a control frame of type ${type} with ${payload.length} bytes: it needs ${bytes}`);
    };
    const id = (at: number): number => payload.readUInt32BE(at) & 0x7fff_ffff;
    const fin = (flags & flagFin) !== 0;
    switch (type) {
      case frameTypes.synStream:
        need(10);
        return {
          type: 'synStream',
          streamId: id(0),
          associatedId: id(4),
          priority: payload[8]! >> 5,
          headers: this.#decompressor.decode(payload.subarray(10)),
          fin,
          unidirectional: (flags & flagUnidirectional) !== 0,
        };
      case frameTypes.synReply:
      case frameTypes.headers:
        need(4);
        return {
          type: type === frameTypes.synReply ? 'synReply' : 'headers',
          streamId: id(0),
          headers: this.#decompressor.decode(payload.subarray(4)),
          fin,
        };
      case frameTypes.rstStream:
        need(8);
        return { type: 'rstStream', streamId: id(0), status: payload.readUInt32BE(4) };
      case frameTypes.settings:
        need(4);
        return { type: 'settings', entries: settingsEntries(payload) };
      case frameTypes.ping:
        need(4);
        return { type: 'ping', id: payload.readUInt32BE(0) };
      case frameTypes.goAway:
        need(8);
        return { type: 'goAway', lastStreamId: id(0), status: payload.readUInt32BE(4) };
      case frameTypes.windowUpdate:
        need(8);
        return { type: 'windowUpdate', streamId: id(0), delta: id(4) };
      default:
        return undefined;
    }
  }
}

function settingsEntries(payload: Buffer): { id: number; flags: number; value: number }[] {
  const count = payload.readUInt32BE(0);
  if (count > maxSettings || payload.length < 4 + count * 8) throw new SpdyError(`a SETTINGS frame that says it has ${count} entries`);
  return Array.from({ length: count }, (_, index) => {
    const at = 4 + index * 8;
    return { flags: payload[at]!, id: payload.readUInt32BE(at) & 0xff_ffff, value: payload.readUInt32BE(at + 4) };
  });
}
