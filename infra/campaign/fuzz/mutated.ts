import type { Random } from '../random.ts';

export interface MutationOptions {
  random: Random;
  /** Pieces that mean something to the decoder. */
  words: readonly string[];
  bytesMax: number;
}

/** One input made of another: a few changes of bits, bytes, digits, pieces; or a splice with a second one. */
export function mutated(seed: Uint8Array, other: Uint8Array, { random, words, bytesMax }: MutationOptions): Uint8Array {
  let bytes: Buffer = Buffer.from(seed);
  for (let left = random.integer(1, 6); left > 0; left -= 1) bytes = changed(bytes, Buffer.from(other), random, words);
  return bytes.subarray(0, bytesMax);
}

function changed(bytes: Buffer, other: Buffer, random: Random, words: readonly string[]): Buffer {
  const at = random.integer(0, bytes.length);
  const end = Math.min(bytes.length, at + random.integer(0, 12));
  const put = (piece: Uint8Array, to = at): Buffer => Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(to)]);
  switch (random.integer(0, 8)) {
    case 0:
      return put(Uint8Array.of(random.integer(0, 255)), Math.min(bytes.length, at + 1));
    case 1:
      return put(Buffer.from(random.pick(words)));
    case 2:
      return put(Buffer.from(random.pick(words)), end);
    case 3:
      return put(new Uint8Array(), end);
    case 4:
      // The same piece many times: what nests or repeats.
      return put(Buffer.concat(Array.from({ length: random.integer(1, 200) }, () => bytes.subarray(at, end))));
    case 5:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random.integer(0, other.length))]);
    case 6:
      return put(Buffer.from(String(random.pick([0, -1, 2 ** 31, 2 ** 53, -(2 ** 63), 1e-9, 0.1, NaN]))), end);
    case 7:
      return put(bytes.subarray(Math.min(at, end), end), at);
    default: {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << random.integer(0, 7));
      return flipped;
    }
  }
}
