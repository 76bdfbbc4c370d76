import { Ajv, type ValidateFunction } from 'ajv';

/** OpenAPI's schemas as a client reads them: what they refuse, and which fields they know. */

type Json = Record<string, unknown>;

/** The schemas of one document: `components.schemas` of version 3, `definitions` of version 2. */
export type PublishedSchemas = Readonly<Record<string, Json>>;

/** Why values do not fit published schemas, by an implementation that is not ours. Schemas are compiled once. */
export class PublishedValidator {
  readonly #ajv = new Ajv({
    strict: false,
    logger: false,
    allErrors: true,
    ownProperties: true,
    unicodeRegExp: false,
    formats: checkedFormats,
  });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(schemas: PublishedSchemas) {
    const definitions = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, jsonSchemaOf(schema)]));
    this.#ajv.addSchema({ $id: 'published', definitions });
  }

  errors(name: string, value: unknown): string[] {
    let validator = this.#validators.get(name);
    if (validator === undefined) {
      validator = this.#ajv.compile({ $ref: `published#/definitions/${name}` });
      this.#validators.set(name, validator);
    }
    validator(value);
    return (validator.errors ?? []).map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
  }
}

/** Formats of which Kubernetes' clients make types; others are remarks. */
const checkedFormats = {
  int32: { type: 'number', validate: (value: number) => value >= -(2 ** 31) && value < 2 ** 31 },
  int64: { type: 'number', validate: (value: number) => Number.isInteger(value) },
  'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
  byte: (text: string) => Buffer.from(text, 'base64').toString('base64') === text,
} as const;

/** JSON Schema's words for what OpenAPI 3.0 says otherwise: nulls, exclusive bounds, and where definitions lie. */
function jsonSchemaOf(schema: Json): Json {
  const { nullable, exclusiveMinimum, exclusiveMaximum, minimum, maximum, $ref, ...rest } = schema;
  // Version 2 has no type for both; its clients go by the format.
  if (rest['format'] === 'int-or-string') delete rest['type'];
  const made: Json = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, converted(key, value)]));
  if (minimum !== undefined) made[exclusiveMinimum === true ? 'exclusiveMinimum' : 'minimum'] = minimum;
  if (maximum !== undefined) made[exclusiveMaximum === true ? 'exclusiveMaximum' : 'maximum'] = maximum;
  if (typeof $ref === 'string') made['$ref'] = `published#/definitions/${$ref.split('/').at(-1)}`;
  return nullable === true ? { anyOf: [{ type: 'null' }, made] } : made;
}

function converted(key: string, value: unknown): unknown {
  if (key === 'properties')
    return Object.fromEntries(Object.entries(value as Json).map(([name, one]) => [name, jsonSchemaOf(one as Json)]));
  if (key === 'allOf' || key === 'anyOf' || key === 'oneOf') return (value as Json[]).map(jsonSchemaOf);
  if (key === 'items' || key === 'not' || (key === 'additionalProperties' && typeof value === 'object')) return jsonSchemaOf(value as Json);
  return value;
}

/** Paths of the fields of a value that its published schema does not know, as kubectl looks for them before it sends a manifest. */
export function unknownFields(schemas: PublishedSchemas, schema: Json, value: unknown, path = ''): string[] {
  const { $ref, allOf, properties, additionalProperties, items } = schema as {
    $ref?: string;
    allOf?: Json[];
    properties?: Record<string, Json>;
    additionalProperties?: Json | boolean;
    items?: Json;
  };
  if ($ref !== undefined) return unknownFields(schemas, schemas[$ref.split('/').at(-1) ?? ''] ?? {}, value, path);
  const [only] = allOf ?? [];
  if (properties === undefined && only?.['$ref'] !== undefined) return unknownFields(schemas, only, value, path);
  if (Array.isArray(value)) {
    return items === undefined ? [] : value.flatMap((item, at) => unknownFields(schemas, items, item, `${path}[${at}]`));
  }
  if (typeof value !== 'object' || value === null || schema['x-kubernetes-preserve-unknown-fields'] === true) return [];
  return Object.entries(value).flatMap(([key, field]) => {
    const known = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (known !== undefined) return unknownFields(schemas, known, field, `${path}.${key}`);
    if (typeof additionalProperties === 'object') return unknownFields(schemas, additionalProperties, field, `${path}.${key}`);
    return properties === undefined || additionalProperties === true ? [] : [`${path}.${key}`];
  });
}
