/** A syntax tree as source again, with macros as they were written: what `parse` reads from it prints the same. */
import { formatDouble } from '../values/double.ts';
import { Double, Uint, type Value } from '../values/value.ts';
import type { Call, Expr } from './ast.ts';

/** How tightly an operator binds; operands that bind less need parentheses. */
const precedence: Readonly<Record<string, number>> = {
  '_?_:_': 1,
  '_||_': 2,
  '_&&_': 3,
  '_==_': 4,
  '_!=_': 4,
  '_<_': 4,
  '_<=_': 4,
  '_>_': 4,
  '_>=_': 4,
  '@in': 4,
  '_+_': 5,
  '_-_': 5,
  '_*_': 6,
  '_/_': 6,
  '_%_': 6,
  '!_': 7,
  '-_': 7,
};
const memberPrecedence = 8;

export function print(expr: Expr): string {
  switch (expr.kind) {
    case 'literal':
      return printValue(expr.value);
    case 'ident':
      return expr.name;
    case 'select': {
      const selection = `${operand(expr.operand, memberPrecedence)}.${expr.field}`;
      return expr.testOnly ? `has(${selection})` : selection;
    }
    case 'call':
      return printCall(expr.written ?? expr);
    case 'list':
      return `[${expr.elements.map((element, index) => `${mark(expr.optional[index] === true)}${print(element)}`).join(', ')}]`;
    case 'map':
      return `{${expr.entries.map(({ key, value, optional }) => `${mark(optional)}${print(key)}: ${print(value)}`).join(', ')}}`;
    case 'struct':
      return `${expr.name}{${expr.fields.map(({ name, value, optional }) => `${mark(optional)}${name}: ${print(value)}`).join(', ')}}`;
    case 'comprehension':
      // Only macros make comprehensions, and each keeps what it was.
      return printCall(expr.written as Call);
  }
}

const mark = (optional: boolean): string => (optional ? '?' : '');

function precedenceOf(expr: Expr): number {
  if (expr.kind === 'literal') return isNegative(expr.value) ? (precedence['-_'] as number) : memberPrecedence;
  if (expr.kind !== 'call' || expr.target !== undefined || expr.written !== undefined) return memberPrecedence;
  return precedence[expr.name] ?? memberPrecedence;
}

function operand(expr: Expr, least: number): string {
  return precedenceOf(expr) < least ? `(${print(expr)})` : print(expr);
}

function printCall(call: Call): string {
  const [a, b, c] = call.args as [Expr, Expr, Expr];
  const level = precedence[call.name];
  if (call.target !== undefined) return `${operand(call.target, memberPrecedence)}.${call.name}(${call.args.map(print).join(', ')})`;
  switch (call.name) {
    case '_?_:_':
      return `${operand(a, 2)} ? ${operand(b, 2)} : ${operand(c, 1)}`;
    case '_[_]':
      return `${operand(a, memberPrecedence)}[${print(b)}]`;
    case '_[?_]':
      return `${operand(a, memberPrecedence)}[?${print(b)}]`;
    case '_?._':
      return `${operand(a, memberPrecedence)}.?${(b as Expr & { value: string }).value}`;
    case '!_':
    case '-_':
      return `${call.name.charAt(0)}${operand(a, memberPrecedence)}`;
    default:
  }
  if (level === undefined) return `${call.name}(${call.args.map(print).join(', ')})`;
  const symbol = call.name === '@in' ? 'in' : call.name.slice(1, -1);
  // Chains of `&&` and `||` are balanced whatever their parentheses.
  const chained = call.name === '_&&_' || call.name === '_||_';
  return `${operand(a, level)} ${symbol} ${operand(b, chained ? level : level + 1)}`;
}

function isNegative(value: Value): boolean {
  if (value instanceof Double) return value.value < 0 || Object.is(value.value, -0);
  return (typeof value === 'number' || typeof value === 'bigint') && value < 0;
}

function printValue(value: Value): string {
  if (typeof value === 'string') return quote(value);
  if (value instanceof Uint) return `${value.value}u`;
  if (value instanceof Double) return printDouble(value.value);
  if (value instanceof Uint8Array) return `b"${Array.from(value, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}"`;
  return `${value as boolean | number | bigint | null}`;
}

function printDouble(value: number): string {
  const text = formatDouble(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function quote(text: string): string {
  // All control characters are escaped.
  // oxlint-disable-next-line no-control-regex
  const escaped = text.replaceAll(/["\\\u0000-\u001f]/g, (char) =>
    char === '"' || char === '\\' ? `\\${char}` : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}
