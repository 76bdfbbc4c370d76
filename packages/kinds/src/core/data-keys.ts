import { type FieldError, forbiddenField, invalid, tooLong } from '@kajitori/apimachinery';
import { sameValue } from '../meta/immutable.ts';
import { configMapKeyErrors } from './pod/validation/names.ts';

/** All values of a ConfigMap or Secret together. */
export const dataBytesMax = 1024 * 1024;

export function validateDataKeys(data: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  return Object.keys(data ?? {}).flatMap((key) => configMapKeyErrors(key).map((detail) => invalid(`${field}[${key}]`, key, detail)));
}

export function validateDataSize(bytes: number, field: string): FieldError[] {
  return bytes > dataBytesMax ? [tooLong(field, dataBytesMax)] : [];
}

export function base64Bytes(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return Math.max(0, (text.length / 4) * 3 - padding);
}

/** `immutable: true` is for good: neither it nor the data may change any more. */
export function validateImmutable<T extends { immutable?: boolean }>(
  object: T,
  old: T,
  fields: readonly (keyof T & string)[],
): FieldError[] {
  if (old.immutable !== true) return [];
  const detail = 'field is immutable when `immutable` is set';
  return [
    ...(object.immutable === true ? [] : [forbiddenField('immutable', detail)]),
    ...fields.filter((field) => !sameValue(object[field] ?? {}, old[field] ?? {})).map((field) => forbiddenField(field, detail)),
  ];
}
