import { describe, expect, it } from 'vitest';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { structuralErrors } from './structural-rules.ts';

const said = (properties: Record<string, JSONSchemaProps>, root: JSONSchemaProps = {}): string[] =>
  structuralErrors({ type: 'object', properties, ...root }, 'schema').map(({ field, message }) => `${field}: ${message}`);

describe('a structural schema', () => {
  it('passes in all the forms that Kubernetes documents', () => {
    expect(
      said(
        {
          metadata: { type: 'object', properties: { name: { type: 'string', pattern: '^a' } } },
          spec: {
            type: 'object',
            required: ['port'],
            properties: {
              port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }], default: 80 },
              any: { 'x-kubernetes-preserve-unknown-fields': true },
              labels: { type: 'object', additionalProperties: { type: 'string' }, default: { a: 'b' } },
              pod: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
              list: {
                type: 'array',
                'x-kubernetes-list-type': 'map',
                'x-kubernetes-list-map-keys': ['name', 'kind'],
                items: {
                  type: 'object',
                  required: ['name'],
                  properties: { name: { type: 'string' }, kind: { type: 'string', default: 'a' } },
                },
              },
            },
            oneOf: [{ required: ['any'] }, { properties: { port: { minimum: 1 } } }],
          },
        },
        { required: ['spec'] },
      ),
    ).toEqual([]);
  });

  it.each<[string, Record<string, JSONSchemaProps>, string[]]>([
    ['a field without a type', { a: {} }, ['schema.properties[a].type: Required value: must not be empty for specified object fields']],
    [
      'items without a type',
      { a: { type: 'array', items: {} } },
      ['schema.properties[a].items.type: Required value: must not be empty for specified array items'],
    ],
    ['an array without items', { a: { type: 'array' } }, ['schema.properties[a].items: Required value: must be specified']],
    [
      'a type inside a junctor',
      { a: { type: 'string', anyOf: [{ type: 'string' }] } },
      ['schema.properties[a].anyOf[0].type: Forbidden: must be empty to be structural'],
    ],
    [
      'a field that only a junctor knows',
      { a: { type: 'object', not: { properties: { b: { minimum: 1 } } } } },
      ['schema.properties[a].properties[b]: Required value: because it is defined in schema.properties[a].not.properties[b]'],
    ],
    [
      'properties beside additional ones',
      { a: { type: 'object', properties: { b: { type: 'string' } }, additionalProperties: { type: 'string' } } },
      ['schema.properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive'],
    ],
    [
      'unique items',
      { a: { type: 'array', items: { type: 'string' }, uniqueItems: true } },
      ['schema.properties[a].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic'],
    ],
    ['a reference', { a: { type: 'object', $ref: '#/x' } }, ['schema.properties[a].$ref: Forbidden: $ref is not supported']],
    [
      'metadata that is not only about names',
      { metadata: { type: 'object', properties: { labels: { type: 'object' } } } },
      [
        'schema.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
      ],
    ],
    [
      'an unknown type',
      { a: { type: 'text' } },
      [
        'schema.properties[a].type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"',
      ],
    ],
    [
      'a default of another type',
      { a: { type: 'integer', default: 'x' } },
      ['schema.properties[a].default: Invalid value: "string": schema.properties[a].default in body must be of type integer: "string"'],
    ],
    [
      'a default with fields that nobody knows',
      { a: { type: 'object', properties: {}, default: { b: 1 } } },
      ['schema.properties[a].default: Invalid value: {"b":1}: must not have unknown fields'],
    ],
    [
      'a pattern that cannot be read',
      { a: { type: 'string', pattern: '(' } },
      [
        expect.stringContaining(
          'schema.properties[a].pattern: Invalid value: "(": must be a valid regular expression, but isn\'t: ',
        ) as string,
      ],
    ],
    [
      'keys that may be absent',
      {
        a: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name', 'no'],
          items: { type: 'object', properties: { name: { type: 'string' } } },
        },
      },
      [
        'schema.properties[a].items.properties[name].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
        'schema.properties[a].x-kubernetes-list-map-keys: Invalid value: ["name","no"]: entries must all be names of item properties',
      ],
    ],
    [
      'a set of objects that have parts',
      { a: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'object' } } },
      [
        'schema.properties[a].items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set',
      ],
    ],
    [
      'an embedded resource that is not an object',
      { a: { type: 'string', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true } },
      ['schema.properties[a].type: Invalid value: "string": must be object if x-kubernetes-embedded-resource is true'],
    ],
  ])('is not one with %s', (_what, properties, errors) => {
    expect(said(properties)).toEqual(errors);
  });

  it('has rules that cannot cost too much at the sizes that it allows', () => {
    const list = (maxItems?: number): JSONSchemaProps => ({
      type: 'array',
      ...(maxItems === undefined ? {} : { maxItems }),
      items: { type: 'string', ...(maxItems === undefined ? {} : { maxLength: 10 }) },
      'x-kubernetes-validations': [{ rule: 'self.all(a, self.all(b, a == b || a != b))' }],
    });
    expect(said({ a: list(10) })).toEqual([]);
    const [rule, contributed, total] = said({ a: list() });
    const path = 'schema.properties[a].x-kubernetes-validations[0].rule';
    expect(rule).toContain(
      `${path}: Forbidden: estimated rule cost exceeds budget by factor of more than 100x (try simplifying the rule, `,
    );
    expect(contributed).toContain(`${path}: Forbidden: contributed to estimated rule & messageExpression cost total`);
    expect(total).toContain(
      'schema: Forbidden: x-kubernetes-validations estimated rule & messageExpression cost total for entire OpenAPIv3 schema exceeds',
    );
  });

  it('has rules that say oldSelf only where it can be told', () => {
    const item: JSONSchemaProps = { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self >= oldSelf' }] };
    expect(said({ a: { type: 'array', maxItems: 5, items: item } })).toEqual([
      'schema.properties[a].items.x-kubernetes-validations[0].rule: Invalid value: "self >= oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within schema.properties[a]',
    ]);
    expect(said({ a: { type: 'object', maxProperties: 5, additionalProperties: item } })).toEqual([]);
  });

  it('has a root that is an object', () => {
    expect(structuralErrors({}, 'schema').map(({ field, message }) => `${field}: ${message}`)).toEqual([
      'schema.type: Required value: must not be empty at the root',
    ]);
    expect(said({}, { type: 'array', items: { type: 'string' } })).toContain(
      'schema.type: Invalid value: "array": must be object at the root',
    );
  });
});
