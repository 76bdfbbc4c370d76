import { boolean, coded, double, int64, list, map, type NamedType, object, ref, string, type Infer } from '@kajitori/schema';

const group = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';

/** Any JSON value: a default, an enum's member. */
export const JSONValue = coded<unknown>(`${group}.JSON`, 'json', { 'x-kubernetes-preserve-unknown-fields': true });
export type JSONValue = unknown;

export const ExternalDocumentation = object(`${group}.ExternalDocumentation`, {
  description: string(1),
  url: string(2),
});
export type ExternalDocumentation = Infer<typeof ExternalDocumentation>;

export const ValidationRule = object(`${group}.ValidationRule`, {
  rule: string(1).required(),
  message: string(2),
  messageExpression: string(3),
  reason: string(4).keepsZero(),
  fieldPath: string(5),
  optionalOldSelf: boolean(6).keepsZero(),
});
export type ValidationRule = Infer<typeof ValidationRule>;

/** A schema as a CustomResourceDefinition carries it. Written out because it contains itself. */
export interface JSONSchemaProps {
  id?: string;
  $schema?: string;
  $ref?: string;
  description?: string;
  type?: string;
  format?: string;
  title?: string;
  default?: unknown;
  maximum?: number;
  exclusiveMaximum?: boolean;
  minimum?: number;
  exclusiveMinimum?: boolean;
  maxLength?: number;
  minLength?: number;
  pattern?: string;
  maxItems?: number;
  minItems?: number;
  uniqueItems?: boolean;
  multipleOf?: number;
  enum?: unknown[];
  maxProperties?: number;
  minProperties?: number;
  required?: string[];
  items?: JSONSchemaPropsOrArray;
  allOf?: JSONSchemaProps[];
  oneOf?: JSONSchemaProps[];
  anyOf?: JSONSchemaProps[];
  not?: JSONSchemaProps;
  properties?: Record<string, JSONSchemaProps>;
  additionalProperties?: JSONSchemaPropsOrBool;
  patternProperties?: Record<string, JSONSchemaProps>;
  dependencies?: Record<string, JSONSchemaPropsOrStringArray>;
  additionalItems?: JSONSchemaPropsOrBool;
  definitions?: Record<string, JSONSchemaProps>;
  externalDocs?: ExternalDocumentation;
  example?: unknown;
  nullable?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-validations'?: ValidationRule[];
}

export type JSONSchemaPropsOrArray = JSONSchemaProps | JSONSchemaProps[];
export type JSONSchemaPropsOrBool = JSONSchemaProps | boolean;
export type JSONSchemaPropsOrStringArray = JSONSchemaProps | string[];

export const JSONSchemaProps: NamedType<JSONSchemaProps> = object(`${group}.JSONSchemaProps`, {
  id: string(1),
  $schema: string(2),
  $ref: string(3).keepsZero(),
  description: string(4),
  type: string(5),
  format: string(6),
  title: string(7),
  default: ref(8, () => JSONValue),
  maximum: double(9).keepsZero(),
  exclusiveMaximum: boolean(10),
  minimum: double(11).keepsZero(),
  exclusiveMinimum: boolean(12),
  maxLength: int64(13).keepsZero(),
  minLength: int64(14).keepsZero(),
  pattern: string(15),
  maxItems: int64(16).keepsZero(),
  minItems: int64(17).keepsZero(),
  uniqueItems: boolean(18),
  multipleOf: double(19).keepsZero(),
  enum: list(20, () => JSONValue).atomic(),
  maxProperties: int64(21).keepsZero(),
  minProperties: int64(22).keepsZero(),
  required: list(23, string()).atomic(),
  items: ref(24, () => JSONSchemaPropsOrArray),
  allOf: list(25, () => JSONSchemaProps).atomic(),
  oneOf: list(26, () => JSONSchemaProps).atomic(),
  anyOf: list(27, () => JSONSchemaProps).atomic(),
  not: ref(28, () => JSONSchemaProps),
  properties: map(29, () => JSONSchemaProps),
  additionalProperties: ref(30, () => JSONSchemaPropsOrBool),
  patternProperties: map(31, () => JSONSchemaProps),
  dependencies: map(32, () => JSONSchemaPropsOrStringArray),
  additionalItems: ref(33, () => JSONSchemaPropsOrBool),
  definitions: map(34, () => JSONSchemaProps),
  externalDocs: ref(35, () => ExternalDocumentation),
  example: ref(36, () => JSONValue),
  nullable: boolean(37),
  'x-kubernetes-preserve-unknown-fields': boolean(38).keepsZero(),
  'x-kubernetes-embedded-resource': boolean(39),
  'x-kubernetes-int-or-string': boolean(40),
  'x-kubernetes-list-map-keys': list(41, string()).atomic(),
  'x-kubernetes-list-type': string(42).keepsZero(),
  'x-kubernetes-map-type': string(43).keepsZero(),
  'x-kubernetes-validations': list(44, () => ValidationRule)
    .mapBy('rule')
    .patch('merge', 'rule'),
});

/** Values whose JSON is one of two shapes. `items` tells the codec what the object (or a list's items) looks like. */
const either = <T>(name: string, codec: 'schemaOrArray' | 'schemaOrBool' | 'schemaOrStringArray'): NamedType<T> =>
  coded<T>(`${group}.${name}`, codec, {
    'x-kubernetes-preserve-unknown-fields': true,
    get items() {
      return JSONSchemaProps.schema;
    },
  });

export const JSONSchemaPropsOrArray: NamedType<JSONSchemaPropsOrArray> = either('JSONSchemaPropsOrArray', 'schemaOrArray');
export const JSONSchemaPropsOrBool: NamedType<JSONSchemaPropsOrBool> = either('JSONSchemaPropsOrBool', 'schemaOrBool');
export const JSONSchemaPropsOrStringArray: NamedType<JSONSchemaPropsOrStringArray> = either(
  'JSONSchemaPropsOrStringArray',
  'schemaOrStringArray',
);
