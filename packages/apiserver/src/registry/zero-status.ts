import type { FieldError, KubeObject } from '@kajitori/apimachinery';
import type { Schema } from '@kajitori/schema';

/**
 * In a built-in object's status what is missing is zero: there is nothing to demand of who only reports, and the fields that always are there
 * are empty then, as in Kubernetes. Fills them, and answers with the errors that remain.
 */
export function withZeroStatus(schema: Schema, object: KubeObject, errors: readonly FieldError[]): FieldError[] {
  return errors.filter(({ reason, field }) => {
    if (reason !== 'FieldValueRequired' || !field.startsWith('status.')) return true;
    fillZero(schema, object, field.match(/[^.[\]]+/g) ?? []);
    return false;
  });
}

function fillZero(root: Schema, object: unknown, path: readonly string[]): void {
  let schema: Schema = root;
  let holder = object as Record<string, unknown>;
  for (const [index, key] of path.entries()) {
    const { properties = {}, items, additionalProperties } = schema;
    const entries = typeof additionalProperties === 'object' ? additionalProperties : {};
    schema = Array.isArray(holder) ? (items ?? {}) : Object.hasOwn(properties, key) ? (properties[key] ?? {}) : entries;
    const zero = zeros[schema.type ?? ''];
    if (index < path.length - 1) holder = holder[key] as Record<string, unknown>;
    else if (zero !== undefined && schema.format !== 'date-time') holder[key] = zero;
  }
}

const zeros: Readonly<Record<string, string | number | boolean>> = { string: '', integer: 0, number: 0, boolean: false };
