import fc from 'fast-check';
import { normalize } from './normalize/normalize.ts';
import type { Codec, Schema } from './schema.ts';

/**
 * Structural schemas as a CustomResourceDefinition may have them, and values that mostly fit them. What a schema says is chosen so that
 * values can be made for it; what a value gets wrong (types, nulls, unknown fields, missing ones) is chosen too.
 */

const names = ['a', 'b', 'with-dash', 'constructor', '1'];
const depthMax = 3;

/** An object with a `spec` and a `status`, which any schema may follow. */
export function randomStructural(): fc.Arbitrary<Schema> {
  return fc
    .record({ spec: node(depthMax, { canDefault: true }), status: node(1, { canDefault: false }), strict: fc.boolean() })
    .map(({ spec, status, strict }) =>
      Object.assign({ type: 'object' as const, properties: { spec, status } }, strict ? { required: ['spec'] } : {}),
    );
}

interface Place {
  canDefault: boolean;
}

function node(depth: number, place: Place): fc.Arbitrary<Schema> {
  const leaves = [text, whole, real, fc.constant<Schema>({ type: 'boolean' }), intOrString, anything];
  const branches = depth <= 0 ? [] : [struct(depth), struct(depth), map(depth), list(depth), set, keyedList(depth), embedded];
  const bare = fc.oneof(...leaves, ...branches);
  return fc.record({ schema: bare, isNullable: chance(4), hasDefault: chance(place.canDefault ? 4 : Infinity) }).chain((made) => {
    const schema = made.isNullable ? { ...made.schema, nullable: true } : made.schema;
    return made.hasDefault
      ? fitting(schema).map((value) => Object.assign({}, schema, { default: pruned(schema, value) }))
      : fc.constant(schema);
  });
}

/** A definition whose defaults have unknown fields is refused. */
function pruned(schema: Schema, value: unknown): unknown {
  return normalize(schema, structuredClone(value), { unknown: 'drop' }).value;
}

const chance = (oneIn: number): fc.Arbitrary<boolean> =>
  Number.isFinite(oneIn) ? fc.integer({ min: 1, max: oneIn }).map((drawn) => drawn === 1) : fc.constant(false);

const text: fc.Arbitrary<Schema> = fc
  .constantFrom<Omit<Schema, 'type'>>(
    {},
    { minLength: 1 },
    { maxLength: 3 },
    { enum: ['a', 'b', ''] },
    { pattern: '^[a-c]*$' },
    { format: 'date-time' },
    { format: 'ipv4' },
    { format: 'byte' },
    { format: 'made-up' },
    { anyOf: [{ minLength: 2 }, { pattern: '^a' }] },
    { not: { enum: ['b'] } },
  )
  .map((rules) => Object.assign({ type: 'string' as const }, rules));

const whole: fc.Arbitrary<Schema> = fc
  .constantFrom<Omit<Schema, 'type'>>(
    {},
    { format: 'int32' },
    { format: 'int64', minimum: 0 },
    { maximum: 3, exclusiveMaximum: true },
    { minimum: 1, exclusiveMinimum: true },
    { multipleOf: 2 },
    { enum: [1, 2, 3] },
    { oneOf: [{ maximum: 1 }, { minimum: 3 }] },
  )
  .map((rules) => Object.assign({ type: 'integer' as const }, rules));

const real: fc.Arbitrary<Schema> = fc
  .constantFrom<Omit<Schema, 'type'>>({}, { minimum: 0.5 }, { format: 'double', maximum: 10 }, { enum: [0, 1.5] })
  .map((rules) => Object.assign({ type: 'number' as const }, rules));

const intOrString: fc.Arbitrary<Schema> = fc.constantFrom<Schema>(
  { 'x-kubernetes-int-or-string': true },
  { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
  { 'x-kubernetes-int-or-string': true, allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { pattern: '^[a-z]*$' }] },
  { 'x-kubernetes-int-or-string': true, pattern: '^([0-9]+|a+)$', maximum: 5 },
);

