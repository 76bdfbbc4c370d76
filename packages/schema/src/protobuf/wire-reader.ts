import { badRequest, type StatusError } from '@kajitori/apimachinery';
import { depthMax } from '../walk/depth.ts';

export const wire = { varint: 0, fixed64: 1, delimited: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads protobuf out of a buffer that it never copies. Every length is checked against what is left, so malformed input
 * is an error and nothing else.
 */
export class WireReader {
  readonly #bytes: Buffer;
  #at: number;
  #end: number;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = 0;
    this.#end = bytes.byteLength;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  /** The next field's number times eight plus its wire type. */
  tag(): number {
    const tag = this.uint();
    if (tag < 8 || tag > 0xffff_ffff) throw malformed(`illegal tag ${Math.floor(tag / 8)} (wire type ${tag % 8})`);
    return tag;
  }

  /** An unsigned integer below 2⁵³. */
  uint(): number {
    const value = this.#varint();
    if (typeof value === 'number') return value;
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(`integer ${value} is larger than 2^53-1`);
    return Number(value);
  }

  /** A signed integer. Kajitori keeps integers exactly up to ±2⁵³ and refuses what lies beyond. */
  int(): number {
    const bits = this.#varint();
    if (typeof bits === 'number') return bits;
    const value = BigInt.asIntN(64, bits);
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw malformed(`integer ${value} is outside ±(2^53-1)`);
    return number;
  }

  int32(): number {
    const bits = this.#varint();
    return typeof bits === 'number' ? bits | 0 : Number(BigInt.asIntN(32, bits));
  }

  bool(): boolean {
    return this.#varint() !== 0;
  }

  double(): number {
    const at = this.#take(8);
    return this.#bytes.readDoubleLE(at);
  }

  string(): string {
    const size = this.uint();
    const at = this.#take(size);
    // Short texts are nearly always ASCII, and a call into native code costs more than they do.
    if (size < 24) {
      let text = '';
      let index = at;
      for (; index < at + size; index += 1) {
        const code = this.#bytes[index] ?? 0;
        if (code >= 0x80) break;
        text += String.fromCharCode(code);
      }
      if (index === at + size) return text;
    }
    const text = this.#bytes.toString('utf8', at, at + size);
    // What is not UTF-8 turns into this character, and so does the character itself; only then is a strict look worth its cost.
    if (text.includes('\ufffd')) this.#checkUtf8(at, at + size);
    return text;
  }

  #checkUtf8(from: number, to: number): void {
    try {
      utf8.decode(this.#bytes.subarray(from, to));
    } catch (error) {
      throw malformed('a string is not valid UTF-8', error);
    }
  }

  /** A view of the bytes, not a copy. */
  bytes(): Buffer {
    const size = this.uint();
    const at = this.#take(size);
    return this.#bytes.subarray(at, at + size);
  }

  /** Reads a length and lets `read` see that many bytes and no more. */
  within<T>(read: () => T): T {
    const size = this.uint();
    const end = this.#at + size;
    if (end > this.#end) throw unexpectedEnd();
    this.#depth += 1;
    if (this.#depth > depthMax) throw malformed(`messages are nested deeper than ${depthMax} levels`);
    const outer = this.#end;
    this.#end = end;
    const result = read();
    this.#at = end;
    this.#end = outer;
    this.#depth -= 1;
    return result;
  }

  /** Passes over a field that the schema does not know. */
  skip(wireType: number): void {
    let groups = 0;
    let type = wireType;
    for (;;) {
      if (type === wire.varint) this.#varint();
      else if (type === wire.fixed64) this.#take(8);
      else if (type === wire.delimited) this.#take(this.uint());
      else if (type === wire.fixed32) this.#take(4);
      else if (type === wire.groupStart) groups += 1;
      else if (type === wire.groupEnd && groups > 0) groups -= 1;
      else throw malformed(`illegal wire type ${type}`);
      if (groups === 0) return;
      type = this.tag() % 8;
    }
  }

  #take(size: number): number {
    const at = this.#at;
    if (size > this.#end - at) throw unexpectedEnd();
    this.#at = at + size;
    return at;
  }

  /** A number where it says the value exactly, else a bigint. */
  #varint(): number | bigint {
    let value = 0;
    let factor = 1;
    const start = this.#at;
    for (let index = 0; index < 7; index += 1) {
      if (this.#at >= this.#end) throw unexpectedEnd();
      const byte = this.#bytes[this.#at++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
    return this.#longVarint(start);
  }

  #longVarint(start: number): bigint {
    let value = 0n;
    this.#at = start;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.#at >= this.#end) throw unexpectedEnd();
      const byte = this.#bytes[this.#at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw malformed('integer overflow');
  }
}

export function malformed(what: string, cause?: unknown): StatusError {
  return badRequest(`proto: ${what}`, cause);
}

function unexpectedEnd(): StatusError {
  return malformed('unexpected EOF');
}
