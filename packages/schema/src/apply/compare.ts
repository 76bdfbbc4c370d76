import { equalJson } from '../patch/copy.ts';
import type { Schema } from '../schema.ts';
import { isRecord, own } from '../walk/compiled.ts';
import { FieldSet } from './field-set.ts';
import { fieldElement, fieldOf, itemOf, itemsByElement, shapeOf } from './shape.ts';

/** What became of the fields between two states of an object. */
export interface Comparison {
  added: FieldSet;
  modified: FieldSet;
  removed: FieldSet;
}

const same: Comparison = { added: FieldSet.empty, modified: FieldSet.empty, removed: FieldSet.empty };

/** Compares field by field, as deep as owners are told apart. Undefined is absence. */
export function compareFields(schema: Schema, before: unknown, after: unknown): Comparison {
  if (before === after) return same;
  const inside = compareInside(schema, before, after);
  if (before === undefined) return { ...(inside ?? same), added: FieldSet.of(true, inside?.added.children ?? none) };
  if (after === undefined) return { ...(inside ?? same), removed: FieldSet.of(true, inside?.removed.children ?? none) };
  if (inside !== undefined) return inside;
  return equalJson(before, after) ? same : { ...same, modified: FieldSet.leaf };
}

const none: ReadonlyMap<string, FieldSet> = new Map();

/** Undefined where there is nothing inside to tell apart: scalars, atomic values, empty ones, and values of two kinds. */
function compareInside(schema: Schema, before: unknown, after: unknown): Comparison | undefined {
  const { kind } = shapeOf(schema, before ?? after);
  if (kind === 'leaf' || (before !== undefined && after !== undefined && shapeOf(schema, after).kind !== kind)) return undefined;
  if (isEmptyOrAbsent(before) && isEmptyOrAbsent(after)) return undefined;
  return kind === 'map'
    ? compareMaps(schema, before as Record<string, unknown> | undefined, after as Record<string, unknown> | undefined)
    : compareLists(schema, before as unknown[] | undefined, after as unknown[] | undefined);
}

function isEmptyOrAbsent(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0;
}

/** Gathers comparisons of children under their path elements; makes nothing where all are the same. */
class Gathered {
  #added: Map<string, FieldSet> | undefined;
  #modified: Map<string, FieldSet> | undefined;
  #removed: Map<string, FieldSet> | undefined;

  put(element: string, { added, modified, removed }: Comparison): void {
    if (!added.isEmpty) (this.#added ??= new Map()).set(element, added);
    if (!modified.isEmpty) (this.#modified ??= new Map()).set(element, modified);
    if (!removed.isEmpty) (this.#removed ??= new Map()).set(element, removed);
  }

  get comparison(): Comparison {
    if (this.#added === undefined && this.#modified === undefined && this.#removed === undefined) return same;
    const [added, modified, removed] = [this.#added, this.#modified, this.#removed].map((children) => FieldSet.of(false, children ?? none));
    return { added: added ?? FieldSet.empty, modified: modified ?? FieldSet.empty, removed: removed ?? FieldSet.empty };
  }
}

function compareMaps(schema: Schema, before: Record<string, unknown> = {}, after: Record<string, unknown> = {}): Comparison {
  const gathered = new Gathered();
  const compare = (key: string): void => {
    const change = compareFields(fieldOf(schema, key).schema, own(before, key), own(after, key));
    if (change !== same) gathered.put(fieldElement(key), change);
  };
  for (const key of Object.keys(before)) compare(key);
  for (const key of Object.keys(after)) if (!Object.hasOwn(before, key)) compare(key);
  return gathered.comparison;
}

function compareLists(schema: Schema, before: readonly unknown[] = [], after: readonly unknown[] = []): Comparison {
  const gathered = new Gathered();
  const old = itemsByElement(schema, before);
  const now = itemsByElement(schema, after);
  for (const [element, items] of old) gathered.put(element, compareItems(itemOf(schema), items, now.get(element) ?? []));
  for (const [element, items] of now) if (!old.has(element)) gathered.put(element, compareItems(itemOf(schema), [], items));
  return gathered.comparison;
}

/** An element that stands twice is compared as a whole. */
function compareItems(schema: Schema, before: readonly unknown[], after: readonly unknown[]): Comparison {
  if (before.length <= 1 && after.length <= 1) return compareFields(schema, before[0], after[0]);
  if (before.length > 1 && after.length > 1) return equalJson(before, after) ? same : { ...same, modified: FieldSet.leaf };
  if (before.length > 1) return { ...compareFields(schema, undefined, after[0]), removed: FieldSet.leaf };
  return { ...compareFields(schema, before[0], undefined), added: FieldSet.leaf };
}
