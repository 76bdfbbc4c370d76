import type { GroupVersionKind } from './metadata.ts';
import { type StatusCause, StatusError } from './status-error.ts';

/** What is wrong with one field, in Kubernetes' words (apimachinery `field.Error`). */
export interface FieldError {
  reason: FieldErrorReason;
  /** A path as in messages: `spec.containers[0].ports[1].protocol`, `metadata.labels`. */
  field: string;
  message: string;
}

export type FieldErrorReason =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

/** How a value reads inside a message: strings quoted, objects as JSON, cut at 256 characters. */
function shown(value: unknown): string {
  if (value === undefined) return 'null';
  const text = JSON.stringify(value) ?? 'null';
  return text.length > 256 ? `${text.slice(0, 253)}...` : text;
}

export function required(field: string, detail = ''): FieldError {
  return { reason: 'FieldValueRequired', field, message: detail === '' ? 'Required value' : `Required value: ${detail}` };
}

export function invalid(field: string, value: unknown, detail: string): FieldError {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${shown(value)}: ${detail}` };
}

export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const list = [...supported]
    .sort()
    .map((one) => JSON.stringify(one))
    .join(', ');
  return { reason: 'FieldValueNotSupported', field, message: `Unsupported value: ${shown(value)}: supported values: ${list}` };
}

export function forbiddenField(field: string, detail: string): FieldError {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden: ${detail}` };
}

export function duplicate(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${shown(value)}` };
}

export function tooLong(field: string, maxBytes: number): FieldError {
  return { reason: 'FieldValueTooLong', field, message: `Too long: may not be more than ${maxBytes} bytes` };
}

export function tooMany(field: string, actual: number, max: number): FieldError {
  return { reason: 'FieldValueTooMany', field, message: `Too many: ${actual}: must have at most ${max} items` };
}

export function notFoundField(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueNotFound', field, message: `Not found: ${shown(value)}` };
}

export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return { reason: 'FieldValueTypeInvalid', field, message: `Invalid value: ${shown(value)}: ${detail}` };
}

/** `a: ...`, or `[a: ..., b: ...]` where there are several. */
export function fieldErrorsText(errors: readonly FieldError[]): string {
  const said = errors.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`));
  return said.length === 1 ? (said[0] ?? '') : `[${said.join(', ')}]`;
}

/** The 422 that carries every field's cause, with Kubernetes' message: `Pod "x" is invalid: [a: ..., b: ...]`. */
export function invalidObject(kind: Pick<GroupVersionKind, 'group' | 'kind'>, name: string, errors: readonly FieldError[]): StatusError {
  const list = fieldErrorsText(errors);
  const kindText = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  const causes: StatusCause[] = errors.map(({ reason, field, message }) => ({ reason, message, field }));
  return new StatusError('Invalid', `${kindText} "${name}" is invalid: ${list}`, {
    details: { name, ...(kind.group === '' ? {} : { group: kind.group }), kind: kind.kind, causes },
  });
}
