import { parseJsonPath, type PathStep, type FilterOperand } from './parse-json-path.ts';

/** Finds the values that a path leads to in a JSON value, in order. */
export type JsonPath = (root: unknown) => unknown[];

/** Most values that one step may lead to: `..` on a large object is somebody's mistake. */
const valuesMax = 10_000;

/**
 * Kubernetes' JSONPath, as printer columns and selectable fields write it: fields, `['quoted']` ones, indices, slices, `*`, `..`, unions
 * and filters. Linear in what it visits; no expression of a tenant is ever run as code.
 * @throws SyntaxError that says what cannot be read.
 */
export function jsonPath(text: string): JsonPath {
  const steps = parseJsonPath(text);
  return (root) => steps.reduce<unknown[]>((values, step) => values.flatMap((value) => take(step, value)).slice(0, valuesMax), [root]);
}

function take(step: PathStep, value: unknown): unknown[] {
  switch (step.type) {
    case 'field':
      return fieldOf(value, step.name);
    case 'index':
      return Array.isArray(value) ? atIndex(value, step.index) : [];
    case 'slice':
      return Array.isArray(value) ? sliceOf(value, step) : [];
    case 'wildcard':
      return childrenOf(value);
    case 'union':
      return step.steps.flatMap((one) => take(one, value));
    case 'recursive':
      return descendantsOf(value);
    case 'filter':
      return (Array.isArray(value) ? value : [value]).filter((item) => compares(item, step));
  }
}

function fieldOf(value: unknown, name: string): unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return [];
  return [(value as Record<string, unknown>)[name]];
}

function atIndex(list: readonly unknown[], index: number): unknown[] {
  const at = index < 0 ? list.length + index : index;
  return at >= 0 && at < list.length ? [list[at]] : [];
}

function sliceOf(list: readonly unknown[], { from, to, step }: Extract<PathStep, { type: 'slice' }>): unknown[] {
  return list.slice(from, to).filter((_, at) => at % step === 0);
}

function childrenOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function descendantsOf(value: unknown): unknown[] {
  const found: unknown[] = [value];
  for (let at = 0; at < found.length && found.length < valuesMax; at += 1) found.push(...childrenOf(found[at]));
  return found;
}

function compares(item: unknown, { left, operator, right }: Extract<PathStep, { type: 'filter' }>): boolean {
  const [found] = operandValues(left, item);
  if (operator === undefined) return found !== undefined;
  if (right === undefined) return false;
  const [other] = operandValues(right, item);
  if (found === undefined || other === undefined) return false;
  switch (operator) {
    case '==':
      return found === other;
    case '!=':
      return found !== other;
    default:
      return isOrdered(found, other, operator);
  }
}

function isOrdered(a: unknown, b: unknown, operator: '<' | '<=' | '>' | '>='): boolean {
  const comparable = (typeof a === 'number' && typeof b === 'number') || (typeof a === 'string' && typeof b === 'string');
  if (!comparable) return false;
  const [left, right] = [a as number, b as number];
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}

function operandValues(operand: FilterOperand, item: unknown): unknown[] {
  if ('value' in operand) return [operand.value];
  return operand.steps.reduce<unknown[]>((values, step) => values.flatMap((value) => take(step, value)), [item]);
}
