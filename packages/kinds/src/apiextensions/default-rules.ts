import { type FieldError, forbiddenField, invalid } from '@kajitori/apimachinery';
import { normalize, validate } from '@kajitori/schema';
import { fieldSchema } from '../custom-resources/structural-schema.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';

/** A default is a value of its field: it has no unknown fields and fits the schema. Of a schema that is structural otherwise. */
export function defaultErrors(schema: JSONSchemaProps, field: string, isRoot = true): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.default !== undefined) errors.push(...(isRoot ? [] : valueErrors(schema, field)));
  const { properties = {}, items, additionalProperties } = schema;
  for (const [key, child] of Object.entries(properties)) {
    const path = `${field}.properties[${key}]`;
    if (isRoot && key === 'metadata')
      errors.push(...(child.default === undefined ? [] : [forbiddenField(`${path}.default`, 'must not be set in top-level metadata')]));
    else errors.push(...defaultErrors(child, path, false));
  }
  if (items !== undefined && !Array.isArray(items)) errors.push(...defaultErrors(items, `${field}.items`, false));
  if (typeof additionalProperties === 'object') errors.push(...defaultErrors(additionalProperties, `${field}.additionalProperties`, false));
  return errors;
}

function valueErrors(props: JSONSchemaProps, field: string): FieldError[] {
  const path = `${field}.default`;
  const schema = fieldSchema(props);
  const value = structuredClone(props.default);
  const { unknown } = normalize(schema, value, { unknown: 'drop' });
  if (unknown.length > 0) return [invalid(path, props.default, 'must not have unknown fields')];
  const errors = validate({ type: 'object', properties: { default: schema } }, { default: props.default });
  return errors.map(({ reason, field: at, message }) => ({
    reason,
    field: `${field}.${at}`,
    message: message.replaceAll(`${at} in body`, `${field}.${at} in body`),
  }));
}
