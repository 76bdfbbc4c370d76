import type { Schema } from '../schema.ts';
import { isRecord } from '../walk/compiled.ts';
import { FieldSet } from './field-set.ts';
import { fieldElement, fieldOf, itemOf, itemsByElement, shapeOf } from './shape.ts';

/** The set of fields that a value sets: what its author owns by applying it. */
export function ownedFields(schema: Schema, value: unknown): FieldSet {
  const shape = shapeOf(schema, value);
  if (shape.kind === 'map') return mapFields(schema, value as Record<string, unknown>);
  if (shape.kind === 'list') return listFields(schema, value as unknown[]);
  return FieldSet.leaf;
}

function mapFields(schema: Schema, map: Record<string, unknown>): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const key of Object.keys(map)) {
    const value = map[key];
    const { schema: type, named } = fieldOf(schema, key);
    const inside = ownedFields(type, value);
    // A struct's field is owned through what is in it; a map's key, and what is empty, for itself.
    const isEmpty = value === null || (isRecord(value) && Object.keys(value).length === 0);
    const set = isEmpty || !named ? FieldSet.of(true, inside.children) : inside;
    if (!set.isEmpty) children.set(fieldElement(key), set);
  }
  return FieldSet.of(false, children);
}

function listFields(schema: Schema, list: readonly unknown[]): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [element, items] of itemsByElement(schema, list)) {
    // What stands twice is owned as a whole: its parts cannot be told apart.
    const inside = items.length > 1 ? FieldSet.leaf : ownedFields(itemOf(schema), items[0]);
    children.set(element, FieldSet.of(true, inside.children));
  }
  return FieldSet.of(false, children);
}

/**
 * Adds the struct fields on the way to the set's paths, so that taking away all of a struct's fields takes away the struct.
 */
export function withNamedFields(set: FieldSet, schema: Schema): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [element, child] of set.children) {
    if (element.startsWith('f:')) {
      const { schema: type, named } = fieldOf(schema, element.slice(2));
      const inside = withNamedFields(child, type);
      children.set(element, FieldSet.of(inside.member || (named && child.children.size > 0), inside.children));
    } else children.set(element, withNamedFields(child, itemOf(schema)));
  }
  return FieldSet.of(set.member, children);
}

/**
 * The set as the schema of today tells owners apart: what has become one value with one owner is owned as a whole by
 * whoever owned a part of it. A tenant may change a list's or map's type; built-in types do not change.
 */
export function reconciled(set: FieldSet, schema: Schema): FieldSet {
  if (set.children.size === 0) return set;
  const children = new Map<string, FieldSet>();
  for (const [element, child] of set.children) {
    const type = element.startsWith('f:') ? fieldOf(schema, element.slice(2)).schema : itemOf(schema);
    children.set(element, isWhole(type) && child.children.size > 0 ? FieldSet.leaf : reconciled(child, type));
  }
  return FieldSet.of(set.member, children);
}

function isWhole(schema: Schema): boolean {
  if (schema.type === 'object') return schema['x-kubernetes-map-type'] === 'atomic';
  const listType = schema['x-kubernetes-list-type'];
  return schema.type === 'array' && listType !== 'map' && listType !== 'set';
}
