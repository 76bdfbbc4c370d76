import { parseDocument, type ScalarTag } from 'yaml';

/** Deepest YAML alias expansion: more is an attack, not a manifest. */
const aliasesMax = 100;

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
  const document = parseDocument(source, {
    schema: 'core',
    customTags: (known) => [...words, ...known],
    merge: true,
    resolveKnownTags: false,
    uniqueKeys: findDuplicates,
    logLevel: 'error',
  });
  const duplicates: string[] = [];
  for (const error of document.errors) {
    if (error.code === 'DUPLICATE_KEY') duplicates.push(duplicateKeyAt(source, error.pos[0]));
    else throw new Error(error.message.split('\n')[0] ?? '');
  }
  const value: unknown = document.toJS({ maxAliasCount: aliasesMax });
  refuseForeign(value, new Set());
  return { value, duplicates };
}

function duplicateKeyAt(source: string, at: number): string {
  const line = source.slice(0, at).split('\n').length;
  const key = /^["']?([^"':\n]+)/.exec(source.slice(at))?.[1]?.trim() ?? '';
  return `line ${line}: key ${JSON.stringify(key)} already set in map`;
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
