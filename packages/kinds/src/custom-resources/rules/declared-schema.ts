import { declare, type DeclaredField, type DeclaredType, escapePropertyName } from '@kajitori/cel';
import type { Schema } from '@kajitori/schema';

/**
 * A structural schema as CEL sees its values: what an expression may name, and how large it can get. Undefined where expressions have no
 * access: fields without a type, and names that CEL cannot write.
 * Rule: "Type system" in https://kubernetes.io/docs/reference/using-api/cel/
 */
export function declaredType(schema: Schema, path: string, isObject = false): DeclaredType | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) return declare.dyn;
  const declared = declaredOf(schema, path, isObject || schema['x-kubernetes-embedded-resource'] === true);
  return declared === undefined || schema.nullable !== true ? declared : { ...declared, nullable: true };
}

function declaredOf(schema: Schema, path: string, isObject: boolean): DeclaredType | undefined {
  switch (schema.type) {
    case 'object':
      return objectOf(schema, path, isObject);
    case 'array':
      return listOf(schema, path);
    case 'string':
      return stringOf(schema);
    case 'boolean':
      return declare.bool;
    case 'integer':
      return declare.int;
    case 'number':
      return declare.double;
    case undefined:
      return undefined;
  }
}

/** `{}`, and what stands around a key: quotes, colon and comma. */
const emptyObjectBytes = 2;
const keyBytes = 4;

function objectOf(schema: Schema, path: string, isObject: boolean): DeclaredType | undefined {
  const { additionalProperties, properties = {}, maxProperties } = schema;
  if (typeof additionalProperties === 'object') {
    const values = declaredType(additionalProperties, `${path}.@values`);
    return values === undefined ? undefined : declare.map(values, maxProperties);
  }
  const fields = new Map<string, DeclaredField>();
  const named = isObject ? { ...properties, ...identity } : properties;
  for (const [property, child] of Object.entries(named)) {
    const name = escapePropertyName(property);
    const type = name === undefined ? undefined : declaredType(child, `${path}.${property}`);
    if (name !== undefined && type !== undefined) fields.set(name, { property, type });
  }
  const requiredBytes = (schema.required ?? []).reduce((sum, property) => {
    const type = fields.get(escapePropertyName(property) ?? '')?.type;
    return type === undefined ? sum : sum + property.length + keyBytes + type.serializedBytesMin;
  }, emptyObjectBytes);
  return declare.object(path, fields, requiredBytes);
}

/** What expressions know of an object's own type and metadata: no more, so that rules about labels stay a policy's business. */
const identity: Readonly<Record<string, Schema>> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: {
    type: 'object',
    properties: { name: { type: 'string', maxLength: 253 }, generateName: { type: 'string', maxLength: 253 } },
  },
};

function listOf(schema: Schema, path: string): DeclaredType | undefined {
  const items = schema.items === undefined ? undefined : declaredType(schema.items, `${path}.@items`);
  if (items === undefined) return undefined;
  const list = declare.list(items, schema.maxItems);
  const listType = schema['x-kubernetes-list-type'];
  if (listType === 'set') return { ...list, listType };
  return listType === 'map' ? { ...list, listType, listMapKeys: schema['x-kubernetes-list-map-keys'] ?? [] } : list;
}

/** The longest text of a day, which Kubernetes takes for the longest date. */
const dateLength = 10;

function stringOf({ format, maxLength, enum: members }: Schema): DeclaredType {
  switch (format) {
    case 'byte':
      return declare.bytes(maxLength);
    case 'duration':
      return declare.duration;
    case 'date':
      return { ...declare.timestamp, elementsMax: dateLength };
    case 'date-time':
      return declare.timestamp;
    default: {
      const longest = members?.reduce<number>((most, member) => Math.max(most, typeof member === 'string' ? member.length : 0), 0);
      return declare.string(maxLength ?? longest);
    }
  }
}
