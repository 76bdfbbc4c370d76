/**
 * The syntax tree. The parser makes it with macros expanded; the checker notes on each node its type and, on calls, the
 * overloads that may serve. `offset` is where the node's operator or name stands, in UTF-16 units of the source.
 */
import type { Overload } from '../functions/declaration.ts';
import type { Type } from '../types/type.ts';
import type { Value } from '../values/value.ts';

interface Node {
  readonly offset: number;
  /** Set by the checker. */
  type?: Type;
}

export interface Literal extends Node {
  readonly kind: 'literal';
  readonly value: Value;
}

export interface Ident extends Node {
  readonly kind: 'ident';
  readonly name: string;
  /** A name that stands for a constant, such as a type's. Set by the checker. */
  constant?: Value;
}

export interface Select extends Node {
  readonly kind: 'select';
  readonly operand: Expr;
  readonly field: string;
  /** `has(operand.field)` */
  readonly testOnly: boolean;
  /** The variable or constant that the whole dotted name stands for. Set by the checker. */
  qualified?: Ident;
}

export interface Call extends Node {
  readonly kind: 'call';
  readonly target?: Expr;
  readonly name: string;
  readonly args: readonly Expr[];
  /** The function that a dotted name (`math.greatest`) stands for, in which case `target` is part of the name. Set by the checker. */
  qualifiedName?: string;
  overloads?: readonly Overload[];
  /** The macro as it was written, for printing. */
  readonly written?: Call;
}

export interface ListLiteral extends Node {
  readonly kind: 'list';
  readonly elements: readonly Expr[];
  readonly optional: readonly boolean[];
}

export interface MapEntry {
  readonly offset: number;
  readonly key: Expr;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface MapLiteral extends Node {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

export interface FieldEntry {
  readonly offset: number;
  readonly name: string;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface StructLiteral extends Node {
  readonly kind: 'struct';
  readonly name: string;
  readonly fields: readonly FieldEntry[];
}

/** What macros expand to: fold a list's items or a map's keys into an accumulator. */
export interface Comprehension extends Node {
  readonly kind: 'comprehension';
  readonly range: Expr;
  readonly iterVar: string;
  /** With two variables the first is the index or key and the second the item or value. */
  readonly iterVar2?: string;
  readonly accuVar: string;
  readonly accuInit: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
  /** The macro as it was written, for printing. */
  readonly written?: Call;
}

export type Expr = Literal | Ident | Select | Call | ListLiteral | MapLiteral | StructLiteral | Comprehension;

/** The accumulator of macros, which no source can name. */
export const accumulator = '@result';

export function literal(offset: number, value: Value): Literal {
  return { kind: 'literal', offset, value };
}

export function ident(offset: number, name: string): Ident {
  return { kind: 'ident', offset, name };
}

export function call(offset: number, name: string, ...args: Expr[]): Call {
  return { kind: 'call', offset, name, args };
}

export function memberCall(offset: number, target: Expr, name: string, ...args: Expr[]): Call {
  return { kind: 'call', offset, target, name, args };
}

export function list(offset: number, elements: readonly Expr[]): ListLiteral {
  return { kind: 'list', offset, elements, optional: elements.map(() => false) };
}

/** `a.b.c` when the node is a plain dotted name. */
export function dottedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.testOnly) return undefined;
  const operand = dottedName(expr.operand);
  return operand === undefined ? undefined : `${operand}.${expr.field}`;
}

/** Nodes carry what the checker notes, so an expression that stands in two places is two trees. */
export function copyExpr(expr: Expr): Expr {
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return { ...expr };
    case 'select':
      return { ...expr, operand: copyExpr(expr.operand) };
    case 'call':
      return { ...expr, target: expr.target === undefined ? undefined : copyExpr(expr.target), args: expr.args.map(copyExpr) };
    case 'list':
      return { ...expr, elements: expr.elements.map(copyExpr) };
    case 'map':
      return { ...expr, entries: expr.entries.map((entry) => ({ ...entry, key: copyExpr(entry.key), value: copyExpr(entry.value) })) };
    case 'struct':
      return { ...expr, fields: expr.fields.map((field) => ({ ...field, value: copyExpr(field.value) })) };
    case 'comprehension':
      return {
        ...expr,
        range: copyExpr(expr.range),
        accuInit: copyExpr(expr.accuInit),
        condition: copyExpr(expr.condition),
        step: copyExpr(expr.step),
        result: copyExpr(expr.result),
      };
  }
}
