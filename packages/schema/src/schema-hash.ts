import { createHash } from 'node:crypto';
import type { Schema } from './schema.ts';

const hashes = new WeakMap<Schema, string>();

/**
 * A short text that two schemas share when they decode, default, validate and encode alike: prose is left out, the order
 * of keys does not count. Stored with an object, it tells whether its text is still as the schema of today would write it.
 */
export function schemaHash(schema: Schema): string {
  let hash = hashes.get(schema);
  if (hash === undefined) {
    hash = createHash('sha256').update(schemaText(schema, new Set())).digest('base64url').slice(0, 22);
    hashes.set(schema, hash);
  }
  return hash;
}

/** What says nothing about values: prose, and the way from a field to the type that it already spells out. */
const silent: ReadonlySet<string> = new Set(['description', 'title', 'definition']);

/** A named type is written out where it first appears and by its name after that, so circles end. */
function schemaText(schema: Schema, named: Set<string>): string {
  const known = schema.typeName !== undefined && named.has(schema.typeName);
  if (schema.typeName !== undefined) named.add(schema.typeName);
  const parts: string[] = [];
  for (const key of Object.keys(schema).sort() as (keyof Schema)[]) {
    if (silent.has(key) || schema[key] === undefined || (known && (key === 'properties' || key === 'items'))) continue;
    parts.push(`${key}:${keywordText(schema, key, named)}`);
  }
  return `{${parts.join(',')}}`;
}

function keywordText(schema: Schema, key: keyof Schema, named: Set<string>): string {
  switch (key) {
    case 'properties':
      return `{${Object.entries(schema.properties ?? {})
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, child]) => `${JSON.stringify(name)}:${schemaText(child, named)}`)
        .join(',')}}`;
    case 'items':
    case 'not':
      return schemaText(schema[key] ?? {}, named);
    case 'additionalProperties':
      return typeof schema[key] === 'object' ? schemaText(schema[key], named) : String(schema[key]);
    case 'allOf':
    case 'anyOf':
    case 'oneOf':
      return `[${(schema[key] ?? []).map((child) => schemaText(child, named)).join(',')}]`;
    default:
      return dataText(schema[key]);
  }
}

/** Values (defaults, enums) with their keys in order. */
function dataText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(dataText).join(',')}]`;
  const object = value as Record<string, unknown>;
  return `{${Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${dataText(object[key])}`)
    .join(',')}}`;
}
