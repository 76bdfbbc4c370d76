import { RE2JS } from 're2js';
import type { Schema } from '../schema.ts';
import type { Origin } from '../walk/compiled.ts';
import { formats } from './formats.ts';
import type { Validate, ValidationRun } from './run.ts';
import { shown, words, wrongType } from './words.ts';

/** The rules that strings and numbers have. Patterns run in a linear-time engine: tenants write them. */

export function stringRules(schema: Schema, origin: Origin): Validate[] {
  const rules: Validate[] = [];
  const { maxLength, minLength, pattern, format } = schema;
  if (maxLength !== undefined) {
    rules.push((value, run) => {
      if (typeof value === 'string' && value.length > maxLength && codePoints(value) > maxLength) {
        run.add('FieldValueTooLong', () => `Too long: may not be more than ${maxLength} bytes`);
      }
    });
  }
  if (minLength !== undefined && minLength > 0) {
    rules.push((value, run) => {
      if (typeof value === 'string' && codePoints(value) < minLength) {
        run.add('FieldValueInvalid', words[origin].invalid(value, `be at least ${minLength} chars long`));
      }
    });
  }
  if (pattern !== undefined) rules.push(patternRule(pattern, origin));
  if (format !== undefined && origin === 'structural' && Object.hasOwn(formats, format)) {
    const isOfFormat = formats[format];
    rules.push((value, run) => {
      if (typeof value === 'string' && isOfFormat?.(value) === false) invalidType(value, format, run);
    });
  }
  return rules;
}

function invalidType(value: unknown, type: string, run: ValidationRun): void {
  run.add('FieldValueTypeInvalid', (field) => `Invalid value: ${shown(value)}: ${field} in body must be of type ${type}: ${shown(value)}`);
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function patternRule(pattern: string, origin: Origin): Validate {
  let compiled: RE2JS | Error | undefined;
  return (value, run) => {
    if (typeof value !== 'string') return;
    compiled ??= compilePattern(pattern);
    if (compiled instanceof Error) {
      const why = compiled.message;
      run.add('FieldValueInvalid', () => `Invalid value: ${shown(value)}: the schema's pattern ${shown(pattern)} cannot be read: ${why}`);
    } else if (!compiled.test(value)) run.add('FieldValueInvalid', words[origin].invalid(value, `match '${pattern}'`));
  };
}

/** A pattern that cannot be read matches nothing, and the reason is told. */
function compilePattern(pattern: string): RE2JS | Error {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Why a pattern cannot be read; undefined when it can. */
export function patternError(pattern: string): string | undefined {
  const compiled = compilePattern(pattern);
  return compiled instanceof Error ? compiled.message : undefined;
}

export function numberRules(schema: Schema, origin: Origin): Validate[] {
  const { minimum, maximum, multipleOf, format } = schema;
  const rules: ((value: number, run: ValidationRun) => void)[] = [];
  const say = (value: number, detail: string, run: ValidationRun): void =>
    run.add('FieldValueInvalid', words[origin].invalid(value, detail));
  if (minimum !== undefined) {
    if (schema.exclusiveMinimum === true)
      rules.push((value, run) => void (value > minimum || say(value, `be greater than ${minimum}`, run)));
    else rules.push((value, run) => void (value >= minimum || say(value, `be greater than or equal to ${minimum}`, run)));
  }
  if (maximum !== undefined) {
    if (schema.exclusiveMaximum === true) rules.push((value, run) => void (value < maximum || say(value, `be less than ${maximum}`, run)));
    else rules.push((value, run) => void (value <= maximum || say(value, `be less than or equal to ${maximum}`, run)));
  }
  if (multipleOf !== undefined && multipleOf > 0) {
    rules.push((value, run) => void (isMultiple(value, multipleOf) || say(value, `be a multiple of ${multipleOf}`, run)));
  }
  const range = format === 'int32' ? 2 ** 31 : Number.MAX_SAFE_INTEGER;
  if (schema.type === 'integer' && origin === 'structural') {
    // Beyond 2⁵³ a number is no longer the integer that was sent.
    rules.push(
      (value, run) =>
        void ((value >= -range && value <= range - (format === 'int32' ? 1 : 0)) || invalidType(value, format ?? 'int64', run)),
    );
  }
  return rules.map((rule) => (value, run) => {
    if (typeof value === 'number') rule(value, run);
  });
}

/** Tolerates the rounding of decimal fractions: 0.3 is a multiple of 0.1. */
function isMultiple(value: number, of: number): boolean {
  const quotient = value / of;
  return Math.abs(quotient - Math.round(quotient)) <= Number.EPSILON * Math.max(1, Math.abs(quotient)) * 4;
}

/** Which JSON types a structural schema takes, and how they are called. Undefined: any. */
export function typeRule(schema: Schema): Validate | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) {
    return (value, run) => {
      if (typeof value !== 'string' && !Number.isInteger(value)) run.add('FieldValueTypeInvalid', wrongType(value, 'integer,string'));
    };
  }
  const { type } = schema;
  if (type === undefined) return undefined;
  const fits = fitting[type];
  return (value, run) => {
    if (!fits(value)) run.add('FieldValueTypeInvalid', wrongType(value, type));
  };
}

export const fitting: Readonly<Record<NonNullable<Schema['type']>, (value: unknown) => boolean>> = {
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: (value) => Array.isArray(value),
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
};
