/** Values of literals as they are written. Undefined results or thrown messages are findings of the parser. */
import { toInt, uint64Max } from '../values/int.ts';
import { Double, type Int, Uint } from '../values/value.ts';

export class LiteralError extends Error {}

export function parseIntLiteral(text: string): Int {
  const negative = text.startsWith('-');
  const magnitude = BigInt(negative ? text.slice(1) : text);
  const value = toInt(negative ? -magnitude : magnitude);
  if (value === undefined) throw new LiteralError('invalid int literal');
  return value;
}

export function parseUintLiteral(text: string): Uint {
  const value = BigInt(text.slice(0, -1));
  if (value > uint64Max) throw new LiteralError('invalid uint literal');
  return new Uint(value);
}

export function parseDoubleLiteral(text: string): Double {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new LiteralError('invalid double literal');
  return new Double(value);
}

const simpleEscapes: Record<string, number> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '"': 34,
  "'": 39,
  '\\': 92,
  '?': 63,
  '`': 96,
};

/** The text of a string literal: prefix and quotes taken off, escapes replaced. */
export function parseStringLiteral(text: string): string {
  const { body, raw } = unquote(text);
  if (raw || !body.includes('\\')) return body;
  return body.replaceAll(/\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([^]))/g, (...match) => {
    const [, hex, short, long, octal, char] = match as (string | undefined)[];
    if (char !== undefined) return String.fromCharCode(simpleEscapes[char] as number);
    const point = octal === undefined ? Number.parseInt((hex ?? short ?? long) as string, 16) : Number.parseInt(octal, 8);
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) throw new LiteralError('invalid unicode code point');
    return String.fromCodePoint(point);
  });
}

/** The bytes of a bytes literal: characters as UTF-8, numbered escapes as single bytes. */
export function parseBytesLiteral(text: string): Uint8Array {
  const { body, raw } = unquote(text.slice(1));
  if (raw || !body.includes('\\')) return Buffer.from(body);
  const parts: Buffer[] = [];
  let last = 0;
  for (const match of body.matchAll(/\\(?:[xX]([0-9a-fA-F]{2})|([uU])|([0-3][0-7]{2})|([^]))/g)) {
    const [whole, hex, unicode, octal, char] = match;
    if (unicode !== undefined) throw new LiteralError('unable to unescape string');
    parts.push(Buffer.from(body.slice(last, match.index)));
    const byte =
      char !== undefined ? simpleEscapes[char] : hex === undefined ? Number.parseInt(octal as string, 8) : Number.parseInt(hex, 16);
    parts.push(Buffer.from([byte as number]));
    last = match.index + whole.length;
  }
  parts.push(Buffer.from(body.slice(last)));
  return Buffer.concat(parts);
}

function unquote(text: string): { body: string; raw: boolean } {
  const raw = text.startsWith('r') || text.startsWith('R');
  const quoted = (raw ? text.slice(1) : text).replaceAll(/\r\n?/g, '\n');
  const width = quoted.length >= 6 && quoted.startsWith((quoted[0] as string).repeat(3)) ? 3 : 1;
  return { body: quoted.slice(width, -width), raw };
}
