import { badRequest, type StatusError } from '@kajitori/apimachinery';
import { isRecord, put } from '../walk/compiled.ts';

/** The keys of a strategic merge patch that are orders and not fields. */
export const patchDirective = '$patch';
export const retainKeysDirective = '$retainKeys';
export const setElementOrderPrefix = '$setElementOrder/';
export const deleteFromPrimitiveListPrefix = '$deleteFromPrimitiveList/';

function isDirective(key: string): boolean {
  return key === retainKeysDirective || key.startsWith(setElementOrderPrefix) || key.startsWith(deleteFromPrimitiveListPrefix);
}

/**
 * A patch's part that meets nothing in the object: its fields as a value of its own, without nulls (nothing is there to
 * remove) and without orders. Undefined for an element that is only an order.
 */
export function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => plainValue(item)).filter((item) => item !== undefined);
  if (!isRecord(value)) return value;
  if (Object.hasOwn(value, patchDirective) && value[patchDirective] !== 'merge') return undefined;
  return plainFields(value);
}

/** The fields of an object, whatever it orders. */
export function plainFields(value: Record<string, unknown>): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    if (value[key] === null || key === patchDirective || isDirective(key)) continue;
    const field = plainValue(value[key]);
    if (field !== undefined) put(plain, key, field);
  }
  return plain;
}

export function badPatchType(directive: unknown, where: unknown): StatusError {
  return badRequest(`unknown patch type: ${typeof directive === 'string' ? directive : JSON.stringify(directive)} in map: ${shown(where)}`);
}

export function noMergeKey(item: unknown, mergeKey: string): StatusError {
  return badRequest(`map: ${shown(item)} does not contain declared merge key: ${mergeKey}`);
}

export function badArgument(expected: string, value: unknown): StatusError {
  return badRequest(
    `expected a ${expected}, but received a ${Array.isArray(value) ? '[]interface {}' : value === null ? 'nil' : typeof value}`,
  );
}

export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.length > 256 ? `${text.slice(0, 253)}...` : text;
}
