/** Functions on strings beyond the language's own. Places are counted in code points. */
import { CostLimitError, EvaluationError } from '../errors.ts';
import { declareFunction, type FunctionDeclaration, type Library, member, overload } from '../functions/declaration.ts';
import { types } from '../types/type.ts';
import { codePointCount, pointIndex, unitIndex } from '../values/code-points.ts';
import { spend } from '../values/meter.ts';
import { itemsOf } from '../values/lists.ts';
import { ArrayList, type Int, type ListValue, type Value } from '../values/value.ts';
import { formatText } from './string-format.ts';

const { int, string } = types;
const strings = types.list(string);

/** The longest string that a function may make: what it costs is counted by what goes in, and that must not buy any length. */
export const resultCharactersMax = 16 * 1024 * 1024;

function bounded(length: number): void {
  if (length > resultCharactersMax) throw new CostLimitError();
  spend(length >> 4);
}

function outOfRange(index: Int): EvaluationError {
  return new EvaluationError(`index out of range: ${index}`);
}

function within(text: string, index: Int): number {
  if (index < 0 || index > codePointCount(text)) throw outOfRange(index);
  return unitIndex(text, Number(index));
}

function charAt(text: string, index: Int): string {
  const unit = within(text, index);
  return unit === text.length ? '' : String.fromCodePoint(text.codePointAt(unit) as number);
}

function indexOf(text: string, part: string, offset: Int = 0): Int {
  if (part === '') return offset;
  if (offset < 0) throw outOfRange(offset);
  if (offset >= codePointCount(text)) return -1;
  return pointIndex(text, text.indexOf(part, unitIndex(text, Number(offset))));
}

function lastIndexOf(text: string, part: string, offset?: Int): Int {
  const size = codePointCount(text);
  if (part === '') return offset ?? size;
  if (offset === undefined) return pointIndex(text, text.lastIndexOf(part));
  if (offset < 0) throw outOfRange(offset);
  if (offset >= size) return -1;
  return pointIndex(text, text.lastIndexOf(part, unitIndex(text, Number(offset))));
}

function substring(text: string, start: Int, end?: Int): string {
  if (end !== undefined && start > end) {
    throw new EvaluationError(`invalid substring range. start: ${start}, end: ${end}`);
  }
  const from = within(text, start);
  return text.slice(from, end === undefined ? undefined : within(text, end));
}

function replace(text: string, old: string, by: string, count: Int = -1): string {
  const parts = old === '' ? Array.from(text) : text.split(old);
  const places = old === '' ? parts.length + 1 : parts.length - 1;
  const times = count < 0 || count > places ? places : Number(count);
  bounded(text.length + times * by.length);
  if (times === places && old !== '') return parts.join(by);
  if (old === '') return Array.from({ length: parts.length + 1 }, (_, index) => (index < times ? by : '') + (parts[index] ?? '')).join('');
  return [parts.slice(0, times + 1).join(by), ...parts.slice(times + 1)].join(old);
}

function split(text: string, separator: string, count: Int = -1): ListValue {
  if (count === 0) return new ArrayList([]);
  const parts = separator === '' ? Array.from(text) : text.split(separator);
  if (count < 0 || count >= parts.length) return new ArrayList(parts);
  const kept = Number(count) - 1;
  return new ArrayList([...parts.slice(0, kept), parts.slice(kept).join(separator)]);
}

function join(list: ListValue, separator = ''): string {
  const parts: string[] = [];
  let length = 0;
  for (const item of itemsOf(list)) {
    if (typeof item !== 'string') throw new EvaluationError('no such overload');
    length += item.length + separator.length;
    if (length > resultCharactersMax) throw new CostLimitError();
    parts.push(item);
  }
  bounded(length);
  return parts.join(separator);
}

const lowerAscii = (text: string): string => text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
const upperAscii = (text: string): string => text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());

/** White space as Unicode and Go's `strings.TrimSpace` define it. */
function trim(text: string): string {
  return text.replace(/^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/, '').replace(trailingSpace, '');
}

const trailingSpace =
  /(?<![\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000])[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/;

const quoteEscapes: Record<string, string> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

function quote(text: string): string {
  // The control characters that have an escape of their own.
  // oxlint-disable-next-line no-control-regex
  return `"${text.toWellFormed().replaceAll(/[\u0007-\r\\"]/g, (char) => quoteEscapes[char] as string)}"`;
}

function format(pattern: string, args: ListValue): string {
  const text = formatText(pattern, args, resultCharactersMax);
  bounded(text.length);
  return text;
}

const functions: readonly FunctionDeclaration[] = [
  declareFunction('charAt', member('string_char_at_int', [string, int], string, charAt)),
  declareFunction(
    'indexOf',
    member('string_index_of_string', [string, string], int, indexOf),
    member('string_index_of_string_int', [string, string, int], int, indexOf),
  ),
  declareFunction(
    'lastIndexOf',
    member('string_last_index_of_string', [string, string], int, lastIndexOf),
    member('string_last_index_of_string_int', [string, string, int], int, lastIndexOf),
  ),
  declareFunction('lowerAscii', member('string_lower_ascii', [string], string, lowerAscii)),
  declareFunction('upperAscii', member('string_upper_ascii', [string], string, upperAscii)),
  declareFunction(
    'replace',
    member('string_replace_string_string', [string, string, string], string, replace),
    member('string_replace_string_string_int', [string, string, string, int], string, replace),
  ),
  declareFunction(
    'split',
    member('string_split_string', [string, string], strings, split),
    member('string_split_string_int', [string, string, int], strings, split),
  ),
  declareFunction('join', member('list_join', [strings], string, join), member('list_join_string', [strings, string], string, join)),
  declareFunction(
    'substring',
    member('string_substring_int', [string, int], string, substring),
    member('string_substring_int_int', [string, int, int], string, substring),
  ),
  declareFunction('trim', member('string_trim', [string], string, trim)),
  declareFunction('format', member('string_format', [string, types.list(types.dyn)], string, format)),
  declareFunction('strings.quote', overload('strings_quote', [string], string, quote)),
  declareFunction(
    'reverse',
    member('string_reverse', [string], string, (text: string): Value => Array.from(text).reverse().join('')),
  ),
];

export const stringLibrary: Library = { name: 'strings', functions };
