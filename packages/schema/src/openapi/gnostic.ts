import { boolean, double, int64, list, type NamedType, object, ref, string } from '../builder.ts';
import { encodeProtobuf } from '../protobuf/protobuf.ts';
import { isRecord } from '../walk/compiled.ts';
import type { Json } from './definitions.ts';

/**
 * OpenAPI v2 in gnostic's protobuf form, the only one in which kubectl asks for `/openapi/v2`. The messages are those of
 * gnostic's OpenAPIv2.proto, as far as a Kubernetes document uses them, written with the builder like any other.
 */

const Any = object('openapi.v2.Any', { yaml: string(2) });
const NamedAny = object('openapi.v2.NamedAny', { name: string(1), value: ref(2, () => Any) });
const extensions = (number: number): { vendor_extension: ReturnType<typeof list> } => ({ vendor_extension: list(number, () => NamedAny) });

const Schema: NamedType<unknown> = object('openapi.v2.Schema', {
  $ref: string(1),
  format: string(2),
  title: string(3),
  description: string(4),
  default: ref(5, () => Any),
  multipleOf: double(6),
  maximum: double(7),
  exclusiveMaximum: boolean(8),
  minimum: double(9),
  exclusiveMinimum: boolean(10),
  maxLength: int64(11),
  minLength: int64(12),
  pattern: string(13),
  maxItems: int64(14),
  minItems: int64(15),
  uniqueItems: boolean(16),
  maxProperties: int64(17),
  minProperties: int64(18),
  required: list(19, string()),
  enum: list(20, () => Any),
  additionalProperties: ref(21, () => AdditionalProperties),
  type: ref(22, () => Strings),
  items: ref(23, () => Items),
  allOf: list(24, () => Schema),
  properties: ref(25, () => Definitions),
  ...extensions(31),
});
const AdditionalProperties = object('openapi.v2.AdditionalPropertiesItem', { schema: ref(1, () => Schema), boolean: boolean(2) });
const Strings = object('openapi.v2.StringArray', { value: list(1, string()) });
const Items = object('openapi.v2.ItemsItem', { schema: list(1, () => Schema) });
const NamedSchema = object('openapi.v2.NamedSchema', { name: string(1), value: ref(2, () => Schema) });
const Definitions = object('openapi.v2.Definitions', { additional_properties: list(1, () => NamedSchema) });

const BodyParameter = object('openapi.v2.BodyParameter', {
  description: string(1),
  name: string(2),
  in: string(3),
  required: boolean(4),
  schema: ref(5, () => Schema),
});
const PrimitivesItems = object('openapi.v2.PrimitivesItems', { type: string(1), format: string(2) });
const QueryParameter = object('openapi.v2.QueryParameterSubSchema', {
  required: boolean(1),
  in: string(2),
  description: string(3),
  name: string(4),
  type: string(6),
  items: ref(8, () => PrimitivesItems),
  uniqueItems: boolean(20),
});
const PathParameter = object('openapi.v2.PathParameterSubSchema', {
  required: boolean(1),
  in: string(2),
  description: string(3),
  name: string(4),
  type: string(5),
  uniqueItems: boolean(19),
});
const NonBodyParameter = object('openapi.v2.NonBodyParameter', { query: ref(3, () => QueryParameter), path: ref(4, () => PathParameter) });
const Parameter = object('openapi.v2.Parameter', { body: ref(1, () => BodyParameter), nonBody: ref(2, () => NonBodyParameter) });
const ParametersItem = object('openapi.v2.ParametersItem', { parameter: ref(1, () => Parameter) });

const SchemaItem = object('openapi.v2.SchemaItem', { schema: ref(1, () => Schema) });
const Response = object('openapi.v2.Response', { description: string(1), schema: ref(2, () => SchemaItem) });
const ResponseValue = object('openapi.v2.ResponseValue', { response: ref(1, () => Response) });
const NamedResponseValue = object('openapi.v2.NamedResponseValue', { name: string(1), value: ref(2, () => ResponseValue) });
const Responses = object('openapi.v2.Responses', { response_code: list(1, () => NamedResponseValue) });

const Operation = object('openapi.v2.Operation', {
  tags: list(1, string()),
  description: string(3),
  operationId: string(5),
  produces: list(6, string()),
  consumes: list(7, string()),
  parameters: list(8, () => ParametersItem),
  responses: ref(9, () => Responses),
  schemes: list(10, string()),
  ...extensions(13),
});
const PathItem = object('openapi.v2.PathItem', {
  get: ref(2, () => Operation),
  put: ref(3, () => Operation),
  post: ref(4, () => Operation),
  delete: ref(5, () => Operation),
  options: ref(6, () => Operation),
  head: ref(7, () => Operation),
  patch: ref(8, () => Operation),
  parameters: list(9, () => ParametersItem),
});
const NamedPathItem = object('openapi.v2.NamedPathItem', { name: string(1), value: ref(2, () => PathItem) });
const Paths = object('openapi.v2.Paths', { path: list(2, () => NamedPathItem) });

