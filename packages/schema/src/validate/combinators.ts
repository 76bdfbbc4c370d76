import type { Schema } from '../schema.ts';
import { type Validate, ValidationRun, type Violation } from './run.ts';

/** `allOf`, `anyOf`, `oneOf` and `not`. What the closest alternative missed is told beside the verdict. */
export function combinatorRules(schema: Schema, compile: (child: Schema) => Validate | undefined): Validate[] {
  const rules: Validate[] = [];
  const { allOf, anyOf, oneOf, not } = schema;
  if (allOf !== undefined && allOf.length > 0) {
    rules.push((value, run) => {
      const failed = attempts(allOf, value, compile).filter(({ length }) => length > 0);
      if (failed.length === 0) return;
      say(run, `must validate all the schemas (allOf)${failed.length === allOf.length ? '. None validated' : ''}`);
      for (const violations of failed) takeOver(run, violations);
    });
  }
  if (anyOf !== undefined && anyOf.length > 0) {
    rules.push((value, run) => {
      const all = attempts(anyOf, value, compile);
      if (all.some(({ length }) => length === 0)) return;
      say(run, 'must validate at least one schema (anyOf)');
      takeOver(run, closest(all));
    });
  }
  if (oneOf !== undefined && oneOf.length > 0) {
    rules.push((value, run) => {
      const all = attempts(oneOf, value, compile);
      const valid = all.filter(({ length }) => length === 0).length;
      if (valid === 1) return;
      say(run, `must validate one and only one schema (oneOf). Found ${valid === 0 ? 'none valid' : `${valid} valid alternatives`}`);
      if (valid === 0) takeOver(run, closest(all));
    });
  }
  if (not !== undefined) {
    rules.push((value, run) => {
      const [violations = []] = attempts([not], value, compile);
      if (violations.length === 0) say(run, 'must not validate the schema (not)');
    });
  }
  return rules;
}

function attempts(schemas: readonly Schema[], value: unknown, compile: (child: Schema) => Validate | undefined): Violation[][] {
  return schemas.map((schema) => {
    const run = new ValidationRun();
    compile(schema)?.(value, run);
    return run.violations;
  });
}

function closest(all: Violation[][]): Violation[] {
  return all.reduce((best, one) => (one.length < best.length ? one : best), all[0] ?? []);
}

function say(run: ValidationRun, verdict: string): void {
  run.add('FieldValueInvalid', (field) => `Invalid value: "": ${JSON.stringify(field)} ${verdict}`);
}

function takeOver(run: ValidationRun, violations: Violation[]): void {
  for (const violation of violations) run.take(violation);
}