const anything: fc.Arbitrary<Schema> = fc.constantFrom<Schema>(
  { 'x-kubernetes-preserve-unknown-fields': true },
  { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  { type: 'object' },
);

const embedded: fc.Arbitrary<Schema> = fc.constantFrom<Schema>(
  { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
  { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: { type: 'object' }, kind: { type: 'string' } } },
);

function struct(depth: number): fc.Arbitrary<Schema> {
  return fc
    .record({
      keys: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }),
      fields: fc.array(node(depth - 1, { canDefault: true }), { minLength: 4, maxLength: 4 }),
      required: chance(3),
      preserves: chance(5),
      junctor: fc.constantFrom('none', 'none', 'anyOf', 'oneOf', 'not', 'allOf'),
      atMost: chance(8),
    })
    .map(({ keys, fields, required, preserves, junctor, atMost }) => {
      const [first = 'a', second = first] = keys;
      const restriction: Partial<Schema> =
        junctor === 'none'
          ? {}
          : junctor === 'not'
            ? { not: { required: [...new Set([first, second])] } }
            : alternatives(junctor, first, second);
      const schema: Schema = { type: 'object', properties: Object.fromEntries(keys.map((key, at) => [key, fields[at] ?? {}])) };
      if (required) schema.required = [first];
      if (preserves) schema['x-kubernetes-preserve-unknown-fields'] = true;
      if (atMost) Object.assign(schema, { maxProperties: 2, 'x-kubernetes-map-type': 'atomic' });
      return Object.assign(schema, restriction);
    });
}

function alternatives(junctor: string, first: string, second: string): Partial<Schema> {
  return { [junctor]: [{ required: [first] }, { required: [second], properties: { [second]: {} } }] };
}

function map(depth: number): fc.Arbitrary<Schema> {
  return fc.record({ values: node(depth - 1, { canDefault: false }), some: chance(4) }).map(({ values, some }) => ({
    type: 'object',
    additionalProperties: values,
    minProperties: some ? 1 : 0,
  }));
}

function list(depth: number): fc.Arbitrary<Schema> {
  return fc
    .record({ items: node(depth - 1, { canDefault: false }), bounds: fc.constantFrom({}, { minItems: 1 }, { maxItems: 2 }) })
    .map(({ items, bounds }) => Object.assign({ type: 'array' as const, items }, bounds));
}

const set: fc.Arbitrary<Schema> = fc.oneof(text, whole).map((items) => ({ type: 'array', items, 'x-kubernetes-list-type': 'set' }));

function keyedList(depth: number): fc.Arbitrary<Schema> {
  return fc.record({ value: node(depth - 1, { canDefault: true }), isDefaulted: fc.boolean() }).map(({ value, isDefaulted }) => ({
    type: 'array',
    items: {
      type: 'object',
      properties: { name: { type: 'string' }, port: { type: 'integer', ...(isDefaulted ? { default: 80 } : {}) }, value },
      required: isDefaulted ? ['name'] : ['name', 'port'],
    },
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name', 'port'],
  }));
}

/** A value of a built-in type as deep as that, that mostly fits and has optional fields now and then. */
export function fittingBuiltIn(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const coded = schema.codec === undefined ? undefined : ofCodec[schema.codec];
  if (coded !== undefined) return coded;
  if (schema.type === 'array')
    return depth <= 0 ? fc.constant([]) : fc.array(fittingBuiltIn(schema.items ?? {}, depth - 1), { maxLength: 2 });
  if (schema.type !== 'object') return fitting(schema);
  const { properties = {}, additionalProperties, required = [] } = schema;
  if (typeof additionalProperties === 'object') {
    return fc.dictionary(fc.constantFrom('a', 'b'), fittingBuiltIn(additionalProperties, depth - 1), { maxKeys: 2 });
  }
  const keys = Object.keys(properties);
  // Where these are absent, what lies below is often missed.
  const always = keys.filter((key) => required.includes(key) || ['spec', 'template', 'selector'].includes(key));
  const optional = depth <= 0 ? [] : keys.filter((key) => !always.includes(key));
  return fc
    .subarray(optional, { maxLength: Math.min(6, optional.length) })
    .chain((chosen) =>
      fc.record(Object.fromEntries([...always, ...chosen].map((key) => [key, fittingBuiltIn(properties[key] ?? {}, depth - 1)]))),
    );
}

