import type { FieldError } from '@kajitori/apimachinery';
import type { Schema } from '../schema.ts';
import { type Compiled, compileOnce, isMap, isRecord, lazily } from '../walk/compiled.ts';
import { depthMax, measure } from '../walk/depth.ts';
import { NormalizeRun } from './findings.ts';
import { goType, jsonType, structName } from './go-type.ts';
import { type Normalize, scalarNormalizer } from './scalar.ts';
import { structuralNormalizer } from './structural.ts';

/**
 * Brings a decoded value into the form that the API keeps: known fields only, typed values, canonical quantities and
 * times. It is what Go's decoder does for built-in types, and pruning for tenants' ones.
 *
 * For built-in types: a value of the wrong type is an error; null, and an empty value of an optional field, is absence
 * (unless the field keeps its zero); a null list that is required is empty; null among a list's items is their zero.
 * For structural types: types are not checked here but by `validate`; a null goes only where a default will follow.
 */

export interface NormalizeOptions {
  /** Whether fields that the schema does not know are removed. They are reported either way. */
  unknown: 'keep' | 'drop';
}

export interface Normalized {
  /** The value given, changed in place; another one only where the root itself is a scalar. */
  value: unknown;
  /** Values that cannot be decoded, in the words of Go's decoder. The caller answers 400. */
  errors: FieldError[];
  /** Paths of fields that the schema does not know, as in `spec.containers[0].imagee`. */
  unknown: string[];
}

export function normalize(schema: Schema, value: unknown, { unknown }: NormalizeOptions): Normalized {
  if (measure(value).tooDeep) {
    return { value, errors: [{ reason: 'FieldValueInvalid', field: '', message: `nested deeper than ${depthMax} levels` }], unknown: [] };
  }
  const run = new NormalizeRun(unknown === 'drop');
  const normalized = normalizer(schema)(value, run);
  return { value: normalized, errors: run.errors, unknown: run.unknownFields };
}

export const normalizer: Compiled<Normalize> = compileOnce<Normalize>((schema, origin) => {
  if (origin === 'structural') return structuralNormalizer(schema, (child) => normalizer(child, 'structural'));
  switch (schema.codec) {
    case 'rawExtension':
    case 'fieldsV1':
      return anyObject(schema);
    case 'json':
      return (value) => value;
    case 'schemaOrArray':
    case 'schemaOrBool':
    case 'schemaOrStringArray':
      return schemaOr(schema);
    default:
  }
  const scalar = scalarNormalizer(schema);
  if (scalar !== undefined) return scalar;
  if (schema.type === 'array') return list(schema);
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return anyObject(schema);
  return isMap(schema) ? map(schema) : structFields(schema);
});

/** How one field of a struct is treated. */
interface Entry {
  normalize: Normalize;
  /** What null stands for; undefined is absence. */
  ofNull: 'list' | 'map' | undefined;
  dropsEmpty: boolean;
}

function structFields(schema: Schema): Normalize {
  const table = new Map<string, () => Entry>();
  const { properties = {}, required = [] } = schema;
  for (const key of Object.keys(properties))
    table.set(
      key,
      lazily(() => entryOf(properties[key] ?? {}, required.includes(key))),
    );
  const name = structName(schema);
  const expected = goType(schema);
  return (value, run) => {
    if (!isRecord(value)) {
      run.wrongType(jsonType(value), expected);
      return value;
    }
    for (const key in value) {
      const entry = table.get(key);
      if (entry === undefined) {
        run.unknown(key);
        if (run.dropsUnknown) delete value[key];
      } else field(value, key, entry(), name, run);
    }
    return value;
  };
}

function entryOf(schema: Schema, required: boolean): Entry {
  const collection = collectionOf(schema);
  const zeroIsAbsence = schema.keepsZero !== true && schema.codec === undefined && schema.type !== undefined;
  return {
    normalize: normalizer(schema, 'builtIn'),
    ofNull: required ? collection : undefined,
    dropsEmpty: !required && (collection !== undefined || (zeroIsAbsence && schema.type !== 'object')),
  };
}

function collectionOf(schema: Schema): 'list' | 'map' | undefined {
  if (schema.type === 'array') return 'list';
  return isMap(schema) ? 'map' : undefined;
}

function field(object: Record<string, unknown>, key: string, entry: Entry, struct: string, run: NormalizeRun): void {
  const current = object[key];
  if (current === null || current === undefined) {
    if (entry.ofNull === undefined || current === undefined) delete object[key];
    else object[key] = entry.ofNull === 'list' ? [] : {};
    return;
  }
  const before = run.findings.length;
  const next = entry.normalize(current, run);
  if (run.findings.length !== before) run.inField(before, key, struct);
  if (entry.dropsEmpty && isEmpty(next)) delete object[key];
  else if (next !== current) object[key] = next;
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === '' || value === 0 || value === false;
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}

function list(schema: Schema): Normalize {
  const items = schema.items ?? {};
  const expected = goType(schema);
  let normalizeItem: Normalize | undefined;
  return (value, run) => {
    if (!Array.isArray(value)) {
      run.wrongType(jsonType(value), expected);
      return value;
    }
    normalizeItem ??= normalizer(items, 'builtIn');
    for (let at = 0; at < value.length; at += 1) {
      const current: unknown = value[at] ?? zeroOf(items);
      const before = run.findings.length;
      value[at] = normalizeItem(current, run);
      if (run.findings.length !== before) run.inElement(before, `[${at}]`);
    }
    return value;
  };
}

function map(schema: Schema): Normalize {
  const values = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
  const expected = goType(schema);
  let normalizeValue: Normalize | undefined;
  return (value, run) => {
    if (!isRecord(value)) {
      run.wrongType(jsonType(value), expected);
      return value;
    }
    normalizeValue ??= normalizer(values, 'builtIn');
    for (const key in value) {
      const before = run.findings.length;
      value[key] = normalizeValue(value[key] ?? zeroOf(values), run);
      if (run.findings.length !== before) run.inElement(before, key);
    }
    return value;
  };
}

/** What Go makes of null where a value must be: a list's item, a map's value. */
function zeroOf(schema: Schema): unknown {
  switch (schema.codec) {
    case 'quantity':
      return '0';
    case 'intOrString':
      return 0;
    case 'json':
      return null;
    default:
  }
  switch (schema.type) {
    case 'string':
      return schema.codec === undefined ? '' : null;
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return 0;
    case 'array':
      return [];
    default:
      return {};
  }
}

function anyObject(schema: Schema): Normalize {
  const expected = goType(schema);
  return (value, run) => {
    if (!isRecord(value)) run.wrongType(jsonType(value), expected);
    return value;
  };
}

/** A schema, or the other form that JSON Schema allows in its place. */
function schemaOr(schema: Schema): Normalize {
  const { codec, items = {} } = schema;
  let one: Normalize | undefined;
  const expected = goType(schema);
  return (value, run) => {
    one ??= normalizer(items, 'builtIn');
    if (isRecord(value)) return one(value, run);
    if (codec === 'schemaOrBool' && typeof value === 'boolean') return value;
    if (codec === 'schemaOrStringArray' && Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    if (codec === 'schemaOrArray' && Array.isArray(value)) return value.map((item: unknown) => one?.(item ?? {}, run));
    run.wrongType(jsonType(value), expected);
    return value;
  };
}
