/**
 * The one schema language: an OpenAPI v3 structural schema with Kubernetes' `x-kubernetes-*` extensions.
 * Built-in kinds write it with the builder; a tenant's CustomResourceDefinition brings it as JSON. Every walk
 * (validate, prune, default, protobuf, OpenAPI, patches) takes this shape and nothing else.
 */
export interface Schema {
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  format?: string;
  title?: string;
  description?: string;
  default?: unknown;
  nullable?: boolean;
  enum?: unknown[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minProperties?: number;
  maxProperties?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  not?: Schema;
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: 'atomic' | 'granular';
  'x-kubernetes-patch-strategy'?: string;
  'x-kubernetes-patch-merge-key'?: string;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-unions'?: unknown[];
  'x-kubernetes-validations'?: unknown[];
  /** Built-in types only: the name under which OpenAPI publishes this schema and others refer to it. */
  typeName?: string;
  /**
   * Built-in types only: the named type itself. The schema of a field that refers to a type is the type's with the field's
   * own keywords added, and this tells the two apart.
   */
  definition?: Schema;
  /** Built-in types only: a named type that is not encoded as a plain message of its properties. */
  codec?: Codec;
  /**
   * Built-in optional scalars only: zero (`0`, `false`, `""`) says something other than absence and is kept. Without it
   * the two are one: zero vanishes when decoded, as Go's `omitempty` makes it vanish, and a default takes its place.
   */
  keepsZero?: boolean;
  /** Built-in fields only: the field's number and scalar type in Kubernetes' protobuf encoding. */
  proto?: ProtoField;
}

/** Types whose JSON and protobuf forms are unlike each other. */
export type Codec =
  | 'time'
  | 'microTime'
  | 'quantity'
  | 'duration'
  | 'intOrString'
  | 'rawExtension'
  | 'fieldsV1'
  | 'json'
  | 'schemaOrArray'
  | 'schemaOrBool'
  | 'schemaOrStringArray';

export interface ProtoField {
  number: number;
  /** Scalar type of the value, of a list's items or of a map's values; `message` for named types. */
  type: 'string' | 'bytes' | 'bool' | 'int32' | 'int64' | 'double' | 'message' | 'stringList';
  /** Numbers of the messages that the field lies in, outermost first, where JSON inlines what protobuf nests (a Volume's source). */
  within?: readonly number[];
}
