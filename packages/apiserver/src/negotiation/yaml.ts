import { StatusError } from '@kajitori/apimachinery';
import { type Document, isScalar, parseDocument, type ScalarTag, visit } from 'yaml';

/** Deepest YAML alias expansion: more is an attack, not a manifest. */
const aliasesMax = 100;
/** Places at which something may begin in a text. Each takes some 20 µs to read, a hundred times what JSON takes, and nothing else runs meanwhile. */
const placesMax = 100_000;

/** What a YAML document says as JSON would, and the keys that stand twice in it, where they were asked for. */
export interface ParsedYaml {
  value: unknown;
  duplicates: string[];
}

/**
 * Reads YAML as Kubernetes does, whose parser knows the words of YAML 1.1: `yes` and `on` are true, 0644 is octal, `<<` merges. What comes
 * out is JSON: whatever has no place there is refused.
 * @throws Error that says what was wrong, for people.
 */
export function parseYaml(source: string, findDuplicates: boolean): ParsedYaml {
  refuseCostly(source);
  const document = parseDocument(source, {
    schema: 'core',
    customTags: (known) => [...words, ...known],
    merge: true,
    resolveKnownTags: false,
    // The parser would compare each key with all others of its map.
    uniqueKeys: false,
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error !== undefined) throw new Error(error.message.split('\n')[0] ?? '');
  const duplicates = findDuplicates ? duplicateKeys(document, source) : [];
  const value: unknown = document.toJS({ maxAliasCount: aliasesMax });
  refuseForeign(value, new Set());
  return { value, duplicates };
}

/** @throws StatusError RequestEntityTooLarge. */
function refuseCostly(source: string): void {
  let places = 0;
  for (const _place of source.matchAll(/[\n,:[{]/g)) places += 1;
  if (places <= placesMax) return;
  throw new StatusError(
    'RequestEntityTooLarge',
    `the YAML has more than ${placesMax} keys and values: send it as JSON, which is read faster`,
  );
}

function duplicateKeys(document: Document.Parsed, source: string): string[] {
  const duplicates: string[] = [];
  const lineAt = lineCounter(source);
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key) || key.value === '<<') continue;
        if (seen.has(key.value))
          duplicates.push(`line ${lineAt(key.range?.[0] ?? 0)}: key ${JSON.stringify(String(key.value))} already set in map`);
        seen.add(key.value);
      }
    },
  });
  return duplicates;
}

/** Asked for places in the order of the text, it reads the text once. */
function lineCounter(source: string): (at: number) => number {
  let [line, read] = [1, 0];
  return (at) => {
    if (at < read) [line, read] = [1, 0];
    for (let next = source.indexOf('\n', read); next !== -1 && next < at; next = source.indexOf('\n', read)) {
      line += 1;
      read = next + 1;
    }
    return line;
  };
}

function word(test: RegExp, resolve: (text: string) => unknown, tag = 'tag:yaml.org,2002:int'): ScalarTag {
  return { tag, default: true, test, resolve };
}

/** Beside those of YAML 1.2. */
const words: ScalarTag[] = [
  word(/^(?:y|Y|yes|Yes|YES|on|On|ON)$/, () => true, 'tag:yaml.org,2002:bool'),
  word(/^(?:n|N|no|No|NO|off|Off|OFF)$/, () => false, 'tag:yaml.org,2002:bool'),
  word(/^[-+]?0[0-7_]+$/, (text) => integer(text, /^0/, 8)),
  word(/^[-+]?0b[01_]+$/, (text) => integer(text, /^0b/, 2)),
  word(/^[-+]?[1-9][0-9]*_[0-9_]*$/, (text) => integer(text, /^/, 10)),
  { tag: 'tag:yaml.org,2002:binary', resolve: (text) => Buffer.from(text, 'base64').toString('utf8') },
];

function integer(text: string, prefix: RegExp, radix: number): number {
  const sign = text.startsWith('-') ? -1 : 1;
  return sign * Number.parseInt(text.replace(/^[-+]/, '').replace(prefix, '').replaceAll('_', ''), radix);
}

/** Aliases share what they name, so that each value is looked at once. */
function refuseForeign(value: unknown, seen: Set<object>): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`json: unsupported value: ${nonFinite(value)}`);
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  for (const one of Object.values(value)) refuseForeign(one, seen);
}

function nonFinite(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}
