import { type KubeObject, StatusError } from '@kajitori/apimachinery';
import type { Kind } from '@kajitori/kinds';
import { normalize, pathText, type Schema } from '@kajitori/schema';

/**
 * The refusal of an applied configuration with fields that its kind does not have: nobody could own them. Whatever the request says of
 * field validation, as in Kubernetes, whose words these are.
 */
export function undeclaredFields({ group, version, kind, schema }: Kind, applied: KubeObject): StatusError {
  const { unknown } = normalize(schema.schema, structuredClone(applied), { unknown: 'drop' });
  const errors = unknown.map((field) => `${pathText(elementsOf(schema.schema, applied, field))}: field not declared in schema`);
  const what = errors.length === 1 ? errors[0] : `errors:\n${errors.map((one) => `  ${one}`).join('\n')}`;
  const { namespace = '', name = '' } = applied.metadata;
  return new StatusError(
    'InternalError',
    `failed to create typed patch object (${namespace}/${name}; ${group}/${version}, Kind=${kind}): ${what}`,
  );
}

/** The elements of a path such as `spec.containers[0].x`: items of lists by their keys, as owners name them. */
function elementsOf(root: Schema, object: unknown, field: string): string[] {
  let schema: Schema = root;
  let value = object;
  return (field.match(/\[\d+\]|[^.[\]]+/g) ?? []).map((segment) => {
    if (segment.startsWith('[')) {
      const index = Number(segment.slice(1, -1));
      const item: unknown = Array.isArray(value) ? value[index] : undefined;
      const keys = schema['x-kubernetes-list-type'] === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : [];
      [schema, value] = [schema.items ?? {}, item];
      const named = keys.flatMap((key) => (fieldOf(item, key) === undefined ? [] : [[key, fieldOf(item, key)]]));
      return named.length === 0 ? `i:${index}` : `k:${JSON.stringify(Object.fromEntries(named))}`;
    }
    const { properties = {}, additionalProperties } = schema;
    const known = Object.hasOwn(properties, segment) ? properties[segment] : undefined;
    const other = typeof additionalProperties === 'object' ? additionalProperties : {};
    [schema, value] = [known ?? other, fieldOf(value, segment)];
    return `f:${segment}`;
  });
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}
