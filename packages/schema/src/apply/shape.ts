import { badRequest } from '@kajitori/apimachinery';
import type { Schema } from '../schema.ts';
import { isRecord, own } from '../walk/compiled.ts';

/**
 * How server-side apply sees a value: what has one owner as a whole (a scalar, an atomic list or map) and what is owned
 * part by part. Schema says it; where it is silent, objects are owned by field and lists as a whole.
 */
export type Shape = { kind: 'leaf' } | { kind: 'map'; schema: Schema } | { kind: 'list'; schema: Schema };

const leaf: Shape = { kind: 'leaf' };

export function shapeOf(schema: Schema, value: unknown): Shape {
  if (isRecord(value)) {
    // Of these, the schema does not know what is inside.
    const opaque = schema.codec !== undefined && schema.codec !== 'rawExtension' && schema.codec !== 'fieldsV1';
    return opaque || schema['x-kubernetes-map-type'] === 'atomic' ? leaf : { kind: 'map', schema };
  }
  if (Array.isArray(value)) {
    const type = schema['x-kubernetes-list-type'];
    return schema.codec === undefined && (type === 'map' || type === 'set') ? { kind: 'list', schema } : leaf;
  }
  return leaf;
}

const unknown: Schema = {};

/** The schema of a field, and whether the type names it. */
export function fieldOf(schema: Schema, key: string): { schema: Schema; named: boolean } {
  const { properties, additionalProperties } = schema;
  if (properties !== undefined && Object.hasOwn(properties, key)) return { schema: properties[key] ?? unknown, named: true };
  return { schema: typeof additionalProperties === 'object' ? additionalProperties : unknown, named: false };
}

export function itemOf(schema: Schema): Schema {
  return schema.items ?? unknown;
}

export const fieldElement = (key: string): string => `f:${key}`;

/** The path element of a list item: its keys (absent ones by their default), or the item itself in a set. */
export function itemElement(schema: Schema, item: unknown): string {
  if (schema['x-kubernetes-list-type'] === 'set') {
    if (typeof item === 'object') throw badRequest(`an item of a set must be a scalar, not ${JSON.stringify(item)}`);
    return `v:${JSON.stringify(item)}`;
  }
  const keys = sortedKeys(schema);
  const found: Record<string, unknown> = {};
  if (isRecord(item)) {
    for (const key of keys) {
      const value = own(item, key) ?? itemOf(schema).properties?.[key]?.default;
      if (value !== undefined) found[key] = value;
    }
  }
  if (Object.keys(found).length === 0) {
    throw badRequest(
      `associative list with keys has an element that omits all key fields [${keys.map((key) => JSON.stringify(key)).join(' ')}]: ${JSON.stringify(item)}`,
    );
  }
  return `k:${JSON.stringify(found)}`;
}

const keysOfLists = new WeakMap<Schema, readonly string[]>();

function sortedKeys(schema: Schema): readonly string[] {
  let keys = keysOfLists.get(schema);
  if (keys === undefined) {
    keys = (schema['x-kubernetes-list-map-keys'] ?? []).toSorted();
    keysOfLists.set(schema, keys);
  }
  return keys;
}

/** Items by their elements, in order. Only a live list can hold an element twice. */
export function itemsByElement(schema: Schema, list: readonly unknown[]): Map<string, unknown[]> {
  const items = new Map<string, unknown[]>();
  for (const item of list) {
    const element = itemElement(schema, item);
    const same = items.get(element);
    if (same === undefined) items.set(element, [item]);
    else same.push(item);
  }
  return items;
}
