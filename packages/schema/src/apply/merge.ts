import { badRequest } from '@kajitori/apimachinery';
import { copyJson } from '../patch/copy.ts';
import type { Schema } from '../schema.ts';
import { isRecord, own, put } from '../walk/compiled.ts';
import { FieldSet, pathText } from './field-set.ts';
import { fieldElement, fieldOf, itemElement, itemOf, itemsByElement, shapeOf } from './shape.ts';

/** The live value with what is applied put over it. Shares nothing with either. Undefined is absence. */
export function mergeApplied(schema: Schema, live: unknown, applied: unknown): unknown {
  if (applied === undefined) return copyJson(live);
  const kind = shapeOf(schema, applied).kind;
  if (kind === 'map') {
    const base = isRecord(live) ? live : {};
    return mergeMaps(schema, base, applied as Record<string, unknown>);
  }
  if (kind === 'list') return mergeLists(schema, Array.isArray(live) ? live : [], applied as unknown[]);
  // Null is said of a field that is a map or a list without effect; of a scalar it is a removal.
  if (applied === null) return typeof live === 'object' ? copyJson(live) : undefined;
  return copyJson(applied);
}

function mergeMaps(schema: Schema, live: Record<string, unknown>, applied: Record<string, unknown>): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  const merge = (key: string): void => {
    const value = mergeApplied(fieldOf(schema, key).schema, own(live, key), own(applied, key));
    if (value !== undefined) put(merged, key, value);
  };
  for (const key of Object.keys(live)) merge(key);
  for (const key of Object.keys(applied)) if (!Object.hasOwn(live, key)) merge(key);
  return merged;
}

/**
 * Items stand in the applied order; those that only the live list has stay behind the one that they followed, as far as
 * both orders agree.
 */
function mergeLists(schema: Schema, live: readonly unknown[], applied: readonly unknown[]): unknown[] {
  const ours = itemsByElement(schema, applied);
  const theirs = itemsByElement(schema, live);
  const order = [...ours.keys()];
  for (const [element, items] of ours) if (items.length > 1) throw badRequest(`duplicate entries for key ${pathText([element])}`);
  const liveOrder = live.map((item) => ({ element: itemElement(schema, item), item }));
  const shared = order.filter((element) => theirs.has(element));
  const merged: unknown[] = [];
  const done = new Set<string>();
  const take = (element: string): void => {
    const found = theirs.get(element) ?? [];
    // An item that stands twice in the live list cannot be merged with; it is replaced.
    merged.push(mergeApplied(itemOf(schema), found.length === 1 ? found[0] : undefined, ours.get(element)?.[0]));
    done.add(element);
    if (shared[0] === element) shared.shift();
  };
  let next = 0;
  for (const { element, item } of liveOrder) {
    if (!ours.has(element)) merged.push(copyJson(item));
    else if (!done.has(element) && element === shared[0]) {
      while (next < order.length && !done.has(element)) take(order[next++] ?? element);
    }
  }
  while (next < order.length) take(order[next++] ?? '');
  return merged;
}

/** The value without the set's fields. Undefined when nothing is left of a list or an object that had something. */
export function withoutFields(schema: Schema, value: unknown, fields: FieldSet): unknown {
  const { kind } = shapeOf(schema, value);
  if (kind === 'map') return mapWithout(schema, value as Record<string, unknown>, fields);
  if (kind === 'list') return listWithout(schema, value as unknown[], fields);
  return value;
}

function mapWithout(schema: Schema, map: Record<string, unknown>, fields: FieldSet): unknown {
  const keys = Object.keys(map);
  const left: Record<string, unknown> = {};
  for (const key of keys) {
    const inside = fields.children.get(fieldElement(key)) ?? FieldSet.empty;
    if (inside.member) continue;
    const value = inside.isEmpty ? map[key] : withoutFields(fieldOf(schema, key).schema, map[key], inside);
    // An object that lost all its fields stands as null, which the API drops.
    if (value !== undefined) put(left, key, value);
  }
  return keys.length > 0 && Object.keys(left).length === 0 ? undefined : left;
}

function listWithout(schema: Schema, list: readonly unknown[], fields: FieldSet): unknown {
  const left: unknown[] = [];
  for (const item of list) {
    const inside = fields.children.get(itemElement(schema, item)) ?? FieldSet.empty;
    if (!inside.member) left.push(inside.isEmpty ? item : withoutFields(itemOf(schema), item, inside));
  }
  return list.length > 0 && left.length === 0 ? undefined : left;
}
