import type { Schema } from '../schema.ts';
import type { GroupVersionKind } from './api-description.ts';

/**
 * Turns schemas into OpenAPI's. A named type becomes a definition of its own and a `$ref` wherever it is used; types that
 * contain themselves need nothing special. One object gathers the definitions of one document.
 */

export type OpenApiVersion = 2 | 3;
export type Json = Record<string, unknown>;

/** Keywords that read the same everywhere. */
const plainKeywords = [
  'format', 'title', 'description', 'default', 'enum', 'pattern', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf',
  'minLength', 'maxLength', 'minItems', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties', 'required',
] as const; // prettier-ignore
/** What a field may say beside a reference. */
const fieldKeywords = ['description', 'default'] as const;

export class Definitions {
  readonly #version: OpenApiVersion;
  readonly #gvks: ReadonlyMap<string, readonly GroupVersionKind[]>;
  readonly #made = new Map<string, Json>();

  constructor(version: OpenApiVersion, gvks: ReadonlyMap<string, readonly GroupVersionKind[]>) {
    this.#version = version;
    this.#gvks = gvks;
  }

  /** Every definition that was referred to, by name. */
  get all(): Json {
    return Object.fromEntries([...this.#made].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** A reference to a named type, which becomes a definition. */
  refer(schema: Schema, name: string): Json {
    this.#define(schema, name);
    return { $ref: `#/${this.#version === 3 ? 'components/schemas' : 'definitions'}/${name}` };
  }

  #define(schema: Schema, name: string): void {
    if (this.#made.has(name)) return;
    // Set before its fields are looked at: they may lead back here.
    const definition: Json = {};
    this.#made.set(name, definition);
    const body = schema.definition ?? schema;
    // Clients of version 2 take what such an object says of some fields for all that it may have.
    const isOpen = this.#version === 2 && body.codec === undefined && body['x-kubernetes-preserve-unknown-fields'] === true;
    Object.assign(definition, isOpen ? { type: 'object' } : this.#body(body));
    const gvks = this.#gvks.get(name);
    if (gvks !== undefined) definition['x-kubernetes-group-version-kind'] = gvks;
  }

  /** A schema where it is used: by reference if it has a name. */
  #use(schema: Schema): Json {
    if (schema.typeName === undefined) return this.#body(schema);
    const reference = this.refer(schema, schema.typeName);
    const beside = this.#beside(schema);
    if (Object.keys(beside).length === 0) return reference;
    return this.#version === 3 ? { allOf: [reference], ...beside } : { ...reference, ...beside };
  }

  /** What a field adds to the type that it refers to. */
  #beside(schema: Schema): Json {
    const own = schema.definition ?? {};
    const beside: Json = {};
    for (const key of Object.keys(schema) as (keyof Schema)[]) {
      const isAddition = key.startsWith('x-kubernetes-') || (fieldKeywords as readonly string[]).includes(key);
      if (isAddition && schema[key] !== own[key] && schema[key] !== undefined) beside[key] = schema[key];
    }
    return beside;
  }

  #body(schema: Schema): Json {
    const coded = codedBody(schema, this.#version);
    if (coded !== undefined) return coded;
    const body: Json = {};
    const untyped = this.#version === 2 && isLooser(schema);
    if (schema.type !== undefined && !untyped) body.type = schema.type;
    for (const keyword of plainKeywords) {
      const said = this.#version === 2 ? saidInVersion2(schema, keyword) : schema[keyword];
      if (said !== undefined) body[keyword] = said;
    }
    for (const key of Object.keys(schema) as (keyof Schema)[])
      if (key.startsWith('x-kubernetes-') && schema[key] !== undefined) body[key] = schema[key];
    if (!untyped) this.#children(schema, body);
    if (this.#version === 3) this.#version3Only(schema, body);
    return body;
  }

  #children(schema: Schema, body: Json): void {
    const { properties, additionalProperties, items } = schema;
    if (properties !== undefined) {
      body.properties = Object.fromEntries(
        Object.keys(properties)
          .sort()
          .map((key) => [key, this.#use(properties[key] ?? {})]),
      );
    }
    if (typeof additionalProperties === 'object') body.additionalProperties = this.#use(additionalProperties);
    else if (additionalProperties === true && this.#version === 3) body.additionalProperties = true;
    if (items !== undefined) body.items = this.#use(items);
  }

  #version3Only(schema: Schema, body: Json): void {
    if (schema.nullable === true) body.nullable = true;
    for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
      const schemas = schema[key];
      if (schemas !== undefined) body[key] = schemas.map((one) => this.#use(one));
    }
    if (schema.not !== undefined) body.not = this.#use(schema.not);
    if (schema['x-kubernetes-int-or-string'] === true && schema.anyOf === undefined)
      body.oneOf ??= [{ type: 'integer' }, { type: 'string' }];
  }
}

/** Version 2 has no word for these, and a client that validates by it must not be stricter than the server. */
function isLooser(schema: Schema): boolean {
  return (
    schema.nullable === true || schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true
  );
}

/** A null is absence to clients of version 2, and is none of an enum's members. */
function saidInVersion2(schema: Schema, keyword: (typeof plainKeywords)[number]): unknown {
  if (keyword === 'enum' && schema.nullable === true) return undefined;
  if (keyword !== 'required') return schema[keyword];
  if (isLooser(schema)) return undefined;
  const required = schema.required?.filter((key) => schema.properties?.[key]?.nullable !== true) ?? [];
  return required.length === 0 ? undefined : required;
}

function codedBody(schema: Schema, version: OpenApiVersion): Json | undefined {
  const { codec, description } = schema;
  const said = description === undefined ? {} : { description };
  switch (codec) {
    case undefined:
      return undefined;
    case 'time':
    case 'microTime':
      return { ...said, type: 'string', format: 'date-time' };
    case 'duration':
      return { ...said, type: 'string' };
    case 'quantity':
      return version === 3 ? { ...said, oneOf: [{ type: 'string' }, { type: 'number' }] } : { ...said, type: 'string' };
    case 'intOrString':
      if (version === 2) return { ...said, type: 'string', format: 'int-or-string' };
      return { ...said, format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
    case 'rawExtension':
    case 'fieldsV1':
      return { ...said, type: 'object' };
    case 'json':
    case 'schemaOrArray':
    case 'schemaOrBool':
    case 'schemaOrStringArray':
      return said;
  }
}
