/**
 * Header blocks of SPDY/3: name and value lists, deflated as pieces of one zlib stream a direction.
 * Every piece ends with a sync flush, so each is inflated at once, against the last 32 KiB that came before it, and never to more than a named limit.
 */
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { spdyDictionary, spdyDictionaryId } from './dictionary.ts';
import { SpdyError } from './spdy-error.ts';

/** Names in lower case; a name may have several values. */
export type SpdyHeaders = ReadonlyMap<string, readonly string[]>;

export const maxHeaderBlockBytes = 64 * 1024;
export const maxHeaders = 256;
const windowBytes = 32 * 1024;

export function spdyHeaders(entries: Readonly<Record<string, string>> = {}): SpdyHeaders {
  return new Map(Object.entries(entries).map(([name, value]) => [name.toLowerCase(), [value]]));
}

/** The first value of a header, or undefined. */
export function headerValue(headers: SpdyHeaders, name: string): string | undefined {
  return headers.get(name)?.[0];
}

function encodePairs(headers: SpdyHeaders): Buffer {
  const parts: Buffer[] = [];
  const number = (value: number): void => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    parts.push(bytes);
  };
  const text = (value: string): void => {
    const bytes = Buffer.from(value, 'utf8');
    number(bytes.length);
    parts.push(bytes);
  };
  number(headers.size);
  for (const [name, values] of headers) {
    text(name);
    text(values.join('\0'));
  }
  return Buffer.concat(parts);
}

function decodePairs(block: Buffer): SpdyHeaders {
  let at = 0;
  const number = (): number => {
    if (at + 4 > block.length) throw new SpdyError('the header block ends early');
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const length = number();
    if (length > block.length - at) throw new SpdyError('a header is longer than its block');
    at += length;
    return block.toString('utf8', at - length, at);
  };
  const count = number();
  if (count > maxHeaders) throw new SpdyError(`${count} headers in one block: at most ${maxHeaders} are read`);
  const headers = new Map<string, readonly string[]>();
  for (let index = 0; index < count; index += 1) {
    const name = text().toLowerCase();
    if (name === '') throw new SpdyError('a header without a name');
    if (headers.has(name)) throw new SpdyError(`the header ${JSON.stringify(name)} comes twice`);
    headers.set(name, text().split('\0'));
  }
  return headers;
}

/** One direction's compressor. Blocks are deflated independently, which any inflater of the stream reads. */
export class HeaderCompressor {
  #started = false;

  encode(headers: SpdyHeaders): Buffer {
    const block = deflateRawSync(encodePairs(headers), { finishFlush: constants.Z_SYNC_FLUSH });
    if (this.#started) return block;
    this.#started = true;
    return Buffer.concat([Buffer.from([0x78, 0x01]), block]);
  }
}

/** One direction's decompressor; blocks must come in the order that they were sent in. */
export class HeaderDecompressor {
  #window: Buffer | undefined;

  /** @throws SpdyError when the block is not what the stream may hold, or inflates beyond the limit. */
  decode(block: Buffer): SpdyHeaders {
    const body = this.#window === undefined ? this.#open(block) : block;
    const window = this.#window ?? Buffer.alloc(0);
    let pairs: Buffer;
    try {
      pairs = inflateRawSync(body, {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: maxHeaderBlockBytes,
        ...(window.length === 0 ? {} : { dictionary: window }),
      });
    } catch (cause) {
      throw new SpdyError('a header block cannot be inflated', { cause });
    }
    this.#window = Buffer.concat([window, pairs]).subarray(-windowBytes);
    return decodePairs(pairs);
  }

  /** Reads the zlib header, which only the first block carries, and what it says of the dictionary. */
  #open(block: Buffer): Buffer {
    if (block.length < 2 || (block[0]! & 0x0f) !== 8 || block.readUInt16BE(0) % 31 !== 0) throw new SpdyError('not a zlib stream');
    if ((block[1]! & 0x20) === 0) {
      this.#window = Buffer.alloc(0);
      return block.subarray(2);
    }
    if (block.length < 6 || block.readUInt32BE(2) !== spdyDictionaryId) throw new SpdyError('a zlib stream with another dictionary');
    this.#window = spdyDictionary;
    return block.subarray(6);
  }
}
