import { type FieldError, forbiddenField, invalid, notSupported, required } from '@kajitori/apimachinery';
import type { JSONSchemaProps } from './json-schema-props.ts';

/** What `x-kubernetes-list-type`, its keys and `x-kubernetes-map-type` demand of the schemas around them. */

export function listTypeErrors(schema: JSONSchemaProps, field: string): FieldError[] {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const errors: FieldError[] = [];
  if (listType !== undefined) {
    if (schema.type !== 'array') {
      const detail = 'must be array if x-kubernetes-list-type is specified';
      errors.push(
        schema.type === undefined || schema.type === '' ? required(`${field}.type`, detail) : invalid(`${field}.type`, schema.type, detail),
      );
    }
    if (!['atomic', 'set', 'map'].includes(listType))
      errors.push(notSupported(`${field}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
  }
  if (listType === 'map') errors.push(...mapListErrors(schema, keys, field));
  else if (keys.length > 0) {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
    const path = `${field}.x-kubernetes-list-type`;
    errors.push(listType === undefined ? required(path, detail) : invalid(path, listType, detail));
  }
  if (listType === 'set') errors.push(...setErrors(schema, field));
  return errors;
}

function mapListErrors({ items }: JSONSchemaProps, keys: readonly string[], field: string): FieldError[] {
  const path = `${field}.x-kubernetes-list-map-keys`;
  const errors: FieldError[] = [];
  if (keys.length === 0) errors.push(required(path, 'must not be empty if x-kubernetes-list-type is map'));
  if (new Set(keys).size < keys.length) errors.push(invalid(path, keys, 'must not contain duplicate entries'));
  if (items === undefined || Array.isArray(items)) {
    return [...errors, required(`${field}.items`, 'must have a schema if x-kubernetes-list-type is map')];
  }
  if (items.type !== 'object') {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    errors.push(invalid(`${field}.items.type`, items.type ?? '', detail));
  }
  const { properties = {} } = items;
  if (Object.keys(properties).length === 0)
    errors.push(required(`${field}.items.properties`, "must not be empty if parent array's x-kubernetes-list-type is map"));
  for (const key of keys) errors.push(...keyErrors(items, key, { keys, path, field }));
  return errors;
}

function keyErrors(
  { properties = {}, required: mandatory = [] }: JSONSchemaProps,
  key: string,
  { keys, path, field }: { keys: readonly string[]; path: string; field: string },
): FieldError[] {
  const property = properties[key];
  if (property === undefined) return [invalid(path, keys, 'entries must all be names of item properties')];
  const errors: FieldError[] = [];
  const at = `${field}.items.properties[${key}]`;
  if (property.type === 'object' || property.type === 'array')
    errors.push(invalid(`${at}.type`, property.type, "must be a scalar type if parent array's x-kubernetes-list-type is map"));
  if (property.nullable === true)
    errors.push(forbiddenField(`${at}.nullable`, 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable'));
  if (property.default === undefined && !mandatory.includes(key)) {
    const detail = 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
    errors.push(required(`${at}.default`, detail));
  }
  return errors;
}

function setErrors({ items }: JSONSchemaProps, field: string): FieldError[] {
  if (items === undefined || Array.isArray(items)) return [];
  const errors: FieldError[] = [];
  if (items.nullable === true)
    errors.push(forbiddenField(`${field}.items.nullable`, 'cannot be nullable when x-kubernetes-list-type is set'));
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic')
    errors.push(invalid(`${field}.items.x-kubernetes-map-type`, items['x-kubernetes-map-type'] ?? null, detail));
  const listType = items['x-kubernetes-list-type'];
  if (items.type === 'array' && listType !== undefined && listType !== 'atomic')
    errors.push(invalid(`${field}.items.x-kubernetes-list-type`, listType, detail));
  return errors;
}

export function mapTypeErrors(schema: JSONSchemaProps, field: string): FieldError[] {
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === undefined) return [];
  const errors: FieldError[] = [];
  if (schema.type !== 'object') {
    const detail = 'must be object if x-kubernetes-map-type is specified';
    errors.push(
      schema.type === undefined || schema.type === '' ? required(`${field}.type`, detail) : invalid(`${field}.type`, schema.type, detail),
    );
  }
  if (!['atomic', 'granular'].includes(mapType))
    errors.push(notSupported(`${field}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
  return errors;
}
