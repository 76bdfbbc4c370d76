import { declare, declareSchema } from '@kajitori/cel';
import { type FieldError, invalid, notSupported, required } from '@kajitori/apimachinery';
import { compileRule } from '../custom-resources/rules/compiled-rules.ts';
import { fieldSchema } from '../custom-resources/structural-schema.ts';
import type { JSONSchemaProps, ValidationRule } from './json-schema-props.ts';
import { SchemaCosts } from './rule-costs.ts';

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const messageLengthMax = 2048;

/** Where a rule stands: its type's name, and what keeps it from telling which former value is its own. */
interface Standing {
  path: string;
  isRoot: boolean;
  /** The list above whose items have no identity. */
  uncorrelatable: string | undefined;
  /** How often a rule here may run for one object. */
  timesMax: number;
}

/** What is wrong with the CEL rules of a schema that is structural otherwise. */
export function validationRuleErrors(schema: JSONSchemaProps, field: string): FieldError[] {
  const costs = new SchemaCosts();
  const errors: FieldError[] = [];
  visit(schema, field, { path: 'selfType', isRoot: true, uncorrelatable: undefined, timesMax: 1 }, { errors, costs });
  return [...errors, ...costs.errors(field)];
}

interface Findings {
  errors: FieldError[];
  costs: SchemaCosts;
}

function visit(schema: JSONSchemaProps, field: string, standing: Standing, findings: Findings): void {
  const { errors, costs } = findings;
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length > 0) {
    const self = declareSchema(fieldSchema(schema), { name: standing.path, isResource: standing.isRoot }) ?? declare.dyn;
    for (const [at, rule] of rules.entries()) {
      const path = `${field}.x-kubernetes-validations[${at}]`;
      errors.push(...textErrors(rule, path));
      if (rule.rule.trim() !== '') {
        const compiled = compileRule(rule, self);
        errors.push(...programErrors(rule, compiled, path, standing), ...costs.of(compiled, path, standing.timesMax));
      }
      if (rule.fieldPath !== undefined && rule.fieldPath !== '')
        errors.push(...fieldPathErrors(rule.fieldPath, schema, `${path}.fieldPath`));
    }
  }
  const below = (name: string, more: Partial<Standing> = {}): Standing => ({
    ...standing,
    path: `${standing.path}.${name}`,
    isRoot: false,
    ...more,
  });
  for (const [key, child] of Object.entries(schema.properties ?? {})) visit(child, `${field}.properties[${key}]`, below(key), findings);
  const { additionalProperties, items } = schema;
  const timesMax = standing.timesMax * timesOf(schema);
  if (typeof additionalProperties === 'object')
    visit(additionalProperties, `${field}.additionalProperties`, below('@values', { timesMax }), findings);
  if (items === undefined || Array.isArray(items)) return;
  const uncorrelatable = schema['x-kubernetes-list-type'] === 'map' ? standing.uncorrelatable : field;
  visit(items, `${field}.items`, below('@items', { timesMax, uncorrelatable }), findings);
}

/** How many items or values a list or map may have: what it says, or what fits into a request. */
function timesOf(schema: JSONSchemaProps): number {
  return declareSchema(fieldSchema(schema), { name: 'sized' })?.elementsMax ?? 1;
}

function textErrors({ rule, message, reason, messageExpression }: ValidationRule, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (rule.trim() === '') errors.push(required(`${path}.rule`, 'rule is not specified'));
  if (message !== undefined && message !== '') {
    if (message.trim() === '') errors.push(invalid(`${path}.message`, message, 'message must be non-empty if specified'));
    else if (/[\r\n]/.test(message.trim())) errors.push(invalid(`${path}.message`, message, 'message must not contain line breaks'));
    if (message.length > messageLengthMax)
      errors.push(invalid(`${path}.message`, message.slice(0, 10), `message must have a maximum length of ${messageLengthMax} characters`));
  } else if (/[\r\n]/.test(rule.trim())) errors.push(required(`${path}.message`, 'message must be specified if rule contains line breaks'));
  if (messageExpression !== undefined && messageExpression !== '' && messageExpression.trim() === '')
    errors.push(required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'));
  if (reason !== undefined && reason !== '' && !reasons.includes(reason)) errors.push(notSupported(`${path}.reason`, reason, reasons));
  return errors;
}

function programErrors(
  rule: ValidationRule,
  { error, messageError, usesOldSelf }: ReturnType<typeof compileRule>,
  path: string,
  { uncorrelatable }: Standing,
): FieldError[] {
  const errors: FieldError[] = [];
  if (error !== undefined) errors.push(invalid(`${path}.rule`, rule, error));
  if (messageError !== undefined) errors.push(invalid(`${path}.messageExpression`, rule, messageError));
  if (usesOldSelf && uncorrelatable !== undefined) {
    const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`;
    errors.push(invalid(`${path}.rule`, rule.rule, detail));
  }
  if (rule.optionalOldSelf !== undefined && error === undefined && !usesOldSelf)
    errors.push(invalid(`${path}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule'));
  return errors;
}

/** A path of properties below the rule's own place: `.spec.x`, or `['a-b'].x`. */
function fieldPathErrors(text: string, schema: JSONSchemaProps, field: string): FieldError[] {
  const wrong = (why: string): FieldError[] => [invalid(field, text, `fieldPath must be a valid path: ${why}`)];
  const steps = text.match(/\.[A-Za-z_][\w-]*|\['[^']*'\]/g) ?? [];
  if (steps.join('') !== text) return wrong('expected a path of fields, as in .spec.replicas');
  let at: JSONSchemaProps | undefined = schema;
  for (const step of steps) {
    const name: string = step.startsWith('.') ? step.slice(1) : step.slice(2, -2);
    const parent: JSONSchemaProps = at;
    const { additionalProperties, properties = {} } = parent;
    at = properties[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (at === undefined) return wrong('does not refer to a valid field');
  }
  return [];
}
