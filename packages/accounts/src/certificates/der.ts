/** Writes ASN.1 in DER (X.690): only what certificates need. Reads nothing, so nothing foreign passes here. */
export type Der = Buffer;

export function tagged(tag: number, ...contents: Uint8Array[]): Der {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), length(body.byteLength), body]);
}

export const sequence = (...items: Uint8Array[]): Der => tagged(0x30, ...items);
export const set = (...items: Uint8Array[]): Der => tagged(0x31, ...items);
export const octets = (value: Uint8Array): Der => tagged(0x04, value);
export const boolean = (value: boolean): Der => tagged(0x01, Buffer.of(value ? 0xff : 0x00));
export const utf8 = (text: string): Der => tagged(0x0c, Buffer.from(text, 'utf8'));

/** Context-specific: `[n] EXPLICIT`, and `[n] IMPLICIT` of a primitive. */
export const explicit = (n: number, content: Uint8Array): Der => tagged(0xa0 | n, content);
export const implicit = (n: number, content: Uint8Array): Der => tagged(0x80 | n, content);

/** A bit string of whole bytes, with so many unused bits at the end. */
export const bits = (value: Uint8Array, unusedBits = 0): Der => tagged(0x03, Buffer.of(unusedBits), value);

/** A number that is not negative, of any length, most significant byte first. */
export function unsigned(value: Uint8Array): Der {
  let start = 0;
  while (start < value.byteLength - 1 && value[start] === 0) start += 1;
  const digits = value.subarray(start);
  return (digits[0] ?? 0) >= 0x80 ? tagged(0x02, Buffer.of(0), digits) : tagged(0x02, digits);
}

/** `1.2.840.10045.4.3.2` */
export function oid(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** UTCTime until 2049, GeneralizedTime from 2050: RFC 5280, 4.1.2.5. */
export function time(date: Date): Der {
  const digits = date.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14);
  const short = date.getUTCFullYear() < 2050;
  return tagged(short ? 0x17 : 0x18, Buffer.from(`${short ? digits.slice(2) : digits}Z`, 'ascii'));
}

function length(bytes: number): Uint8Array {
  if (bytes < 0x80) return Buffer.of(bytes);
  const digits: number[] = [];
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return Buffer.from([0x80 | digits.length, ...digits]);
}

function base128(arc: number): number[] {
  const digits = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift(0x80 | (rest % 128));
  return digits;
}
