/**
 * What Kubernetes demands of literals beyond their types: durations, timestamps, patterns and format strings that are
 * written out must be valid, and a list or map that is written out must hold one type, save what is formatted.
 */
import { EvaluationError, type Issue } from '../errors.ts';
import { compilePattern } from '../functions/pattern.ts';
import { formatIssues } from '../library/string-format.ts';
import type { Call, Expr } from '../parse/ast.ts';
import { children } from '../parse/children.ts';
import type { Source } from '../source/source.ts';
import { formatType, sameType, type Type, types } from '../types/type.ts';
import { parseDuration, parseTimestamp } from '../values/instants.ts';

export function checkLiterals(expr: Expr, source: Source, issues: Issue[]): void {
  const visit = (each: Expr, formatted: boolean): void => {
    const report = (at: Expr, message: string): void => void issues.push(source.issueAt(at.offset, message));
    if (each.kind === 'call') checkCall(each, report);
    if (!formatted && each.kind === 'list') {
      const elements = each.elements.map((element, index) => [element, each.optional[index] === true] as const);
      checkOneType(elements, report);
    }
    if (!formatted && each.kind === 'map') {
      checkOneType(
        each.entries.map(({ key }) => [key, false] as const),
        report,
      );
      checkOneType(
        each.entries.map(({ value, optional }) => [value, optional] as const),
        report,
      );
    }
    const inside = formatted || (each.kind === 'call' && each.name === 'format');
    for (const child of children(each)) visit(child, inside);
  };
  visit(expr, false);
}

type Report = (at: Expr, message: string) => void;

function checkOneType(exprs: readonly (readonly [Expr, boolean])[], report: Report): void {
  let first: Type | undefined;
  for (const [expr, optional] of exprs) {
    const whole = expr.type as Type;
    const type = plain(optional ? (whole.parameters[0] ?? whole) : whole);
    first ??= type;
    if (sameType(first, type)) continue;
    report(expr, `expected type '${formatType(first)}' but found '${formatType(type)}'`);
    return;
  }
}

/** A scalar that may be null is of the scalar's type here. */
function plain(type: Type): Type {
  return type.nullable === true ? { kind: type.kind, name: type.name, parameters: type.parameters } : type;
}

function checkCall(call: Call, report: Report): void {
  const [first] = call.args;
  if (first === undefined) return;
  const text = first.kind === 'literal' && typeof first.value === 'string' ? first.value : undefined;
  if (call.name === 'duration' && text !== undefined && parseDuration(text) === undefined) report(first, 'invalid duration argument');
  if (call.name === 'timestamp' && text !== undefined && parseTimestamp(text) === undefined) report(first, 'invalid timestamp argument');
  if (call.name === 'matches') {
    const pattern = call.target === undefined ? call.args[1] : first;
    if (pattern?.kind === 'literal' && typeof pattern.value === 'string' && !isPattern(pattern.value))
      report(pattern, 'invalid matches argument');
  }
  if (call.name === 'format' && call.target?.kind === 'literal' && typeof call.target.value === 'string' && first.kind === 'list') {
    const argTypes = first.elements.map((element) => element.type ?? types.dyn);
    const found = formatIssues(call.target.value, argTypes);
    if (found !== undefined) report(found.index === undefined ? call : (first.elements[found.index] as Expr), found.message);
  }
}

function isPattern(text: string): boolean {
  try {
    compilePattern(text);
    return true;
  } catch (error) {
    if (error instanceof EvaluationError) return false;
    throw error;
  }
}
