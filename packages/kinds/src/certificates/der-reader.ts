/** Reads ASN.1 in DER (X.690), as much of it as requests for certificates need. Whatever is not well formed throws. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

export interface DerValue {
  tag: number;
  /** Without tag and length. */
  content: Uint8Array;
  /** With tag and length, as it lies. */
  whole: Uint8Array;
}

/** Longest length field that is looked at: requests are far below 16 MB. */
const lengthBytesMax = 3;

/** The values that lie one after another. @throws DerError */
export function derValues(bytes: Uint8Array): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length;) {
    const value = derValue(bytes.subarray(at));
    values.push(value);
    at += value.whole.length;
  }
  return values;
}

/** The first value. @throws DerError */
export function derValue(bytes: Uint8Array): DerValue {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw new DerError('a value is cut off or has an unknown tag');
  const more = first & 0x80 ? first & 0x7f : 0;
  if (more > lengthBytesMax || (first & 0x80 && more === 0) || bytes.length < 2 + more) throw new DerError('a length is not well formed');
  let length = first;
  if (more > 0) length = bytes.subarray(2, 2 + more).reduce((sum, byte) => sum * 256 + byte, 0);
  const start = 2 + more;
  if (bytes.length < start + length) throw new DerError('a value is cut off');
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(0, start + length) };
}

/** The parts of a constructed value. @throws DerError when it is none, or has another tag. */
export function derParts({ tag, content }: DerValue, expected: number): DerValue[] {
  if (tag !== expected) throw new DerError(`a value has the tag ${tag} instead of ${expected}`);
  return derValues(content);
}

/** `1.2.840.113549.1.9.14` */
export function derOid({ tag, content }: DerValue): string {
  if (tag !== 0x06 || content.length === 0) throw new DerError('an object identifier is expected');
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER / 128) throw new DerError('an arc is too large');
    if (byte & 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first = 0, ...rest] = arcs;
  const top = Math.min(Math.floor(first / 40), 2);
  return [top, first - top * 40, ...rest].join('.');
}

/** Texts of all kinds that names are written in. */
export function derText({ tag, content }: DerValue): string {
  if (tag === 0x1e) return Buffer.from(content).swap16().toString('utf16le');
  return Buffer.from(content).toString(tag === 0x0c ? 'utf8' : 'latin1');
}
