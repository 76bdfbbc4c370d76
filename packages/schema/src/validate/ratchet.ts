import type { FieldError } from '@kajitori/apimachinery';
import { equalJson } from '../patch/copy.ts';
import type { Schema } from '../schema.ts';
import { isRecord, own } from '../walk/compiled.ts';
import { canonical } from './collections.ts';

/**
 * The errors of an updated object that its update brought: what was wrong before and lies unchanged is let be, so that a definition may
 * become stricter while its objects live (KEP-4008). Items of a list are the same when its map keys say so; items of other lists
 * cannot be told apart, so that a change of one is a change of all.
 */
export function ratcheted(schema: Schema, errors: readonly FieldError[], value: unknown, old: unknown): FieldError[] {
  return errors.filter(({ field }) => !isUnchangedAt(schema, segmentsOf(field), value, old));
}

/** Whether something on the way to the field, or the field itself, is as it was. */
function isUnchangedAt(schema: Schema, segments: readonly string[], value: unknown, old: unknown): boolean {
  let at: { schema: Schema; value: unknown; old: unknown } | undefined = { schema, value, old };
  for (const segment of segments) {
    at = inside(at, segment);
    if (at === undefined) return false;
    if (at.value !== undefined && equalJson(at.value, at.old)) return true;
  }
  return false;
}

function inside(
  { schema, value, old }: { schema: Schema; value: unknown; old: unknown },
  segment: string,
): { schema: Schema; value: unknown; old: unknown } | undefined {
  if (segment.startsWith('[')) {
    const item: unknown = Array.isArray(value) ? value[Number(segment.slice(1, -1))] : undefined;
    const before = Array.isArray(old) ? correlated(schema, item, old) : undefined;
    return before === undefined ? undefined : { schema: schema.items ?? {}, value: item, old: before };
  }
  if (!isRecord(value) || !isRecord(old)) return undefined;
  const { properties = {}, additionalProperties } = schema;
  const child = own(properties, segment) as Schema | undefined;
  const others = typeof additionalProperties === 'object' ? additionalProperties : {};
  return { schema: child ?? others, value: own(value, segment), old: own(old, segment) };
}

function correlated(schema: Schema, item: unknown, old: readonly unknown[]): unknown {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] !== 'map' || keys === undefined || !isRecord(item)) return undefined;
  const keyOf = (one: unknown): string => (isRecord(one) ? canonical(keys.map((key) => own(one, key) ?? null)) : '');
  const key = keyOf(item);
  return old.find((one) => keyOf(one) === key);
}

/** Splits `spec.ports[0].name`. A map's key may hold dots; then the path leads nowhere, and the error stays. */
function segmentsOf(field: string): string[] {
  return field.match(/\[\d+\]|[^.[\]]+/g) ?? [];
}
