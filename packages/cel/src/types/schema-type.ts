/**
 * An OpenAPI structural schema as a declared type: what expressions may name of it, and how large its values may be. What
 * has no type (unknown fields that are kept, arrays without items) is not declared, and so cannot be named.
 * Rule: "Validation rules" in the documentation of CustomResourceDefinitions.
 */
import { declare, type DeclaredField, type DeclaredType } from './declared-type.ts';
import { escapePropertyName } from './property-names.ts';
import { types } from './type.ts';

/** The part of a structural schema that matters here. */
export interface StructuralSchema {
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema | boolean;
  readonly items?: StructuralSchema;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

export interface SchemaOptions {
  /** The name of the type; those within it are called by their paths. */
  readonly name: string;
  /** The schema is that of a whole resource: its kind, apiVersion and names may be named though it does not list them. */
  readonly isResource?: boolean;
}

/** Undefined when expressions have no access to values of the schema. */
export function declareSchema(schema: StructuralSchema, { name, isResource = false }: SchemaOptions): DeclaredType | undefined {
  const declared = ofSchema(schema, name, isResource || schema['x-kubernetes-embedded-resource'] === true);
  return declared === undefined || schema.nullable !== true ? declared : { ...declared, nullable: true };
}

const wholeRequest = declare.string();

function ofSchema(schema: StructuralSchema, name: string, isResource: boolean): DeclaredType | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) {
    return {
      ...(schema.maxLength === undefined ? wholeRequest : declare.string(schema.maxLength)),
      type: types.dyn,
      serializedBytesMin: 1,
    };
  }
  switch (schema.type) {
    case 'object':
      return ofObject(schema, name, isResource);
    case 'array':
      return ofArray(schema, name);
    case 'string':
      return ofString(schema);
    case 'boolean':
      return declare.bool;
    case 'integer':
      return declare.int;
    case 'number':
      return declare.double;
    default:
      return undefined;
  }
}

function atLeastZero(bound: number | undefined): number | undefined {
  return bound === undefined ? undefined : Math.max(0, bound);
}

function ofArray(schema: StructuralSchema, name: string): DeclaredType | undefined {
  const items = schema.items === undefined ? undefined : declareSchema(schema.items, { name: `${name}.@idx` });
  if (items === undefined) return undefined;
  const list = declare.list(items, atLeastZero(schema.maxItems));
  const listType = schema['x-kubernetes-list-type'];
  if (listType === 'set') return { ...list, listType };
  return listType === 'map' ? { ...list, listType, listMapKeys: schema['x-kubernetes-list-map-keys'] ?? [] } : list;
}

const text: StructuralSchema = { type: 'string' };
const identity: Readonly<Record<string, StructuralSchema>> = {
  kind: text,
  apiVersion: text,
  metadata: { type: 'object', properties: { name: text, generateName: text } },
};

function ofObject(schema: StructuralSchema, name: string, isResource: boolean): DeclaredType | undefined {
  if (typeof schema.additionalProperties === 'object') {
    const values = declareSchema(schema.additionalProperties, { name: `${name}.@elem` });
    return values === undefined ? undefined : declare.map(values, atLeastZero(schema.maxProperties));
  }
  const fields = new Map<string, DeclaredField>();
  const properties = isResource ? { ...schema.properties, ...identity } : (schema.properties ?? {});
  let bytes = 2;
  for (const [property, child] of Object.entries(properties)) {
    const field = escapePropertyName(property);
    const type = declareSchema(child, { name: `${name}.${field ?? property}` });
    if (type === undefined) continue;
    if (field !== undefined) fields.set(field, { property, type });
    // What has a default is not among the bytes that a request must hold.
    if (schema.required?.includes(property) === true && child.default === undefined) {
      bytes += Buffer.byteLength(property) + type.serializedBytesMin + 4;
    }
  }
  return declare.object(name, fields, bytes);
}

function ofString({ format, maxLength, enum: members = [] }: StructuralSchema): DeclaredType {
  switch (format) {
    case 'byte':
      return declare.bytes(atLeastZero(maxLength));
    case 'duration':
      return declare.duration;
    case 'date':
      return { ...declare.timestamp, elementsMax: 12, serializedBytesMin: 12 };
    case 'date-time':
      return declare.timestamp;
    default:
      if (maxLength !== undefined || members.length === 0) return declare.string(maxLength);
      return {
        ...wholeRequest,
        elementsMax: Math.max(0, ...members.map((member) => (typeof member === 'string' ? Buffer.byteLength(member) : 0))),
      };
  }
}
