import { type FieldError, notSupported } from '@kajitori/apimachinery';
import type { Schema } from '../schema.ts';
import { type Compiled, compileOnce, isRecord, lazily, type Origin } from '../walk/compiled.ts';
import { depthMax, measure } from '../walk/depth.ts';
import { reaches } from '../walk/reaches.ts';
import { canonical, collectionRules } from './collections.ts';
import { combinatorRules } from './combinators.ts';
import { embeddedResource } from './embedded-resource.ts';
import { type Validate, ValidationRun } from './run.ts';
import { fitting, numberRules, stringRules, typeRule } from './scalars.ts';
import { requiredValue, shown, wrongType } from './words.ts';

/**
 * Holds a normalized, defaulted value against what its schema demands. Empty: all is well. Never throws and never
 * changes the value. CEL rules (`x-kubernetes-validations`) are evaluated elsewhere.
 *
 * Built-in parts were typed by `normalize`; what is checked here are required fields, enums, ranges, lengths and patterns.
 * In structural parts types, formats, list types and the combinators count too.
 */
export function validate(schema: Schema, value: unknown): FieldError[] {
  const validateRoot = validator(schema);
  if (validateRoot === undefined) return [];
  if (measure(value).tooDeep) return [{ reason: 'FieldValueInvalid', field: '', message: `nested deeper than ${depthMax} levels` }];
  const run = new ValidationRun();
  validateRoot(value, run);
  return run.errors;
}

const ruleKeywords = [
  'enum',
  'pattern',
  'minimum',
  'maximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
] as const;

const reachesRule = reaches((schema) => schema.required !== undefined || ruleKeywords.some((keyword) => schema[keyword] !== undefined));

/** Undefined where a built-in part has no rule at all: such parts are not walked. */
const validator: Compiled<Validate | undefined> = compileOnce<Validate | undefined>((schema, origin) =>
  origin === 'builtIn' ? builtInValidator(schema) : structuralValidator(schema),
);

function builtInValidator(schema: Schema): Validate | undefined {
  if (!reachesRule(schema)) return undefined;
  const check = allOf(valueRules(schema, 'builtIn'));
  const fits = schema.codec === undefined && schema.type !== undefined ? fitting[schema.type] : undefined;
  return (value, run) => {
    if (value === null || value === undefined) return;
    if (fits?.(value) === false) run.add('FieldValueTypeInvalid', () => `Invalid value: ${shown(value)}: must be of type ${schema.type}`);
    else check(value, run);
  };
}

function structuralValidator(schema: Schema): Validate {
  const type = typeRule(schema);
  const expected = schema['x-kubernetes-int-or-string'] === true ? 'integer,string' : schema.type;
  const check = allOf([...valueRules(schema, 'structural'), ...combinatorRules(schema, (child) => validator(child, 'structural'))]);
  return (value, run) => {
    if (value === null) {
      if (schema.nullable !== true && expected !== undefined) run.add('FieldValueTypeInvalid', wrongType(null, expected));
      return;
    }
    const before = run.violations.length;
    type?.(value, run);
    if (run.violations.length === before) check(value, run);
  };
}

/** Every rule but those about the type; each looks only at values that it is about. */
function valueRules(schema: Schema, origin: Origin): Validate[] {
  const rules: Validate[] = [...stringRules(schema, origin), ...numberRules(schema, origin), ...collectionRules(schema, origin)];
  if (schema.enum !== undefined) rules.push(enumRule(schema.enum));
  if (schema.required !== undefined) rules.push(requiredRule(schema.required));
  if (schema['x-kubernetes-embedded-resource'] === true) rules.push(embeddedResource);
  if (schema.codec === undefined) {
    if (schema.properties !== undefined || typeof schema.additionalProperties === 'object') rules.push(properties(schema, origin));
    if (schema.items !== undefined) rules.push(items(schema.items, origin));
  }
  return rules;
}

function allOf(rules: readonly Validate[]): Validate {
  const [first] = rules;
  if (rules.length === 1 && first !== undefined) return first;
  return (value, run) => {
    for (const rule of rules) rule(value, run);
  };
}

function enumRule(members: readonly unknown[]): Validate {
  const allowed = new Set(members.map(canonical));
  const supported = members.map((member) => (typeof member === 'string' ? member : canonical(member)));
  return (value, run) => {
    if (!allowed.has(canonical(value))) run.addError(notSupported('', value, supported));
  };
}

function requiredRule(required: readonly string[]): Validate {
  return (value, run) => {
    if (!isRecord(value)) return;
    for (const key of required) if (!Object.hasOwn(value, key)) run.addError(requiredValue(key));
  };
}

function properties(schema: Schema, origin: Origin): Validate {
  const { properties: known = {}, additionalProperties } = schema;
  const table = new Map<string, () => { validate: Validate | undefined }>();
  for (const key of Object.keys(known))
    table.set(
      key,
      lazily(() => ({ validate: validator(known[key] ?? {}, origin) })),
    );
  const others =
    typeof additionalProperties === 'object' ? lazily(() => ({ validate: validator(additionalProperties, origin) })) : undefined;
  return (value, run) => {
    if (!isRecord(value)) return;
    for (const key in value) {
      const check = (table.get(key) ?? others)?.().validate;
      if (check === undefined) continue;
      const before = run.violations.length;
      check(value[key], run);
      if (run.violations.length !== before) run.inside(before, key);
    }
  };
}

function items(schema: Schema, origin: Origin): Validate {
  const entry = lazily(() => ({ validate: validator(schema, origin) }));
  return (value, run) => {
    const check = entry().validate;
    if (!Array.isArray(value) || check === undefined) return;
    for (let at = 0; at < value.length; at += 1) {
      const before = run.violations.length;
      check(value[at], run);
      if (run.violations.length !== before) run.inside(before, `[${at}]`);
    }
  };
}
