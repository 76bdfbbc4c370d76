import type { Schema } from '../schema.ts';
import { type Compiled, compileOnce, isMap, isRecord, type Origin, own, put } from '../walk/compiled.ts';
import { reaches } from '../walk/reaches.ts';

/**
 * Fills in what a schema defaults. A default stands in for an absent field of an object that is there; where the default
 * is an object, its own fields are defaulted in turn. Null counts as absent unless the field is nullable.
 */
export function applyDefaults(schema: Schema, value: unknown): void {
  defaulter(schema)?.(value);
}

type Default = (value: unknown) => void;

/** Undefined where nothing below has a default, so that such parts are not walked at all. */
const defaulter: Compiled<Default | undefined> = compileOnce<Default | undefined>((schema, origin) => {
  if (!reachesDefault(schema)) return undefined;
  if (schema.codec !== undefined) return undefined;
  if (schema.items !== undefined) return listDefaulter(schema.items, origin);
  if (isMap(schema)) return mapDefaulter(schema.additionalProperties as Schema, origin);
  return schema.properties === undefined ? undefined : objectDefaulter(schema.properties, schema.additionalProperties, origin);
});

/** Of an object, that is: the default of a list's item or a map's value has no field to fill. */
const reachesDefault = reaches((schema) => Object.values(schema.properties ?? {}).some((child) => child.default !== undefined));

interface Entry {
  key: string;
  schema: Schema;
  default: unknown;
  nullable: boolean;
  /** Null once it is known that nothing below has a default. */
  walk: Default | null | undefined;
}

function objectDefaulter(properties: Record<string, Schema>, additional: Schema | boolean | undefined, origin: Origin): Default {
  const entries: Entry[] = [];
  for (const key of Object.keys(properties)) {
    const schema = properties[key] ?? {};
    if (schema.default === undefined && !reachesDefault(schema)) continue;
    entries.push({ key, schema, default: schema.default, nullable: schema.nullable === true && origin === 'structural', walk: undefined });
  }
  const others = typeof additional === 'object' && reachesDefault(additional) ? mapDefaulter(additional, origin, properties) : undefined;
  return (value) => {
    if (!isRecord(value)) return;
    for (const entry of entries) fill(value, entry, origin);
    others?.(value);
  };
}

function fill(object: Record<string, unknown>, entry: Entry, origin: Origin): void {
  const { key } = entry;
  let current = own(object, key);
  if (entry.default !== undefined && (current === undefined || (current === null && !entry.nullable))) {
    current = copy(entry.default);
    put(object, key, current);
  }
  if (typeof current !== 'object' || current === null || entry.walk === null) return;
  entry.walk ??= defaulter(entry.schema, origin) ?? null;
  entry.walk?.(current);
}

function listDefaulter(items: Schema, origin: Origin): Default {
  return (value) => {
    if (!Array.isArray(value)) return;
    const walk = defaulter(items, origin);
    for (const item of value) walk?.(item);
  };
}

function mapDefaulter(values: Schema, origin: Origin, except: Record<string, Schema> = {}): Default {
  return (value) => {
    if (!isRecord(value)) return;
    const walk = defaulter(values, origin);
    for (const key in value) if (!Object.hasOwn(except, key)) walk?.(value[key]);
  };
}

function copy(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value;
}
