import type { Schema } from '@kajitori/schema';
import type { JSONSchemaProps } from '../apiextensions/json-schema-props.ts';
import { ObjectMeta } from '../meta/object-meta.ts';

/**
 * A CustomResourceDefinition's schema in the house's schema language. Pure. What structural schemas may not hold was refused when the
 * definition was written, and is left out here.
 */

/** Keywords that mean the same in both and hold no schemas. */
const plainKeywords = [
  'type', 'format', 'default', 'nullable', 'enum', 'pattern', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf',
  'minLength', 'maxLength', 'minItems', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties', 'required', 'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys', 'x-kubernetes-map-type', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-int-or-string',
  'x-kubernetes-embedded-resource', 'x-kubernetes-validations',
] as const; // prettier-ignore
const prose = ['title', 'description'] as const;

export interface SchemaOptions {
  /** Whether titles and descriptions are kept: only what is published needs them, and they are most of a schema. */
  prose: boolean;
}

/** The schema of a whole object: whatever the definition says of them, it has a kind, an apiVersion and standard metadata. */
export function structuralSchema(root: JSONSchemaProps, options: SchemaOptions): Schema {
  const schema = converted(root, options);
  return { ...schema, type: 'object', properties: { ...schema.properties, ...typeAndMetadata(options) } };
}

/** The schema of one field, for what validates values of it. */
export function fieldSchema(props: JSONSchemaProps): Schema {
  return converted(props, { prose: false });
}

function converted(props: JSONSchemaProps, options: SchemaOptions): Schema {
  const schema: Record<string, unknown> = {};
  for (const keyword of plainKeywords) if (props[keyword] !== undefined) schema[keyword] = props[keyword];
  if (options.prose) for (const keyword of prose) if (props[keyword] !== undefined) schema[keyword] = props[keyword];
  const { properties, additionalProperties, items, not } = props;
  if (properties !== undefined) {
    schema['properties'] = Object.fromEntries(Object.entries(properties).map(([key, child]) => [key, converted(child, options)]));
  }
  if (additionalProperties !== undefined) {
    schema['additionalProperties'] =
      typeof additionalProperties === 'boolean' ? additionalProperties : converted(additionalProperties, options);
  }
  if (items !== undefined && !Array.isArray(items)) schema['items'] = converted(items, options);
  for (const keyword of ['allOf', 'anyOf', 'oneOf'] as const) {
    const all = props[keyword];
    if (all !== undefined) schema[keyword] = all.map((child) => converted(child, options));
  }
  if (not !== undefined) schema['not'] = converted(not, options);
  if (props['x-kubernetes-embedded-resource'] === true) {
    schema['properties'] = { ...(schema['properties'] as object | undefined), ...typeAndMetadata(options) };
  }
  return schema;
}

function typeAndMetadata({ prose: withProse }: SchemaOptions): Record<string, Schema> {
  const said = (description: string): Partial<Schema> => (withProse ? { description } : {});
  return {
    apiVersion: {
      type: 'string',
      ...said('APIVersion defines the version of the schema in which the object is written, as GROUP/VERSION.'),
    },
    kind: { type: 'string', ...said('What the object is, in CamelCase.') },
    metadata: withProse
      ? { ...ObjectMeta.schema, description: "Standard object's metadata: name, labels and the like." }
      : ObjectMeta.schema,
  };
}

/** What a definition demands of names beyond what Kubernetes does; undefined where it demands nothing. */
export function metadataSchema({ properties }: JSONSchemaProps): Schema | undefined {
  const metadata = properties?.['metadata'];
  return metadata?.properties === undefined ? undefined : { ...converted(metadata, { prose: false }), additionalProperties: true };
}
