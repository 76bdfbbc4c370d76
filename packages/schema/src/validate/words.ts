import type { FieldError } from '@kajitori/apimachinery';
import type { Origin } from '../walk/compiled.ts';

/**
 * What validation says. Built-in types speak as Kubernetes' handwritten validation does; structural ones as its OpenAPI
 * validation does, which names the field inside the sentence.
 */

/** How a value reads inside a message. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.length > 256 ? `${text.slice(0, 253)}...` : text;
}

export interface Words {
  /** `detail` reads on from "must": "be greater than or equal to 1". */
  invalid(value: unknown, detail: string): (field: string) => string;
}

export const words: Readonly<Record<Origin, Words>> = {
  builtIn: { invalid: (value, detail) => () => `Invalid value: ${shown(value)}: must ${detail}` },
  structural: { invalid: (value, detail) => (field) => `Invalid value: ${shown(value)}: ${field} in body should ${detail}` },
};

/** A value of the wrong type: Kubernetes shows the type that it has, not the value. */
export function wrongType(value: unknown, expected: string): (field: string) => string {
  const got = JSON.stringify(openApiType(value));
  return (field) => `Invalid value: ${got}: ${field} in body must be of type ${expected}: ${got}`;
}

export function openApiType(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

export const requiredValue = (field: string): FieldError => ({ reason: 'FieldValueRequired', field, message: 'Required value' });
