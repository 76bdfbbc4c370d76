import type { FieldError, FieldErrorReason } from '@kajitori/apimachinery';
import type { Schema } from '@kajitori/schema';
import { describe, expect, it } from 'vitest';
import type { ValidationRule } from '../../apiextensions/json-schema-props.ts';
import { ruleErrors } from './rule-errors.ts';

const withRules = (schema: Schema, ...rules: (string | ValidationRule)[]): Schema => ({
  ...schema,
  'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});
const spec = (schema: Schema): Schema => ({ type: 'object', properties: { spec: schema } });
const said = (schema: Schema, object: unknown, old?: unknown): string[] =>
  ruleErrors(schema, object, { old, found: [] }).map(({ field, message }) => `${field}: ${message}`);

const counts: Schema = { type: 'object', properties: { min: { type: 'integer' }, max: { type: 'integer' } } };

describe('the rules of a schema', () => {
  it('see the value at their place', () => {
    const schema = spec(withRules(counts, 'self.min <= self.max'));
    expect(said(schema, { spec: { min: 1, max: 2 } })).toEqual([]);
    expect(said(schema, { spec: { min: 3, max: 2 } })).toEqual(['spec: Invalid value: "object": failed rule: self.min <= self.max']);
  });

  it('say what they are told to say, with their reason and at their path', () => {
    const rule = {
      rule: 'self.min <= self.max',
      message: 'fixed',
      messageExpression: "'min ' + string(self.min)",
      reason: 'FieldValueForbidden',
      fieldPath: '.min',
    };
    expect(ruleErrors(spec(withRules(counts, rule)), { spec: { min: 3, max: 2 } }, { old: undefined, found: [] })).toEqual([
      { reason: 'FieldValueForbidden', field: 'spec.min', message: 'Forbidden: min 3' },
    ]);
    const broken = { ...rule, messageExpression: "['x'][5]" };
    expect(said(spec(withRules(counts, broken)), { spec: { min: 3, max: 2 } })).toEqual(['spec.min: Forbidden: fixed']);
  });

  it('fail with what went wrong when they cannot be evaluated', () => {
    expect(said(spec(withRules(counts, 'self.min > 0')), { spec: {} })).toEqual([
      'spec: Invalid value: "object": no such key: min evaluating rule: rule: self.min > 0',
    ]);
  });

  it('reach items, values of maps and names that are no identifiers', () => {
    const schema = spec({
      type: 'object',
      properties: {
        list: { type: 'array', items: withRules({ type: 'integer' }, 'self > 0') },
        map: { type: 'object', additionalProperties: withRules({ type: 'string' }, "self.startsWith('a')") },
        'max-size': withRules({ type: 'integer' }, 'self < 10'),
      },
      'x-kubernetes-validations': [{ rule: 'self.max__dash__size > 1' }],
    });
    expect(said(schema, { spec: { list: [1, 0], map: { x: 'b', y: 'ab' }, 'max-size': 1 } })).toEqual([
      'spec: Invalid value: "object": failed rule: self.max__dash__size > 1',
      'spec.list[1]: Invalid value: "integer": failed rule: self > 0',
      'spec.map[x]: Invalid value: "string": failed rule: self.startsWith(\'a\')',
    ]);
  });

  it('know the metadata of an object by its name alone', () => {
    const schema = withRules({ type: 'object', properties: {} }, "self.metadata.name.startsWith('a')");
    expect(said(schema, { metadata: { name: 'b' } })).toEqual([
      ': Invalid value: "object": failed rule: self.metadata.name.startsWith(\'a\')',
    ]);
  });

  it('compare with what was there', () => {
    const schema = spec(withRules(counts, 'self.min == oldSelf.min'));
    expect(said(schema, { spec: { min: 1 } })).toEqual([]);
    expect(said(schema, { spec: { min: 1 } }, { spec: { min: 1 } })).toEqual([]);
    expect(said(schema, { spec: { min: 1 } }, { spec: { min: 2 } })).toHaveLength(1);
    const optional = { rule: 'oldSelf.hasValue() ? self.min >= oldSelf.value().min : self.min == 0', optionalOldSelf: true };
    expect(said(spec(withRules(counts, optional)), { spec: { min: 1 } })).toHaveLength(1);
    expect(said(spec(withRules(counts, optional)), { spec: { min: 1 } }, { spec: { min: 1 } })).toEqual([]);
  });

  it('find items of a map again by their keys', () => {
    const items = withRules(
      { type: 'object', properties: { name: { type: 'string' }, value: { type: 'integer' } } },
      'self.value >= oldSelf.value',
    );
    const schema = spec({ type: 'array', items, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] });
    const old = {
      spec: [
        { name: 'a', value: 1 },
        { name: 'b', value: 5 },
      ],
    };
    expect(
      said(
        schema,
        {
          spec: [
            { name: 'b', value: 4 },
            { name: 'a', value: 1 },
            { name: 'c', value: 0 },
          ],
        },
        old,
      ),
    ).toEqual(['spec[0]: Invalid value: "object": failed rule: self.value >= oldSelf.value']);
  });

  it('let be what was wrong before', () => {
    const schema = spec(withRules({ type: 'object', properties: { min: { type: 'integer' } } }, 'self.min > 0'));
    expect(said(schema, { spec: { min: 0 }, more: 1 }, { spec: { min: 0 } })).toEqual([]);
  });

  it('are not checked where something that they count on is wrong, and beside other errors they are', () => {
    const schema = spec(withRules(counts, 'self.min <= self.max'));
    const after = (reason: FieldErrorReason): FieldError[] =>
      ruleErrors(schema, { spec: { min: 3, max: 2 } }, { old: undefined, found: [{ reason, field: 'spec.x', message: '' }] });
    for (const reason of ['NotSupported', 'Required', 'TooLong', 'TooMany', 'TypeInvalid'] as const) {
      expect(after(`FieldValue${reason}`)).toEqual([
        {
          reason: 'FieldValueInvalid',
          field: '<nil>',
          message:
            'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
        },
      ]);
    }
    for (const reason of ['Invalid', 'Duplicate', 'Forbidden'] as const) expect(after(`FieldValue${reason}`)).toHaveLength(1);
    expect(after('FieldValueInvalid')[0]?.field).toBe('spec');
    expect(ruleErrors(spec(counts), {}, { old: undefined, found: [{ reason: 'FieldValueRequired', field: 'a', message: '' }] })).toEqual(
      [],
    );
  });

  it('end when they cost too much', () => {
    const schema = spec(withRules({ type: 'array', items: { type: 'integer' } }, 'self.all(a, self.all(b, self.all(c, a + b + c >= 0)))'));
    const [error, ...rest] = said(schema, { spec: Array.from({ length: 200 }, (_, at) => at) });
    expect(error).toContain('no further validation rules will be run');
    expect(rest).toEqual([]);
  });
});
