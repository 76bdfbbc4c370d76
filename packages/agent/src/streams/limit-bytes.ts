import { Readable } from 'node:stream';

/** The first so many bytes; then the source is let go. */
export function limitBytes(source: Readable, maxBytes: number): Readable {
  return Readable.from(first(source, maxBytes), { objectMode: false });
}

async function* first(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let left = maxBytes;
  for await (const chunk of source) {
    if (chunk.length >= left) {
      if (left > 0) yield chunk.subarray(0, left);
      return;
    }
    left -= chunk.length;
    yield chunk;
  }
}