const ofCodec: Readonly<Record<Codec, fc.Arbitrary<unknown>>> = {
  time: fc.constantFrom('2024-01-02T03:04:05Z', '2024-01-02T05:04:05+02:00', null),
  microTime: fc.constantFrom('2024-01-02T03:04:05.000006Z', null),
  quantity: fc.constantFrom<unknown>('1', '500m', '1Gi', '0.5', 3, 1.5),
  duration: fc.constantFrom('1s', '2m30s'),
  intOrString: fc.constantFrom<unknown>(1, '25%', 'http'),
  rawExtension: fc.constantFrom({}, { apiVersion: 'v1', kind: 'X', more: [1] }),
  fieldsV1: fc.constant({ 'f:metadata': {} }),
  json: fc.jsonValue({ maxDepth: 2 }),
  schemaOrArray: fc.constantFrom<unknown>({ type: 'string' }, [{ type: 'string' }]),
  schemaOrBool: fc.constantFrom<unknown>(true, { type: 'string' }),
  schemaOrStringArray: fc.constantFrom<unknown>(['a'], { type: 'string' }),
};

/** A value of the schema's type that breaks a rule now and then. */
export function fitting(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema['x-kubernetes-embedded-resource'] === true) return fc.constantFrom(configMap, { ...configMap, spec: {} }, { kind: 'X' });
  if (schema['x-kubernetes-int-or-string'] === true) return fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom('', 'a', 'aa'));
  switch (schema.type) {
    case undefined:
      return fc.jsonValue({ maxDepth: 2 });
    case 'string':
      return texts(schema);
    case 'integer':
      return fc.integer({ min: -2, max: 6 });
    case 'number':
      return fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constantFrom(0.5, 1.5, -1e9));
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(perhaps(schema.items ?? {}), { maxLength: 3 });
    case 'object':
      return objects(schema);
  }
}

const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'inner', labels: { a: 'b' } } };

function texts({ format }: Schema): fc.Arbitrary<string> {
  const plain = fc.constantFrom('', 'a', 'ab', 'abc', 'd', 'äöü😀');
  switch (format) {
    case 'date-time':
      return fc.constantFrom('2024-01-02T03:04:05Z', '2024-01-02T03:04:05.678+01:00', 'a');
    case 'ipv4':
      return fc.constantFrom('10.0.0.1', '1.1');
    case 'byte':
      return fc.constantFrom('', 'YQ==', '?');
    default:
      return plain;
  }
}

function objects(schema: Schema): fc.Arbitrary<unknown> {
  const { properties = {}, additionalProperties } = schema;
  const known = fc.record(Object.fromEntries(Object.entries(properties).map(([key, child]) => [key, perhaps(child)])), {
    requiredKeys: (schema.required ?? []).filter((key) => Object.hasOwn(properties, key)),
  });
  const others =
    typeof additionalProperties === 'object'
      ? fc.dictionary(fc.constantFrom(...names), perhaps(additionalProperties), { maxKeys: 3 })
      : fc.oneof({ weight: 5, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.constant({ unknown: { deep: [1, null] } }) });
  return fc.tuple(others, known).map(([other, own]) => Object.assign({}, other, own));
}

/** Mostly a value that fits, and anything else sometimes. */
function perhaps(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 20, arbitrary: fitting(schema) },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>('x', 7, true, [], {}, [null], 2 ** 40, -0.25) },
  );
}
