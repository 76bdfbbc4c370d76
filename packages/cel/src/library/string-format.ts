/** `'%d of %s'.format([1, 'two'])`: clauses s, d, f, e, b, o, x and X. */
import { CostLimitError, EvaluationError } from '../errors.ts';
import { isDyn, type Kind, type Type } from '../types/type.ts';
import { formatDouble } from '../values/double.ts';
import { formatDuration, formatTimestamp } from '../values/instants.ts';
import { itemsOf } from '../values/lists.ts';
import { Double, Duration, ListValue, MapValue, Timestamp, typeOf, TypeValue, Uint, type Value } from '../values/value.ts';

const clause = /%(?:%|(?:\.(\d{0,4}))?([sdfeboxX]))|%/g;
const precisionMax = 1_000;

/** @throws {EvaluationError} a clause does not fit its argument, or there is none for it */
export function formatText(pattern: string, args: ListValue, charactersMax: number): string {
  let next = 0;
  let length = pattern.length;
  return pattern.replaceAll(clause, (whole: string, precision: string | undefined, kind: string | undefined) => {
    if (whole === '%%') return '%';
    if (kind === undefined) throw new EvaluationError('could not parse formatting clause: unrecognized formatting clause');
    if (next >= args.size) throw new EvaluationError(`index ${next} out of range`);
    const text = formatClause(kind, precision, args.at(next++));
    length += text.length;
    if (length > charactersMax) throw new CostLimitError();
    return text;
  });
}

function formatClause(kind: string, precision: string | undefined, value: Value): string {
  const digits = precision === undefined || precision === '' ? 6 : Number(precision);
  if (digits > precisionMax) throw new EvaluationError(`precision ${digits} is above ${precisionMax}`);
  switch (kind) {
    case 's':
      return show(value);
    case 'd':
      return decimal(value);
    case 'f':
      return grouped(number(value, 'fixed-point').toFixed(Math.min(digits, 100)));
    case 'e':
      return scientific(number(value, 'scientific'));
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      return integer(value, 'binary', 2);
    case 'o':
      return integer(value, 'octal', 8);
    default: {
      const text = hexadecimal(value);
      return kind === 'X' ? text.toUpperCase() : text;
    }
  }
}

/** What of a clause's words may be given, for those whose type is known before anything is evaluated. */
const clauseTypes: Record<string, readonly [name: string, allowed: string, kinds: readonly Kind[]]> = {
  d: ['decimal', 'integers', ['int', 'uint']],
  f: ['fixed-point', 'doubles', ['double', 'string']],
  e: ['scientific', 'doubles', ['double', 'string']],
  b: ['binary', 'integers and bools', ['int', 'uint', 'bool']],
  o: ['octal', 'integers', ['int', 'uint']],
  x: ['hex', 'integers, byte buffers, and strings', ['int', 'uint', 'bytes', 'string']],
};

/** What is wrong with a pattern for arguments of these types; `index` is the argument that does not fit its clause. */
export function formatIssues(pattern: string, argTypes: readonly Type[]): { message: string; index?: number } | undefined {
  let next = 0;
  for (const [whole, , kind] of pattern.matchAll(clause)) {
    if (whole === '%%') continue;
    if (kind === undefined) return { message: `could not parse formatting clause: unrecognized formatting clause` };
    const type = argTypes[next];
    if (type === undefined) return { message: `index ${next} out of range` };
    const rule = clauseTypes[kind.toLowerCase()];
    if (rule !== undefined && !isDyn(type) && !rule[2].includes(type.kind)) {
      return { message: `error during formatting: ${rule[0]} clause can only be used on ${rule[1]}, was given ${type.name}`, index: next };
    }
    next++;
  }
  return undefined;
}

function wrongType(clauseName: string, value: Value, allowed: string): EvaluationError {
  return new EvaluationError(
    `error during formatting: ${clauseName} clause can only be used on ${allowed}, was given ${typeOf(value).name}`,
  );
}

function big(value: Value): bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return BigInt(value);
  return value instanceof Uint ? value.value : undefined;
}

function decimal(value: Value): string {
  const int = big(value);
  if (int === undefined) throw wrongType('decimal', value, 'integers');
  return String(int);
}

function integer(value: Value, clauseName: string, base: number): string {
  const int = big(value);
  if (int === undefined) throw wrongType(clauseName, value, base === 2 ? 'integers and bools' : 'integers');
  return int.toString(base);
}

function hexadecimal(value: Value): string {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  const int = big(value);
  if (int === undefined) throw wrongType('hex', value, 'integers, byte buffers, and strings');
  return int.toString(16);
}

const words: Record<string, number> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity };

function number(value: Value, clauseName: string): number {
  if (value instanceof Double) return value.value;
  if (typeof value === 'string' && Object.hasOwn(words, value)) return words[value] as number;
  throw wrongType(clauseName, value, 'doubles');
}

/** Thousands are set apart, as the English locale writes them. */
function grouped(text: string): string {
  if (text === 'NaN') return text;
  if (text.endsWith('Infinity')) return text.replace('Infinity', '∞');
  const [whole = '', fraction] = text.split('.');
  const separated = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}

/** Always with six digits: the precision of this clause is read as a width. */
function scientific(value: number): string {
  if (!Number.isFinite(value)) return grouped(String(value));
  const [mantissa = '', exponent = '0'] = value.toExponential(6).split('e');
  const sign = exponent.startsWith('-') ? '⁻' : '';
  const superscripts = exponent
    .replace(/^[+-]/, '')
    .padStart(2, '0')
    .replaceAll(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] as string);
  return `${mantissa}×10${sign}${superscripts}`;
}

function show(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return String(value);
  if (value === null) return 'null';
  if (value instanceof ListValue) return `[${Array.from(itemsOf(value), showInside).join(', ')}]`;
  if (value instanceof MapValue) return showMap(value);
  if (value instanceof Double) return formatDouble(value.value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (value instanceof TypeValue) return value.type.name;
  throw wrongType('string', value, 'strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps');
}

function showMap(map: MapValue): string {
  const entries = Array.from(map.keys(), (key) => [showInside(key), showInside(map.get(key) as Value)] as const);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, value]) => `${key}:${value}`).join(', ')}}`;
}

/** As the language would write the value. */
function showInside(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Double) return Number.isFinite(value.value) ? value.value.toFixed(6) : `"${value.value}"`;
  if (value instanceof Uint8Array) return `b${JSON.stringify(Buffer.from(value).toString())}`;
  if (value instanceof Timestamp) return `timestamp("${formatTimestamp(value)}")`;
  if (value instanceof Duration) return `duration("${formatDuration(value)}")`;
  return show(value);
}
