import { bindJson, CostLimitError, OptionalValue, type Value } from '@kajitori/cel';
import type { FieldError, FieldErrorReason } from '@kajitori/apimachinery';
import type { Schema } from '@kajitori/schema';
import type { ValidationRule } from '../../apiextensions/json-schema-props.ts';
import { sameValue } from '../../meta/immutable.ts';
import { type CompiledRule, compiledRules, type RuleNode } from './compiled-rules.ts';

/** What all rules of one object may cost together, in CEL's units. */
const objectCostMax = 10_000_000;
/** What one rule may cost. */
const callCostMax = 1_000_000;

const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run';

/** A rule counts on these: types, required fields, members of enums, and sizes, which bound what it may cost. */
const aboutForm: ReadonlySet<FieldErrorReason> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/** It is about no field; Kubernetes writes its missing path so. */
const notChecked: FieldError = {
  reason: 'FieldValueInvalid',
  field: '<nil>',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; ' +
    'correct the existing errors to complete validation',
};

/** One object's validation: what it may still cost, and what it found. */
interface Run {
  budget: number;
  errors: FieldError[];
}

interface Place {
  field: string;
  value: unknown;
  /** What was there before, where that can be told; undefined otherwise. */
  old: unknown;
}

/**
 * Evaluates the `x-kubernetes-validations` of a schema. Rules that read `oldSelf` run where there is a former value to compare with; what a
 * rule finds wrong that was there before and lies unchanged is let be (KEP-4008). Where `found`, what is wrong with the object otherwise, is about
 * its form, no rule runs, and the answer says so.
 */
export function ruleErrors(schema: Schema, object: unknown, { old, found }: { old: unknown; found: readonly FieldError[] }): FieldError[] {
  const root = compiledRules(schema);
  if (root === undefined) return [];
  if (found.some(({ reason }) => aboutForm.has(reason))) return [notChecked];
  const run: Run = { budget: objectCostMax, errors: [] };
  visit(root, { field: '', value: object, old }, run);
  return run.errors;
}

function visit(node: RuleNode, place: Place, run: Run): void {
  const { value, old, field } = place;
  if (value === null || value === undefined || run.budget < 0) return;
  for (const rule of node.rules) evaluateRule(node, rule, place, run);
  if (Array.isArray(value)) {
    if (node.items !== undefined) visitItems(node, node.items, { field, value, old }, run);
    return;
  }
  if (typeof value !== 'object') return;
  const [record, before] = [value as Record<string, unknown>, recordOf(old)];
  for (const [key, child] of node.properties) {
    if (Object.hasOwn(record, key))
      visit(child, { field: field === '' ? key : `${field}.${key}`, value: record[key], old: before?.[key] }, run);
  }
  if (node.values === undefined) return;
  for (const key of Object.keys(record)) visit(node.values, { field: `${field}[${key}]`, value: record[key], old: before?.[key] }, run);
}

function recordOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}

function visitItems(node: RuleNode, items: RuleNode, { field, value, old }: Place & { value: unknown[] }, run: Run): void {
  const keys = node.schema['x-kubernetes-list-type'] === 'map' ? (node.schema['x-kubernetes-list-map-keys'] ?? []) : undefined;
  const keyOf = (item: unknown): string => JSON.stringify((keys ?? []).map((key) => recordOf(item)?.[key] ?? null));
  // Items of other lists have no identity: nothing tells which was which.
  const before = keys === undefined || !Array.isArray(old) ? undefined : new Map(old.map((item: unknown) => [keyOf(item), item]));
  for (const [at, item] of value.entries()) visit(items, { field: `${field}[${at}]`, value: item, old: before?.get(keyOf(item)) }, run);
}

function evaluateRule(node: RuleNode, compiled: CompiledRule, place: Place, run: Run): void {
  const { rule, program, error, usesOldSelf } = compiled;
  const { value, old } = place;
  const optional = rule.optionalOldSelf === true;
  if (usesOldSelf && (old === undefined || old === null) && !optional) return;
  const type = node.schema.type ?? 'object';
  const fail = (message: string, field = place.field, reason: FieldErrorReason = 'FieldValueInvalid'): void => {
    run.errors.push({ reason, field, message: `${reasonText[reason] ?? `Invalid value: ${JSON.stringify(type)}`}: ${message}` });
  };
  if (program === undefined) return fail(`rule compile error: ${error ?? ''}`);
  const bindings = {
    self: () => bindJson(node.declared, value),
    oldSelf: (): Value => oldSelfOf(node, old, optional),
  };
  try {
    const costMax = Math.min(callCostMax, run.budget);
    const evaluation = program.evaluate(bindings, { costMax });
    run.budget -= evaluation.cost;
    if (evaluation.value === true) return;
  } catch (failure) {
    if (failure instanceof CostLimitError && run.budget < callCostMax) {
      run.budget = -1;
      return fail(outOfBudget);
    }
    if (failure instanceof CostLimitError) run.budget = -1;
    return fail(failureText(failure, rule));
  }
  if (!usesOldSelf && old !== undefined && sameValue(old, value)) return;
  const field =
    rule.fieldPath === undefined ? place.field : `${place.field}${place.field === '' ? rule.fieldPath.replace(/^\./, '') : rule.fieldPath}`;
  fail(messageOf(compiled, bindings, run), field, (rule.reason as FieldErrorReason | undefined) ?? 'FieldValueInvalid');
}

const reasonText: Partial<Record<FieldErrorReason, string>> = {
  FieldValueForbidden: 'Forbidden',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value: "object"',
};

function oldSelfOf(node: RuleNode, old: unknown, optional: boolean): Value {
  if (!optional) return bindJson(node.declared, old);
  return old === undefined || old === null ? OptionalValue.none : new OptionalValue(bindJson(node.declared, old));
}

function failureText(failure: unknown, rule: ValidationRule): string {
  const said = failure instanceof Error ? failure.message : String(failure);
  const name = (rule.message ?? '') === '' ? `rule: ${rule.rule.trim()}` : (rule.message ?? '').trim();
  if (said.startsWith('no such overload'))
    return `'${said}': call arguments did not match a supported operator, function or macro signature for rule: ${name}`;
  if (failure instanceof CostLimitError)
    return `'${said}': no further validation rules will be run due to call cost exceeds limit for rule: ${name}`;
  return `${said} evaluating rule: ${name}`;
}

function messageOf(
  { rule, messageProgram }: CompiledRule,
  bindings: Parameters<NonNullable<CompiledRule['program']>['evaluate']>[0],
  run: Run,
): string {
  const fixed = (rule.message ?? '').trim() === '' ? `failed rule: ${rule.rule.trim()}` : (rule.message ?? '').trim();
  if (messageProgram === undefined) return fixed;
  try {
    const { value, cost } = messageProgram.evaluate(bindings, { costMax: Math.max(0, Math.min(callCostMax, run.budget)) });
    run.budget -= cost;
    const text = typeof value === 'string' ? value.trim() : '';
    return text === '' || text.includes('\n') ? fixed : text;
  } catch {
    // A message that cannot be made is no reason to say less: the rule's fixed one stands in, as Kubernetes documents.
    return fixed;
  }
}
