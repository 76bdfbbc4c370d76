/** Named formats: `format.dns1123Label().validate(name)` gives what is wrong with a string, or nothing. */
import { dns1035LabelError, dns1123LabelError, dns1123SubdomainError, labelValueError, qualifiedNameError } from '@kajitori/apimachinery';
import { declareFunction, type FunctionDeclaration, type Library, member, overload } from '../functions/declaration.ts';
import { types } from '../types/type.ts';
import { parseTimestamp } from '../values/instants.ts';
import { ArrayList, OpaqueValue, OptionalValue } from '../values/value.ts';
import { parseRequestUri } from './request-uri.ts';

const { string } = types;

export const formatType = types.opaque('kubernetes.NamedFormat');

type Check = (text: string) => string | undefined;

class FormatValue extends OpaqueValue {
  readonly type = formatType;
  readonly name: string;
  readonly check: Check;
  private readonly patternCharacters: number;

  constructor(name: string, patternCharacters: number, check: Check) {
    super();
    this.name = name;
    this.check = check;
    this.patternCharacters = patternCharacters;
  }

  /** The length of the pattern that stands for the check where its cost is counted. */
  override get size(): number {
    return this.patternCharacters;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof FormatValue && other.name === this.name;
  }
}

/** A prefix of a generated name may end with the dash or dot that what follows it makes valid. */
const asPrefix =
  (check: Check): Check =>
  (text) =>
    check(text.replace(/-$/, 'a'));

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

const says =
  (message: string, holds: (text: string) => boolean): Check =>
  (text) =>
    holds(text) ? undefined : message;
const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

const uri: Check = (text) => (parseRequestUri(text) === undefined ? `parse ${JSON.stringify(text)}: invalid URI for request` : undefined);

const formats: readonly [string, number, Check][] = [
  ['dns1123Label', 30, dns1123LabelError],
  ['dns1123Subdomain', 60, dns1123SubdomainError],
  ['dns1035Label', 30, dns1035LabelError],
  ['qualifiedName', 60, qualifiedNameError],
  ['dns1123LabelPrefix', 30, asPrefix(dns1123LabelError)],
  ['dns1123SubdomainPrefix', 60, asPrefix(dns1123SubdomainError)],
  ['dns1035LabelPrefix', 30, asPrefix(dns1035LabelError)],
  ['labelValue', 40, labelValueError],
  ['uri', 1103, uri],
  ['uuid', 70, says('does not match the UUID format', (text) => uuid.test(text))],
  ['byte', 84, says('invalid base64', isBase64)],
  ['date', 71, says('invalid date', (text) => /^\d{4}-\d\d-\d\d$/.test(text) && parseTimestamp(`${text}T00:00:00Z`) !== undefined)],
  ['datetime', 71, says('invalid datetime', (text) => parseTimestamp(text.toUpperCase()) !== undefined)],
];

const values = new Map(formats.map(([name, size, check]) => [name, new FormatValue(name, size, check)]));

function named(name: string): OptionalValue {
  const format = values.get(name);
  return format === undefined ? OptionalValue.none : new OptionalValue(format);
}

function validate(format: FormatValue, text: string): OptionalValue {
  const wrong = format.check(text);
  return wrong === undefined ? OptionalValue.none : new OptionalValue(new ArrayList([wrong]));
}

const functions: readonly FunctionDeclaration[] = [
  ...Array.from(values, ([name, value]) =>
    declareFunction(
      `format.${name}`,
      overload(`format.${name}`, [], formatType, () => value),
    ),
  ),
  declareFunction('format.named', overload('format-named', [string], types.optional(formatType), named)),
  declareFunction('validate', member('format-validate', [formatType, string], types.optional(types.list(string)), validate)),
];

export const formatLibrary: Library = { name: 'format', types: [formatType], functions };
