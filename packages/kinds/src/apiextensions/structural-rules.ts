import { type FieldError, forbiddenField, invalid, notSupported, required } from '@kajitori/apimachinery';
import { patternError } from '@kajitori/schema';
import { defaultErrors } from './default-rules.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { listTypeErrors, mapTypeErrors } from './list-type-rules.ts';
import { validationRuleErrors } from './validation-rule-rules.ts';

/**
 * What makes a schema structural, in Kubernetes' words: every field says its type outside of `allOf`, `anyOf`, `oneOf` and `not`, which only
 * restrict values. https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */

type Level = 'root' | 'item' | 'field';

/** More than this many things wrong with one schema help nobody. */
const errorsMax = 100;

export function structuralErrors(schema: JSONSchemaProps, field: string): FieldError[] {
  const errors: FieldError[] = [];
  schemaErrors(schema, field, errors);
  structureErrors(schema, 'root', field, errors);
  completenessErrors(schema, field, errors);
  if (errors.length === 0) errors.push(...defaultErrors(schema, field), ...validationRuleErrors(schema, field));
  return errors.slice(0, errorsMax);
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
/** Keywords of JSON Schema that have no place in an API. */
const unsupported = ['$ref', 'id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies'] as const;

/** The rules that hold for a schema wherever it stands. */
function schemaErrors(schema: JSONSchemaProps, field: string, errors: FieldError[]): void {
  if (errors.length > errorsMax) return;
  for (const keyword of unsupported) {
    if (schema[keyword] !== undefined) errors.push(forbiddenField(`${field}.${keyword}`, `${keyword} is not supported`));
  }
  const { type, items, additionalProperties, properties = {} } = schema;
  if (type === 'null') errors.push(forbiddenField(`${field}.type`, 'type cannot be set to null, use nullable as an alternative'));
  else if (type !== undefined && type !== '' && !types.includes(type)) errors.push(notSupported(`${field}.type`, type, types));
  if (Array.isArray(items)) errors.push(forbiddenField(`${field}.items`, 'items must be a schema object and not an array'));
  if (schema.uniqueItems === true) {
    errors.push(forbiddenField(`${field}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'));
  }
  if (additionalProperties === false) {
    errors.push(forbiddenField(`${field}.additionalProperties`, 'additionalProperties cannot be set to false'));
  } else if (additionalProperties !== undefined && Object.keys(properties).length > 0) {
    errors.push(forbiddenField(`${field}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'));
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.push(invalid(`${field}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  }
  errors.push(...listTypeErrors(schema, field), ...mapTypeErrors(schema, field));
  for (const [child, path] of childrenOf(schema, field)) schemaErrors(child, path, errors);
}

/** Every schema directly inside another. */
function childrenOf(schema: JSONSchemaProps, field: string): [JSONSchemaProps, string][] {
  const { properties = {}, additionalProperties, items, not } = schema;
  const children: [JSONSchemaProps, string][] = Object.entries(properties).map(([key, child]) => [child, `${field}.properties[${key}]`]);
  if (typeof additionalProperties === 'object') children.push([additionalProperties, `${field}.additionalProperties`]);
  if (items !== undefined && !Array.isArray(items)) children.push([items, `${field}.items`]);
  if (not !== undefined) children.push([not, `${field}.not`]);
  for (const junctor of junctors) {
    for (const [at, child] of (schema[junctor] ?? []).entries()) children.push([child, `${field}.${junctor}[${at}]`]);
  }
  return children;
}

const junctors = ['allOf', 'anyOf', 'oneOf'] as const;

function structureErrors(schema: JSONSchemaProps, level: Level, field: string, errors: FieldError[]): void {
  if (errors.length > errorsMax) return;
  const { type = '', items, properties = {}, additionalProperties } = schema;
  if (type === 'array' && items === undefined) errors.push(required(`${field}.items`, 'must be specified'));
  if (items !== undefined && !Array.isArray(items)) structureErrors(items, 'item', `${field}.items`, errors);
  for (const [key, child] of Object.entries(properties)) structureErrors(child, 'field', `${field}.properties[${key}]`, errors);
  if (additionalProperties !== undefined) {
    if (level === 'root') errors.push(forbiddenField(`${field}.additionalProperties`, 'must not be used at the root'));
    if (typeof additionalProperties === 'object') structureErrors(additionalProperties, 'field', `${field}.additionalProperties`, errors);
  }
  extensionErrors(schema, field, errors);
  typeErrors(schema, level, field, errors);
  metadataErrors(schema, level, field, errors);
  valueErrors(schema, field, errors, { skipsAnyOf: isIntOrString(schema.anyOf), skipsFirstAllOf: isIntOrString(schema.allOf?.[0]?.anyOf) });
}

function extensionErrors(schema: JSONSchemaProps, field: string, errors: FieldError[]): void {
  if (schema['x-kubernetes-int-or-string'] !== true) return;
  for (const extension of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const) {
    if (schema[extension] === true)
      errors.push(invalid(`${field}.${extension}`, true, 'must be false if x-kubernetes-int-or-string is true'));
  }
  if (schema.type !== undefined && schema.type !== '')
    errors.push(invalid(`${field}.type`, schema.type, 'must be empty if x-kubernetes-int-or-string is true'));
}

const missingTypes: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function typeErrors(schema: JSONSchemaProps, level: Level, field: string, errors: FieldError[]): void {
  const { type = '', properties = {}, additionalProperties } = schema;
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema['x-kubernetes-embedded-resource'] === true) {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    if (type === '') errors.push(required(`${field}.type`, detail));
    else if (type !== 'object') errors.push(invalid(`${field}.type`, type, detail));
    if (additionalProperties !== undefined)
      errors.push(forbiddenField(`${field}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'));
    if (!preserves && Object.keys(properties).length === 0) {
      const missing = 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
      errors.push(required(`${field}.properties`, missing));
    }
  } else if (type === '' && schema['x-kubernetes-int-or-string'] !== true && !preserves) {
    errors.push(required(`${field}.type`, missingTypes[level]));
  }
  if (level === 'root' && type !== '' && type !== 'object') errors.push(invalid(`${field}.type`, type, 'must be object at the root'));
}

/** A whole object has its kind, apiVersion and metadata from Kubernetes; of the metadata, a schema may only restrict the name. */
function metadataErrors(schema: JSONSchemaProps, level: Level, field: string, errors: FieldError[]): void {
  const isObject = level === 'root' || schema['x-kubernetes-embedded-resource'] === true;
  if (!isObject) return;
  const { properties = {} } = schema;
  for (const key of ['kind', 'apiVersion']) {
    const type = properties[key]?.type;
    if (properties[key] !== undefined && type !== 'string')
      errors.push(invalid(`${field}.properties[${key}].type`, type ?? '', 'must be string'));
  }
  const { metadata } = properties;
  if (metadata === undefined) return;
  const path = `${field}.properties[metadata]`;
  if (metadata.type !== 'object') errors.push(invalid(`${path}.type`, metadata.type ?? '', 'must be object'));
  const { type: _type, properties: named = {}, description: _description, ...rest } = metadata;
  const restrictsNamesOnly = Object.keys(named).every((key) => key === 'name' || key === 'generateName');
  if (level === 'root' && (!restrictsNamesOnly || Object.keys(rest).length > 0)) {
    const detail = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
    errors.push(forbiddenField(path, detail));
  }
}

/** The one form in which a value's type may stand inside `anyOf`. */
function isIntOrString(anyOf: readonly JSONSchemaProps[] | undefined): boolean {
  return JSON.stringify(anyOf) === '[{"type":"integer"},{"type":"string"}]';
}

function valueErrors(
  schema: JSONSchemaProps,
  field: string,
  errors: FieldError[],
  { skipsAnyOf, skipsFirstAllOf }: { skipsAnyOf: boolean; skipsFirstAllOf: boolean },
): void {
  for (const junctor of junctors) {
    if (junctor === 'anyOf' && skipsAnyOf) continue;
    for (const [at, child] of (schema[junctor] ?? []).entries()) {
      nestedErrors(child, `${field}.${junctor}[${at}]`, errors, junctor === 'allOf' && at === 0 && skipsFirstAllOf);
    }
  }
  if (schema.not !== undefined) nestedErrors(schema.not, `${field}.not`, errors, false);
  if (schema.pattern !== undefined && schema.pattern !== '') {
    const why = patternError(schema.pattern);
    if (why !== undefined)
      errors.push(invalid(`${field}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: ${why}`));
  }
}

const structure = {
  type: 'empty', title: 'empty', description: 'empty', default: 'undefined', nullable: 'false', externalDocs: 'undefined', additionalProperties: 'undefined',
  'x-kubernetes-preserve-unknown-fields': 'false', 'x-kubernetes-embedded-resource': 'false', 'x-kubernetes-int-or-string': 'false',
  'x-kubernetes-list-map-keys': 'empty', 'x-kubernetes-list-type': 'undefined', 'x-kubernetes-map-type': 'undefined', 'x-kubernetes-validations': 'empty',
} as const; // prettier-ignore

/** Inside a junctor only values are restricted: nothing there says what a field is. */
function nestedErrors(schema: JSONSchemaProps, field: string, errors: FieldError[], skipsAnyOf: boolean): void {
  if (errors.length > errorsMax) return;
  for (const keyword of Object.keys(structure) as (keyof typeof structure)[]) {
    const value = schema[keyword];
    if (value !== undefined && value !== '' && value !== false)
      errors.push(forbiddenField(`${field}.${keyword}`, `must be ${structure[keyword]} to be structural`));
  }
  const { items, properties = {} } = schema;
  if (items !== undefined && !Array.isArray(items)) nestedErrors(items, `${field}.items`, errors, false);
  for (const [key, child] of Object.entries(properties)) nestedErrors(child, `${field}.properties[${key}]`, errors, false);
  if (properties['metadata'] !== undefined)
    errors.push(forbiddenField(`${field}.properties[metadata]`, 'must not be specified in a nested context'));
  valueErrors(schema, field, errors, { skipsAnyOf, skipsFirstAllOf: false });
}

/** Whatever a junctor speaks of is specified outside of it. */
function completenessErrors(schema: JSONSchemaProps, field: string, errors: FieldError[]): void {
  for (const junctor of junctors) {
    for (const [at, child] of (schema[junctor] ?? []).entries())
      specifiedErrors(child, schema, { nested: `${field}.${junctor}[${at}]`, field }, errors);
  }
  if (schema.not !== undefined) specifiedErrors(schema.not, schema, { nested: `${field}.not`, field }, errors);
  const { items, properties = {}, additionalProperties } = schema;
  if (items !== undefined && !Array.isArray(items)) completenessErrors(items, `${field}.items`, errors);
  for (const [key, child] of Object.entries(properties)) completenessErrors(child, `${field}.properties[${key}]`, errors);
  if (typeof additionalProperties === 'object') completenessErrors(additionalProperties, `${field}.additionalProperties`, errors);
}

function specifiedErrors(
  nested: JSONSchemaProps,
  outside: JSONSchemaProps,
  paths: { nested: string; field: string },
  errors: FieldError[],
): void {
  if (errors.length > errorsMax) return;
  for (const [key, child] of Object.entries(nested.properties ?? {})) {
    const known = outside.properties?.[key];
    const below = { nested: `${paths.nested}.properties[${key}]`, field: `${paths.field}.properties[${key}]` };
    if (known === undefined) errors.push(required(below.field, `because it is defined in ${below.nested}`));
    else specifiedErrors(child, known, below, errors);
  }
  const { items } = nested;
  if (items !== undefined && !Array.isArray(items)) {
    const below = { nested: `${paths.nested}.items`, field: `${paths.field}.items` };
    const known = outside.items;
    if (known === undefined || Array.isArray(known)) errors.push(required(below.field, `because it is defined in ${below.nested}`));
    else specifiedErrors(items, known, below, errors);
  }
  for (const junctor of junctors) {
    for (const [at, child] of (nested[junctor] ?? []).entries())
      specifiedErrors(child, outside, { nested: `${paths.nested}.${junctor}[${at}]`, field: paths.field }, errors);
  }
  if (nested.not !== undefined) specifiedErrors(nested.not, outside, { nested: `${paths.nested}.not`, field: paths.field }, errors);
}
