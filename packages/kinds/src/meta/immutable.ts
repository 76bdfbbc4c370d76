import { isDeepStrictEqual } from 'node:util';
import { type FieldError, invalid } from '@kajitori/apimachinery';

/** Two values of the API are the same when they say the same; the order of keys says nothing. */
export const sameValue: (a: unknown, b: unknown) => boolean = isDeepStrictEqual;

/** Kubernetes' answer to a change of what may not change. */
export function immutableField(field: string, value: unknown, old: unknown): FieldError[] {
  return sameValue(value, old) ? [] : [invalid(field, value, 'field is immutable')];
}