const Info = object('openapi.v2.Info', { title: string(1), version: string(2) });
const ApiKeySecurity = object('openapi.v2.ApiKeySecurity', { type: string(1), name: string(2), in: string(3), description: string(4) });
const SecurityItem = object('openapi.v2.SecurityDefinitionsItem', { apiKey: ref(2, () => ApiKeySecurity) });
const NamedSecurity = object('openapi.v2.NamedSecurityDefinitionsItem', { name: string(1), value: ref(2, () => SecurityItem) });
const SecurityDefinitions = object('openapi.v2.SecurityDefinitions', { additional_properties: list(1, () => NamedSecurity) });
const NamedStrings = object('openapi.v2.NamedStringArray', { name: string(1), value: ref(2, () => Strings) });
const SecurityRequirement = object('openapi.v2.SecurityRequirement', { additional_properties: list(1, () => NamedStrings) });

const Document = object('openapi.v2.Document', {
  swagger: string(1),
  info: ref(2, () => Info),
  paths: ref(8, () => Paths),
  definitions: ref(9, () => Definitions),
  security: list(12, () => SecurityRequirement),
  securityDefinitions: ref(13, () => SecurityDefinitions),
});

/** A document that `openApiV2` made, as `application/com.github.proto-openapi.spec.v2@v1.0+protobuf`. */
export function encodeOpenApiV2(document: Json): Uint8Array {
  const { paths, definitions, security, securityDefinitions, ...rest } = document;
  return encodeProtobuf(Document.schema, {
    ...rest,
    paths: { path: namedList(paths, pathItem) },
    definitions: { additional_properties: namedList(definitions, schemaMessage) },
    security: (security as Json[]).map((one) => ({ additional_properties: namedList(one, (value) => ({ value })) })),
    securityDefinitions: { additional_properties: namedList(securityDefinitions, (apiKey) => ({ apiKey })) },
  });
}

/** Paths and definitions alone: bytes that stand behind a whole document's add to it. */
export function encodeOpenApiV2Part({ paths, definitions }: Json): Uint8Array {
  return encodeProtobuf(Document.schema, {
    paths: { path: namedList(paths, pathItem) },
    definitions: { additional_properties: namedList(definitions, schemaMessage) },
  });
}

function namedList(map: unknown, convert: (value: unknown) => unknown): { name: string; value: unknown }[] {
  return Object.entries(map as Json).map(([name, value]) => ({ name, value: convert(value) }));
}

const any = (value: unknown): { yaml: string } => ({ yaml: JSON.stringify(value) });

function extensionsOf(json: Json): { name: string; value: unknown }[] {
  return Object.entries(json).flatMap(([name, value]) => (name.startsWith('x-') ? [{ name, value: any(value) }] : []));
}

/** Converts the keywords whose message differs from their JSON; the others are taken as they are. */
function schemaMessage(value: unknown): unknown {
  const schema = value as Json;
  const { default: fallback, enum: members, additionalProperties, type, items, allOf, properties } = schema;
  return {
    ...schema,
    default: fallback === undefined ? undefined : any(fallback),
    enum: Array.isArray(members) ? members.map(any) : undefined,
    additionalProperties: isRecord(additionalProperties) ? { schema: schemaMessage(additionalProperties) } : undefined,
    type: type === undefined ? undefined : { value: [type] },
    items: items === undefined ? undefined : { schema: [schemaMessage(items)] },
    allOf: Array.isArray(allOf) ? allOf.map(schemaMessage) : undefined,
    properties: properties === undefined ? undefined : { additional_properties: namedList(properties, schemaMessage) },
    vendor_extension: extensionsOf(schema),
  };
}

function pathItem(value: unknown): unknown {
  const { parameters = [], ...operations } = value as Json;
  const made: Json = { parameters: (parameters as Json[]).map(parameter) };
  for (const [method, operation] of Object.entries(operations)) made[method] = operationMessage(operation as Json);
  return made;
}

function operationMessage(operation: Json): unknown {
  return {
    ...operation,
    parameters: ((operation.parameters ?? []) as Json[]).map(parameter),
    responses: { response_code: namedList(operation.responses, responseMessage) },
    vendor_extension: extensionsOf(operation),
  };
}

function responseMessage(value: unknown): unknown {
  const { description, schema } = value as Json;
  return { response: { description, ...(schema === undefined ? {} : { schema: { schema: schemaMessage(schema) } }) } };
}

function parameter(json: Json): unknown {
  if (json.in === 'body') return { parameter: { body: { ...json, schema: schemaMessage(json.schema) } } };
  return { parameter: { nonBody: json.in === 'path' ? { path: json } : { query: json } } };
}
