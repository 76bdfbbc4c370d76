import { duplicate, type FieldError, invalid, qualifiedNameError, required, tooMany } from '@kajitori/apimachinery';
import { formatType, isDyn, type Type } from '@kajitori/cel';
import { compiledVariables, compileExpression, type Expression, type PolicyVariable, type Scope } from './expressions/index.ts';
import type { MatchCondition, Variable } from './match-resources.ts';

const matchConditionsMax = 64;

/** What a compiled expression says of itself: that it does not compile, or gives another type than is asked for. */
export function expressionErrors(
  { source, program, problem }: Expression,
  field: string,
  accepts: (type: Type) => boolean,
  wanted: string,
): FieldError[] {
  if (program === undefined) return [invalid(field, source, `compilation failed: ${problem ?? ''}`)];
  if (isDyn(program.outputType) || accepts(program.outputType)) return [];
  return [invalid(field, source, `compilation failed: must evaluate to ${wanted}`)];
}

export const isBool = ({ kind }: Type): boolean => kind === 'bool';
export const isString = ({ kind }: Type): boolean => kind === 'string';
export const isObject = (type: Type): boolean => formatType(type) === 'Object';
export const isPatchList = (type: Type): boolean =>
  type.kind === 'list' && type.parameters.every((one) => isDyn(one) || formatType(one) === 'JSONPatch' || one.kind === 'param');

export function validateMatchConditions(conditions: readonly MatchCondition[], path: string, scope: Scope): FieldError[] {
  const errors: FieldError[] = [];
  if (conditions.length > matchConditionsMax) errors.push(tooMany(path, conditions.length, matchConditionsMax));
  const names = new Set<string>();
  for (const [at, { name, expression }] of conditions.entries()) {
    const field = `${path}[${at}]`;
    const wrong = qualifiedNameError(name);
    if (name === '') errors.push(required(`${field}.name`));
    else if (wrong !== undefined) errors.push(invalid(`${field}.name`, name, wrong));
    if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
    names.add(name);
    if (expression.trim() === '') errors.push(required(`${field}.expression`));
    else errors.push(...expressionErrors(compileExpression(expression, scope), `${field}.expression`, isBool, 'bool'));
  }
  return errors;
}

/** The variables as they are compiled, and what is wrong with them. */
export function validateVariables(
  list: readonly Variable[],
  path: string,
  params: boolean,
): { errors: FieldError[]; types: ReturnType<typeof compiledVariables>['types'] } {
  const errors: FieldError[] = [];
  const { variables, types } = compiledVariables(list, { params, authorizer: true });
  const names = new Set<string>();
  for (const [at, variable] of variables.entries()) {
    errors.push(...variableErrors(variable, `${path}[${at}]`));
    if (names.has(variable.name)) errors.push(duplicate(`${path}[${at}].name`, variable.name));
    names.add(variable.name);
  }
  return { errors, types };
}

function variableErrors({ name, expression }: PolicyVariable, field: string): FieldError[] {
  if (name === '') return [required(`${field}.name`, 'name is not specified')];
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return [invalid(`${field}.name`, name, 'name is not a valid CEL identifier')];
  if (expression.source.trim() === '') return [required(`${field}.expression`, 'expression is not specified')];
  return expressionErrors(expression, `${field}.expression`, () => true, 'any');
}
