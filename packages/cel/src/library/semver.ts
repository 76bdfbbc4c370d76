/** Versions by the rules of Semantic Versioning 2.0.0. */
import { EvaluationError } from '../errors.ts';
import { declareFunction, type Library, member, overload } from '../functions/declaration.ts';
import { types } from '../types/type.ts';
import { type Int, OpaqueValue } from '../values/value.ts';

const { bool, int, string } = types;

export const semverType = types.opaque('kubernetes.Semver');

class SemverValue extends OpaqueValue {
  readonly type = semverType;
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly preRelease: readonly string[];

  constructor(numbers: readonly [bigint, bigint, bigint], preRelease: readonly string[]) {
    super();
    this.numbers = numbers;
    this.preRelease = preRelease;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof SemverValue && compareVersions(this, other) === 0;
  }
}

const versionForm =
  /^(0|[1-9]\d{0,17})\.(0|[1-9]\d{0,17})\.(0|[1-9]\d{0,17})(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

const textMax = 1_024;

function parseVersion(text: string): SemverValue | undefined {
  const match = text.length > textMax ? null : versionForm.exec(text);
  if (match === null) return undefined;
  const [, major = '0', minor = '0', patch = '0', preRelease] = match;
  return new SemverValue([BigInt(major), BigInt(minor), BigInt(patch)], preRelease === undefined ? [] : preRelease.split('.'));
}

/** Takes off a `v`, adds missing parts and drops leading zeros. */
function normalize(text: string): string | undefined {
  const parts = text.replace(/^v/, '').split('.');
  const numbers = parts.length > 3 ? [...parts.slice(0, 2), parts.slice(2).join('.')] : parts;
  if (numbers.length < 3 && /[+-]/.test(numbers.at(-1) ?? '')) return undefined;
  while (numbers.length < 3) numbers.push('0');
  return numbers.map((part) => part.replace(/^0+(?=\d)/, '')).join('.');
}

function versionOf(text: string, tolerant = false): SemverValue {
  const version = read(text, tolerant);
  if (version === undefined) throw new EvaluationError(`invalid semantic version: ${JSON.stringify(text)}`);
  return version;
}

function read(text: string, tolerant: boolean): SemverValue | undefined {
  const normal = tolerant ? normalize(text) : text;
  return normal === undefined ? undefined : parseVersion(normal);
}

function compareVersions(a: SemverValue, b: SemverValue): number {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] as bigint;
    if (number !== other) return number < other ? -1 : 1;
  }
  if (a.preRelease.length === 0 || b.preRelease.length === 0) return Math.sign(b.preRelease.length - a.preRelease.length);
  for (const [index, part] of a.preRelease.entries()) {
    const other = b.preRelease[index];
    if (other === undefined) return 1;
    const order = comparePreRelease(part, other);
    if (order !== 0) return order;
  }
  return a.preRelease.length === b.preRelease.length ? 0 : -1;
}

/** Numbers come before words. */
function comparePreRelease(a: string, b: string): number {
  const [numericA, numericB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (numericA && numericB) return a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length < 0 ? -1 : 1;
  if (numericA !== numericB) return numericA ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

const part =
  (index: 0 | 1 | 2) =>
  (version: SemverValue): Int =>
    Number(version.numbers[index]);

export const semverLibrary: Library = {
  name: 'semver',
  types: [semverType],
  functions: [
    declareFunction(
      'semver',
      overload('string_to_semver', [string], semverType, (text: string) => versionOf(text)),
      overload('string_bool_to_semver', [string, bool], semverType, versionOf),
    ),
    declareFunction(
      'isSemver',
      overload('is_semver_string', [string], bool, (text: string) => read(text, false) !== undefined),
      overload('is_semver_string_bool', [string, bool], bool, (text: string, tolerant: boolean) => read(text, tolerant) !== undefined),
    ),
    declareFunction(
      'isGreaterThan',
      member('semver_is_greater_than', [semverType, semverType], bool, (a: SemverValue, b: SemverValue) => compareVersions(a, b) > 0),
    ),
    declareFunction(
      'isLessThan',
      member('semver_is_less_than', [semverType, semverType], bool, (a: SemverValue, b: SemverValue) => compareVersions(a, b) < 0),
    ),
    declareFunction('compareTo', member('semver_compare_to', [semverType, semverType], int, compareVersions)),
    declareFunction('major', member('semver_major', [semverType], int, part(0))),
    declareFunction('minor', member('semver_minor', [semverType], int, part(1))),
    declareFunction('patch', member('semver_patch', [semverType], int, part(2))),
  ],
};
