import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deployment, Everything, Pod, samplePod, widget } from '../sample-types.fixture.ts';
import type { Schema } from '../schema.ts';
import { formats } from './formats.ts';
import { validate } from './validate.ts';

const said = (schema: Schema, value: unknown): string[] => validate(schema, value).map(({ field, message }) => `${field}: ${message}`);
const spec = (value: Record<string, unknown>): string[] => said(widget, { spec: { size: 1, ...value } });

describe('validate of built-in types', () => {
  it('accepts what is right', () => {
    expect(said(Pod.schema, samplePod())).toEqual([]);
  });

  it.each([
    [{ spec: { template: {} } }, ['spec.selector: Required value']],
    [{ spec: { selector: {}, template: { spec: { containers: [{}] } } } }, ['spec.template.spec.containers[0].name: Required value']],
    [
      { spec: { selector: {}, template: {}, strategy: { type: 'Rolling' } } },
      ['spec.strategy.type: Unsupported value: "Rolling": supported values: "Recreate", "RollingUpdate"'],
    ],
    [{ spec: { selector: {}, template: {}, replicas: -1 } }, ['spec.replicas: Invalid value: -1: must be greater than or equal to 0']],
    [{ spec: 'text' }, ['spec: Invalid value: "text": must be of type object']],
  ])('finds what is wrong in %j', (value, errors) => {
    expect(said(Deployment.schema, value)).toEqual(errors);
  });
});

