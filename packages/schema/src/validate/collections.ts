import type { Schema } from '../schema.ts';
import { isRecord, own, type Origin } from '../walk/compiled.ts';
import type { Validate } from './run.ts';
import { shown, words } from './words.ts';

/** The rules about how many items and properties there are, and which of them may repeat. */

export function collectionRules(schema: Schema, origin: Origin): Validate[] {
  const { minItems, maxItems, minProperties, maxProperties } = schema;
  const rules: Validate[] = [];
  if (maxItems !== undefined) rules.push(atMost(maxItems, listLength));
  if (maxProperties !== undefined) rules.push(atMost(maxProperties, propertyCount));
  if (minItems !== undefined) rules.push(atLeast(minItems, listLength, 'items', origin));
  if (minProperties !== undefined) rules.push(atLeast(minProperties, propertyCount, 'properties', origin));
  if (schema.uniqueItems === true) {
    rules.push((value, run) => {
      if (Array.isArray(value) && new Set(value.map(canonical)).size < value.length) {
        run.add('FieldValueDuplicate', (field) => `Invalid value: ${shown(value)}: ${field} in body shouldn't contain duplicates`);
      }
    });
  }
  // Built-in lists say in their kinds' own validation what may not repeat; much that a list type calls a key may.
  if (origin === 'structural' && schema['x-kubernetes-list-type'] === 'set') rules.push(duplicates((item) => item));
  if (origin === 'structural' && schema['x-kubernetes-list-type'] === 'map') {
    const keys = schema['x-kubernetes-list-map-keys'] ?? [];
    rules.push(duplicates((item) => (isRecord(item) ? keysOf(item, keys) : undefined)));
  }
  return rules;
}

function listLength(value: unknown): number | undefined {
  return Array.isArray(value) ? value.length : undefined;
}

function propertyCount(value: unknown): number | undefined {
  return isRecord(value) ? Object.keys(value).length : undefined;
}

function atMost(max: number, count: (value: unknown) => number | undefined): Validate {
  return (value, run) => {
    const actual = count(value);
    if (actual !== undefined && actual > max) run.add('FieldValueTooMany', () => `Too many: ${actual}: must have at most ${max} items`);
  };
}

function atLeast(min: number, count: (value: unknown) => number | undefined, what: string, origin: Origin): Validate {
  return (value, run) => {
    const actual = count(value);
    if (actual !== undefined && actual < min) {
      run.add('FieldValueInvalid', words[origin].invalid(actual, `have at least ${min} ${what}`));
    }
  };
}

/** Reports every item whose identity an earlier one has. Items without an identity are another rule's business. */
function duplicates(identity: (item: unknown) => unknown): Validate {
  return (value, run) => {
    if (!Array.isArray(value) || value.length < 2) return;
    const seen = new Set<string>();
    for (const [at, item] of value.entries()) {
      const id = identity(item);
      if (id === undefined) continue;
      const text = canonical(id);
      if (seen.has(text)) run.addError({ reason: 'FieldValueDuplicate', field: `[${at}]`, message: `Duplicate value: ${shown(id)}` });
      seen.add(text);
    }
  };
}

function keysOf(item: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.flatMap((key) => (own(item, key) === undefined ? [] : [[key, item[key]]])));
}

/** Text that equal JSON values share, whatever the order of their keys. */
export function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const object = value as Record<string, unknown>;
  return `{${Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(object[key])}`)
    .join(',')}}`;
}
