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
  const kinds = [before, after].filter((value) => value !== undefined).map((value) => shapeOf(schema, value).kind);
  const kind = kinds.every((one) => one === kinds[0]) ? kinds[0] : 'leaf';
  const inside =
    isEmptyOrAbsent(before) && isEmptyOrAbsent(after)
      ? undefined
      : kind === 'map'
        ? compareMaps(schema, before as Record<string, unknown> | undefined, after as Record<string, unknown> | undefined)
        : kind === 'list'
          ? compareLists(schema, before as unknown[] | undefined, after as unknown[] | undefined)
          : undefined;
  if (before === undefined) return { ...(inside ?? same), added: FieldSet.of(true, inside?.added.children ?? new Map()) };
  if (after === undefined) return { ...(inside ?? same), removed: FieldSet.of(true, inside?.removed.children ?? new Map()) };
  if (inside !== undefined) return inside;
  return equalJson(before, after) ? same : { ...same, modified: FieldSet.leaf };
}

function isEmptyOrAbsent(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0;
}

/** Gathers comparisons of children under their path elements. */
class Gathered {
  readonly #added = new Map<string, FieldSet>();
  readonly #modified = new Map<string, FieldSet>();
  readonly #removed = new Map<string, FieldSet>();

  put(element: string, { added, modified, removed }: Comparison): void {
    if (!added.isEmpty) this.#added.set(element, added);
    if (!modified.isEmpty) this.#modified.set(element, modified);
    if (!removed.isEmpty) this.#removed.set(element, removed);
  }

  get comparison(): Comparison {
    return {
      added: FieldSet.of(false, this.#added),
      modified: FieldSet.of(false, this.#modified),
      removed: FieldSet.of(false, this.#removed),
    };
  }
}

function compareMaps(schema: Schema, before: Record<string, unknown> = {}, after: Record<string, unknown> = {}): Comparison {
  const gathered = new Gathered();
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    gathered.put(fieldElement(key), compareFields(fieldOf(schema, key).schema, own(before, key), own(after, key)));
  }
  return gathered.comparison;
}

function compareLists(schema: Schema, before: readonly unknown[] = [], after: readonly unknown[] = []): Comparison {
  const gathered = new Gathered();
  const old = itemsByElement(schema, before);
  const now = itemsByElement(schema, after);
  for (const element of new Set([...old.keys(), ...now.keys()])) {
    gathered.put(element, compareItems(itemOf(schema), old.get(element) ?? [], now.get(element) ?? []));
  }
  return gathered.comparison;
}

/** An element that stands twice is compared as a whole. */
function compareItems(schema: Schema, before: readonly unknown[], after: readonly unknown[]): Comparison {
  if (before.length <= 1 && after.length <= 1) return compareFields(schema, before[0], after[0]);
  if (before.length > 1 && after.length > 1) return equalJson(before, after) ? same : { ...same, modified: FieldSet.leaf };
  if (before.length > 1) return { ...compareFields(schema, undefined, after[0]), removed: FieldSet.leaf };
  return { ...compareFields(schema, before[0], undefined), added: FieldSet.leaf };
}