describe('validate of structural types', () => {
  it.each([
    [{}, []],
    [{ size: 0 }, ['spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1']],
    [{ size: 11 }, ['spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10']],
    [{ size: 'big' }, ['spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"']],
    [{ size: null }, ['spec.size: Invalid value: "null": spec.size in body must be of type integer: "null"']],
    [{ color: 'blue' }, ['spec.color: Unsupported value: "blue": supported values: "green", "red"']],
    [{ name: 'A1' }, ['spec.name: Invalid value: "A1": spec.name in body should match \'^[a-z]+$\'']],
    [{ name: 'toolong' }, ['spec.name: Too long: may not be more than 5 bytes']],
    [{ name: 'a' }, ['spec.name: Invalid value: "a": spec.name in body should be at least 2 chars long']],
    [{ port: true }, ['spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"']],
    [{ port: null }, ['spec.port: Invalid value: "null": spec.port in body must be of type integer,string: "null"']],
    [{ port: 80 }, []],
    [{ port: '80%' }, []],
    [{ note: null }, []],
    [{ when: 'soon' }, ['spec.when: Invalid value: "soon": spec.when in body must be of type date-time: "soon"']],
    [{ tags: ['a', 'b', 'a'] }, ['spec.tags[2]: Duplicate value: "a"']],
    [{ tags: ['a', 'b', 'c', 'd'] }, ['spec.tags: Too many: 4: must have at most 3 items']],
    [{ parts: [{ id: 'a' }, { id: 'a', weight: 1 }] }, ['spec.parts[1]: Duplicate value: {"id":"a"}']],
    [
      { parts: [{ id: 'a', weight: 0.3 }] },
      ['spec.parts[0].weight: Invalid value: 0.3: spec.parts[0].weight in body should be a multiple of 0.5'],
    ],
    [{ parts: [1] }, ['spec.parts[0]: Invalid value: "integer": spec.parts[0] in body must be of type object: "integer"']],
    [{ labels: { a: 1 } }, ['spec.labels.a: Invalid value: "integer": spec.labels.a in body must be of type string: "integer"']],
    [{ labels: { a: '', b: '', c: '' } }, ['spec.labels: Too many: 3: must have at most 2 items']],
    [
      { template: { kind: 'Pod', metadata: 1 } },
      ['spec.template.apiVersion: Required value: must not be empty', 'spec.template.metadata: Invalid value: 1: must be an object'],
    ],
    [{ exclusive: { a: '' } }, []],
    [
      { exclusive: {} },
      [
        'spec.exclusive: Invalid value: "": "spec.exclusive" must validate one and only one schema (oneOf). Found none valid',
        'spec.exclusive.a: Required value',
      ],
    ],
    [
      { exclusive: { a: '', b: '' } },
      ['spec.exclusive: Invalid value: "": "spec.exclusive" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
    ],
  ])('%j', (value, errors) => {
    expect(spec(value)).toEqual(errors);
  });

  it('demands required fields, whatever they are called', () => {
    expect(said(widget, {})).toEqual(['spec: Required value']);
    expect(said(widget, { spec: {} })).toEqual(['spec.size: Required value']);
    expect(said({ type: 'object', required: ['constructor', '__proto__'] }, {})).toEqual([
      'constructor: Required value',
      '__proto__: Required value',
    ]);
  });

  it('survives patterns that would block a backtracking engine, and patterns that are none', () => {
    expect(said({ type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(50)}!`)).toHaveLength(1);
    expect(said({ type: 'string', pattern: '(' }, 'a')[0]).toMatch(/cannot be read/);
  });

  it('limits how much it says', () => {
    expect(
      validate(
        { type: 'array', items: { type: 'string' } },
        Array.from({ length: 5000 }, () => 1),
      ).length,
    ).toBeLessThanOrEqual(100);
  });

  it('never throws and never changes the value', () => {
    const schema = fc.constantFrom(widget, Pod.schema, Deployment.schema, Everything.schema, { not: { type: 'string' } } as Schema);
    const keys = ['spec', 'size', 'parts', 'id', 'tags', 'template', 'exclusive', 'containers', 'metadata', '__proto__', 'self', 'selves'];
    fc.assert(
      fc.property(schema, fc.object({ key: fc.constantFrom(...keys), maxDepth: 5 }), (one, object) => {
        const text = JSON.stringify(object);
        const value = JSON.parse(text) as unknown;
        expect(validate(one, value)).toBeInstanceOf(Array);
        expect(JSON.stringify(value)).toBe(text);
      }),
    );
  });
});

describe('formats', () => {
  it.each([
    ['uri', 'https://a.b/c', 'not a uri'],
    ['email', 'a@b.example', 'a@'],
    ['hostname', 'a.b-c', '-a'],
    ['ipv4', '10.0.0.1', '10.0.0.256'],
    ['ipv6', '::1', '10.0.0.1'],
    ['cidr', '10.0.0.0/8', '10.0.0.0/33'],
    ['mac', '01:23:45:67:89:ab', '01:23'],
    ['uuid', 'c56a4180-65aa-42ec-a945-5fd21dec0538', 'c56a'],
    ['uuid4', 'c56a4180-65aa-42ec-a945-5fd21dec0538', 'c56a4180-65aa-32ec-a945-5fd21dec0538'],
    ['isbn', '0321751043', '0321751042'],
    ['isbn13', '978-0321751041', '978-0321751042'],
    ['creditcard', '4111-1111-1111-1111', '4111-1111-1111-1112'],
    ['ssn', '111-11-1111', '1-1'],
    ['hexcolor', '#FFFFFF', '#FFFFF'],
    ['rgbcolor', 'rgb(1, 2, 255)', 'rgb(1,2,256)'],
    ['byte', 'aGk=', 'aGk'],
    ['date', '2024-02-29', '2023-02-29'],
    ['duration', '1h30m', 'an hour'],
    ['datetime', '2020-01-01T00:00:00Z', '2020-01-01'],
    ['bsonobjectid', '507f1f77bcf86cd799439011', '507f'],
    ['k8s-short-name', 'a-b', 'a.b'],
    ['k8s-long-name', 'a.b', 'a_b'],
  ])('%s', (name, right, wrong) => {
    expect([formats[name]?.(right), formats[name]?.(wrong)]).toEqual([true, false]);
  });
});
