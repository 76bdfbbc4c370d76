import { type FieldSelector, type LabelSelector, matchesFields, matchesLabels } from '@kajitori/apimachinery';
import type { ListOptions, StoredObject } from './storage.ts';

/** A key within one resource: the order of lists. */
export interface Position {
  namespace: string;
  name: string;
}

/** Keys from `from` to `to`, both included. */
export interface KeyRange {
  from: Position;
  to: Position;
}

/** Greater than every other character of a name, in byte order as well. */
const lastText = '\u{10FFFF}';

export function comparePositions(a: Position, b: Position): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  return a.name === b.name ? 0 : a.name < b.name ? -1 : 1;
}

/** The position right after a key: no text lies between a text and the same text with U+0001 behind it. */
export function following({ namespace, name }: Position): Position {
  return { namespace, name: `${name}\u0001` };
}

/** Where in the order of keys the objects of a list lie. */
export function rangeOf({ namespace, name, after }: Pick<ListOptions, 'namespace' | 'name' | 'after'>): KeyRange {
  const from = { namespace: namespace ?? '', name: namespace === undefined ? '' : (name ?? '') };
  const to = { namespace: namespace ?? lastText, name: namespace === undefined ? lastText : (name ?? lastText) };
  if (after === undefined) return { from, to };
  const next = following(after);
  return { from: comparePositions(next, from) > 0 ? next : from, to };
}

/** A selector in two parts: what the database tests while it scans, and what is left to test here. */
export interface Selection {
  /** Labels that must have these values. */
  labels: Record<string, string>;
  present: string[];
  absent: string[];
  fields: Record<string, string>;
  /** Undefined when the database tests all of it. */
  rest: ((object: Pick<StoredObject, 'name' | 'labels' | 'fields'>) => boolean) | undefined;
}

export function selectionOf({
  namespace,
  name,
  labels = [],
  fields = [],
}: Pick<ListOptions, 'namespace' | 'name' | 'labels' | 'fields'>): Selection {
  const selection: Selection = { labels: {}, present: [], absent: [], fields: {}, rest: undefined };
  const restLabels = labels.filter((term) => !pushLabel(selection, term));
  const restFields = fields.filter((term) => !pushField(selection, term));
  const restName = namespace === undefined ? name : undefined;
  if (restLabels.length > 0 || restFields.length > 0 || restName !== undefined) {
    selection.rest = (object) =>
      (restName === undefined || object.name === restName) &&
      matchesLabels(restLabels, object.labels) &&
      matchesFields(restFields, object.fields);
  }
  return selection;
}

function pushLabel(selection: Selection, { key, operator, values }: LabelSelector[number]): boolean {
  const [value] = values;
  if (operator === 'Exists') selection.present.push(key);
  else if (operator === 'DoesNotExist') selection.absent.push(key);
  else if (operator === 'In' && values.length === 1 && value !== undefined && !Object.hasOwn(selection.labels, key))
    selection.labels[key] = value;
  else return false;
  return true;
}

function pushField(selection: Selection, { field, operator, value }: FieldSelector[number]): boolean {
  // An absent field equals the empty string, which containment cannot say.
  if (operator !== '=' || value === '' || Object.hasOwn(selection.fields, field)) return false;
  selection.fields[field] = value;
  return true;
}
