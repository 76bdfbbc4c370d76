/**
 * Frames of a multiplexed connection: a type, a stream id, and what the type says follows. They travel as whole messages (of a WebSocket), so none
 * carries its length. Numbers are big-endian.
 */
export type MultiplexFrame =
  /** Asks for a stream; `body` is JSON that says what kind. */
  | { type: 'open'; id: number; body: Buffer }
  | { type: 'accept'; id: number }
  /** The stream will not be; `body` is a Status. */
  | { type: 'refuse'; id: number; body: Buffer }
  | { type: 'data'; id: number; channel: number; bytes: Buffer }
  /** This side sends no more on the channel. */
  | { type: 'end'; id: number; channel: number }
  /** This side has read so many bytes of the channel: as many more may be sent. */
  | { type: 'credit'; id: number; channel: number; byteCount: number }
  /** A small JSON message about the stream: a terminal's size, how a process ended. */
  | { type: 'note'; id: number; body: Buffer }
  /** The stream is over for both, now. */
  | { type: 'reset'; id: number };

const types = ['open', 'accept', 'refuse', 'data', 'end', 'credit', 'note', 'reset'] as const;

/** The other side broke the protocol; its connection ends. */
export class MultiplexError extends Error {
  override readonly name = 'MultiplexError';
}

export function encodeFrame(frame: MultiplexFrame): Buffer {
  const tail = tailOf(frame);
  const out = Buffer.allocUnsafe(5 + tail.length);
  out[0] = types.indexOf(frame.type);
  out.writeUInt32BE(frame.id, 1);
  tail.copy(out, 5);
  return out;
}

function tailOf(frame: MultiplexFrame): Buffer {
  switch (frame.type) {
    case 'open':
    case 'refuse':
    case 'note':
      return frame.body;
    case 'data':
      return Buffer.concat([Buffer.from([frame.channel]), frame.bytes]);
    case 'end':
      return Buffer.from([frame.channel]);
    case 'credit': {
      const tail = Buffer.alloc(5);
      tail[0] = frame.channel;
      tail.writeUInt32BE(frame.byteCount, 1);
      return tail;
    }
    case 'accept':
    case 'reset':
      return Buffer.alloc(0);
  }
}

/** @throws MultiplexError for what no peer of ours sends. */
export function decodeFrame(message: Buffer): MultiplexFrame {
  const type = message.length < 5 ? undefined : types[message[0]!];
  if (type === undefined) throw new MultiplexError(`a message of ${message.length} bytes is no frame`);
  const id = message.readUInt32BE(1);
  const tail = message.subarray(5);
  switch (type) {
    case 'open':
    case 'refuse':
    case 'note':
      return { type, id, body: tail };
    case 'accept':
    case 'reset':
      return { type, id };
    case 'data':
    case 'end':
    case 'credit': {
      const channel = tail[0];
      if (channel === undefined) throw new MultiplexError(`a ${type} frame without a channel`);
      if (type === 'end') return { type, id, channel };
      if (type === 'data') return { type, id, channel, bytes: tail.subarray(1) };
      if (tail.length !== 5) throw new MultiplexError('a credit frame without a number');
      return { type, id, channel, byteCount: tail.readUInt32BE(1) };
    }
  }
}
