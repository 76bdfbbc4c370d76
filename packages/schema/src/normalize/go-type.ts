import type { Schema } from '../schema.ts';

/** The Go type that Kubernetes declares for a schema, as its decoder's messages name it: `int32`, `[]v1.Container`. */
export function goType(schema: Schema): string {
  if (schema.typeName !== undefined) {
    const [version = '', name = ''] = schema.typeName.split('.').slice(-2);
    return `${version}.${name}`;
  }
  switch (schema.type) {
    case 'string':
      return schema.format === 'byte' ? '[]uint8' : 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return 'float64';
    case 'integer':
      return schema.format === 'int32' ? 'int32' : 'int64';
    case 'array':
      return `[]${schema.items === undefined ? 'interface {}' : goType(schema.items)}`;
    case 'object':
    case undefined:
      return typeof schema.additionalProperties === 'object'
        ? `map[string]${goType(schema.additionalProperties)}`
        : 'map[string]interface {}';
  }
}

/** The last part of a type's name: `DeploymentSpec`. */
export function structName(schema: Schema): string {
  return schema.typeName?.slice(schema.typeName.lastIndexOf('.') + 1) ?? '';
}

/** What a JSON value is in those messages. */
export function jsonType(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}
