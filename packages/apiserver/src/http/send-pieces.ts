import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';
import type { Piece } from '../lists/list-pieces.ts';

/** How long a reader may take for one piece; it is cut then. */
const pieceSecondsMax = 60;
/** Of what is handed to the socket at once: it is encrypted at once, and held until it is taken. */
const writeBytesMax = 256 * 1024;

const deflate = promisify(deflateRaw);
const gzipHead = Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);
/** An empty last block. */
const deflateEnd = Uint8Array.from([3, 0]);

/**
 * Sends an answer piece by piece, each when the one before was taken. A failure in the midst of it ends the connection: its client sees that the
 * answer is not whole.
 */
export async function sendPieces(
  outgoing: ServerResponse | Http2ServerResponse,
  pieces: AsyncGenerator<Piece, void, void>,
  { headers, gzip }: { headers: Record<string, string | string[]>; gzip: boolean },
): Promise<void> {
  const response = outgoing as ServerResponse;
  const frames = gzip ? gzipped(pieces) : plain(pieces);
  try {
    // What fails before the first piece is answered as any failure.
    for (let frame = await frames.next(); frame.done !== true; frame = await frames.next()) {
      if (!response.headersSent)
        response.writeHead(200, { ...headers, ...(gzip ? { 'content-encoding': 'gzip', vary: 'accept-encoding' } : {}) });
      if (!(await sendFrame(response, frame.value))) return;
    }
    response.end();
  } catch (error) {
    if (response.headersSent) response.destroy();
    throw error;
  } finally {
    await frames.return();
  }
}

/** False when the reader is gone. */
async function sendFrame(response: ServerResponse, frame: Uint8Array): Promise<boolean> {
  for (let at = 0; at < frame.length; at += writeBytesMax) {
    if (isGone(response)) return false;
    if (!response.write(frame.subarray(at, at + writeBytesMax))) await taken(response);
  }
  return !isGone(response);
}

export function isGone(response: ServerResponse & { stream?: { destroyed: boolean } }): boolean {
  return response.destroyed || response.stream?.destroyed === true;
}

/** Resolves when the reader has taken what was written, or is gone; one that takes nothing for long is. */
export function taken(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => response.destroy(), pieceSecondsMax * 1_000).unref();
    const done = (): void => {
      clearTimeout(late);
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

async function* plain(pieces: AsyncGenerator<Piece, void, void>): AsyncGenerator<Uint8Array, void, void> {
  for await (const { bytes } of pieces) yield bytes;
}

/** One gzip stream (RFC 1952) of pieces that were compressed apart, so that those who share them share that too. */
async function* gzipped(pieces: AsyncGenerator<Piece, void, void>): AsyncGenerator<Uint8Array, void, void> {
  let sum = 0;
  let length = 0;
  for await (const piece of pieces) {
    if (length === 0) yield gzipHead;
    sum = crc32(piece.bytes, sum);
    length += piece.bytes.length;
    // Level 1: what follows takes much more time for little less to send.
    yield await (piece.deflated ??= deflate(piece.bytes, { level: 1, finishFlush: constants.Z_FULL_FLUSH }));
  }
  const end = Buffer.alloc(8);
  end.writeUInt32LE(sum, 0);
  end.writeUInt32LE(length % 2 ** 32, 4);
  yield Buffer.concat([deflateEnd, end]);
}
