/**
 * Bounds of what an expression costs before it ever runs, from the sizes that declared types carry. The walk follows
 * cel-go's: every step charges what the program would, a comprehension charges its step once for every item there may be,
 * and what cannot be bounded is 2⁶⁴.
 */
import type { Call, Comprehension, Expr, Select } from '../parse/ast.ts';
import { accumulator } from '../parse/ast.ts';
import type { DeclaredType } from '../types/declared-type.ts';
import { isOptional, type Type, types } from '../types/type.ts';
import { codePointCount } from '../values/code-points.ts';
import { estimateCall, type Sized } from './call-estimate.ts';
import { add, fixed, multiply, type Range, unbounded, union, unknownSize } from './range.ts';

/** Bounds of the cost of a checked expression. */
export function estimateCost(expr: Expr, variables: ReadonlyMap<string, DeclaredType>): Range {
  return new Estimator(variables).cost(expr);
}

const nothing = fixed(0);
const one = fixed(1);
const listCost = fixed(10);
const mapCost = fixed(30);
const structCost = fixed(40);

/** Sizes of a collection's keys or indices and of its values. */
interface EntrySize {
  readonly kind: 'list' | 'map';
  readonly key: Range;
  readonly value: Range;
}

interface Variable {
  readonly name: string;
  readonly declared: DeclaredType | undefined;
  readonly size: Range | undefined;
  readonly entry: EntrySize | undefined;
}

/** Kubernetes knows no bound for a map's keys, and takes them for empty. */
const keyType: DeclaredType = { type: types.string, elementsMax: 0, serializedBytesMin: 2 };

class Estimator {
  private readonly variables: ReadonlyMap<string, DeclaredType>;
  private readonly sizes = new Map<Expr, Range>();
  private readonly entries = new Map<Expr, EntrySize>();
  /** What the schema says about the value that an expression reads. */
  private readonly declared = new Map<Expr, DeclaredType | undefined>();
  private locals: readonly Variable[] = [];

  constructor(variables: ReadonlyMap<string, DeclaredType>) {
    this.variables = variables;
  }

  cost(expr: Expr): Range {
    switch (expr.kind) {
      case 'literal':
        return nothing;
      case 'ident':
        this.declared.set(expr, this.declaredName(expr.name));
        return one;
      case 'select':
        return this.select(expr);
      case 'call':
        return this.call(expr);
      case 'list':
        return add(this.elements(expr, 'list', [], expr.elements), listCost);
      case 'map':
        return add(
          this.elements(
            expr,
            'map',
            expr.entries.map(({ key }) => key),
            expr.entries.map(({ value }) => value),
          ),
          mapCost,
        );
      case 'struct':
        return expr.fields.reduce((sum, field) => add(sum, this.cost(field.value)), structCost);
      case 'comprehension':
        return this.comprehension(expr);
    }
  }

  private local(name: string): Variable | undefined {
    return this.locals.findLast((variable) => variable.name === name);
  }

  private declaredName(name: string): DeclaredType | undefined {
    const local = this.local(name);
    return local === undefined ? this.variables.get(name.startsWith('.') ? name.slice(1) : name) : local.declared;
  }

  private select(expr: Select): Range {
    if (expr.qualified !== undefined) {
      this.declared.set(expr, this.declaredName(expr.qualified.name));
      return one;
    }
    const operand = this.cost(expr.operand);
    if (expr.testOnly) return operand;
    this.declared.set(expr, this.declared.get(expr.operand)?.fields?.get(expr.field)?.type);
    const { kind } = typeOf(expr.operand);
    return kind === 'map' || kind === 'object' || kind === 'param' ? add(operand, one) : operand;
  }

  private call(expr: Call): Range {
    if (expr.name === 'dyn' && expr.target === undefined) return this.dyn(expr);
    const argCosts = expr.args.map((arg) => this.cost(arg));
    const args = expr.args.map((arg) => this.sized(arg));
    const target = expr.target === undefined || expr.qualifiedName !== undefined ? undefined : expr.target;
    const targetCost = target === undefined ? nothing : this.cost(target);
    const sizedTarget = target === undefined ? undefined : this.sized(target);
    const name = expr.qualifiedName ?? (expr.name.startsWith('.') ? expr.name.slice(1) : expr.name);
    const ids = expr.overloads?.map(({ id }) => id) ?? ['select_optional_field'];
    let cost: Range | undefined;
    let result: Range | undefined;
    for (const id of ids) {
      const estimate = this.overload(expr, name, id, sizedTarget, args, argCosts);
      cost = cost === undefined ? estimate.cost : union(cost, estimate.cost);
      if (estimate.result !== undefined) result = result === undefined ? estimate.result : union(result, estimate.result);
      if (id === 'index_list' || id === 'index_map') {
        const [operand] = expr.args as [Expr];
        result = this.entryOf(operand)?.value;
        this.declared.set(expr, this.declaredOf(operand)?.items);
      }
      result ??= this.sizeOf(expr);
    }
    if (result !== undefined) this.sizes.set(expr, result);
    return add(targetCost, cost ?? nothing);
  }

  private overload(
    expr: Call,
    name: string,
    id: string,
    target: Sized | undefined,
    args: readonly Sized[],
    costs: readonly Range[],
  ): { cost: Range; result?: Range } {
    const sum = costs.reduce(add, nothing);
    const [first = nothing, second = nothing, third = nothing] = costs;
    const [a, b, c] = args;
    if (id === 'logical_and' || id === 'logical_or') return { cost: { min: first.min, max: add(first, second).max } };
    if (id === 'conditional') {
      this.setEntry(expr, joinEntries(this.entryOf(expr.args[1] as Expr), this.entryOf(expr.args[2] as Expr)));
      return { cost: add(first, union(second, third)), result: union(b?.size ?? unknownSize, c?.size ?? unknownSize) };
    }
    if (id.startsWith('add_') && a !== undefined && b !== undefined) {
      this.setEntry(expr, joinEntries(this.entryOf(a.expr), this.entryOf(b.expr)));
    }
    const { cost, result } = estimateCall(name, id, target, args);
    return { cost: add(cost, sum), result };
  }

  private dyn(expr: Call): Range {
    const [arg] = expr.args as [Expr];
    const cost = this.cost(arg);
    this.copySizes(expr, arg);
    return add(cost, one);
  }

  private elements(expr: Expr, kind: 'list' | 'map', keys: readonly Expr[], values: readonly Expr[]): Range {
    const cost = [...keys, ...values].reduce((sum, each) => add(sum, this.cost(each)), nothing);
    const sizeOfAll = (exprs: readonly Expr[]): Range =>
      exprs.length === 0
        ? nothing
        : exprs.map((each) => this.sizeOf(each) ?? unknownSize).reduce((size, each) => union(size, each), { min: unbounded, max: 0 });
    this.entries.set(expr, { kind, key: kind === 'list' ? one : sizeOfAll(keys), value: sizeOfAll(values) });
    return cost;
  }

  private comprehension(expr: Comprehension): Range {
    if (isBinding(expr)) return this.binding(expr);
    let sum = add(this.cost(expr.range), this.cost(expr.accuInit));
    const outer = this.locals;
    const inner = [...outer, this.variableOf(expr.accuVar, expr.accuInit)];
    this.locals = [...inner, ...this.iterationVariables(expr)];
    const turn = add(this.cost(expr.condition), this.cost(expr.step));
    this.locals = inner;
    sum = add(sum, this.cost(expr.result));
    this.locals = outer;
    const count = this.sizeOf(expr.range) ?? unknownSize;
    if (expr.accuInit.kind === 'literal') this.setSize(expr, this.sizeOf(expr.accuInit));
    else if (expr.accuInit.kind === 'list' || expr.accuInit.kind === 'map') {
      this.setSize(expr, count);
      this.setEntry(expr, this.entryOf(expr.step));
    }
    return add(sum, multiply(count, turn));
  }

  private binding(expr: Comprehension): Range {
    const cost = add(this.cost(expr.range), this.cost(expr.accuInit));
    const outer = this.locals;
    this.locals = [...outer, this.variableOf(expr.accuVar, expr.accuInit)];
    const result = this.cost(expr.result);
    this.copySizes(expr, expr.result);
    this.locals = outer;
    return add(cost, result);
  }

  private variableOf(name: string, value: Expr): Variable {
    return { name, declared: this.declaredOf(value), size: this.sizeOf(value), entry: this.entryOf(value) };
  }

  private iterationVariables({ range, iterVar, iterVar2 }: Comprehension): Variable[] {
    const entry = this.entryOf(range);
    const kind = entry?.kind ?? typeOf(range).kind;
    const declared = this.declaredOf(range);
    const items = { declared: declared?.items, size: entry?.value, entry: undefined };
    const keys = { declared: declared === undefined ? undefined : keyType, size: entry?.key, entry: undefined };
    if (iterVar2 === undefined) return [{ name: iterVar, ...(kind === 'list' ? items : keys) }];
    return [
      { name: iterVar, ...(kind === 'list' ? { ...keys, declared: undefined } : keys) },
      { name: iterVar2, ...items },
    ];
  }

  private declaredOf(expr: Expr): DeclaredType | undefined {
    const local = expr.kind === 'ident' ? this.local(expr.name) : undefined;
    return local === undefined ? this.declared.get(expr) : local.declared;
  }

  private sized(expr: Expr): Sized {
    const items = this.declaredOf(expr)?.items;
    return {
      expr,
      type: typeOf(expr),
      size: this.sizeOf(expr) ?? unknownSize,
      itemSize: items === undefined ? undefined : declaredSize(items),
    };
  }

  private sizeOf(expr: Expr): Range | undefined {
    const known = this.sizes.get(expr) ?? writtenSize(expr);
    if (known !== undefined) return known;
    const declared = this.declaredOf(expr);
    const size = declared === undefined ? undefined : declaredSize(declared);
    if (size !== undefined) {
      this.sizes.set(expr, size);
      return size;
    }
    if (isScalar(typeOf(expr))) return one;
    return expr.kind === 'ident' ? this.local(expr.name)?.size : undefined;
  }

  private entryOf(expr: Expr): EntrySize | undefined {
    return this.entries.get(expr) ?? (expr.kind === 'ident' ? this.local(expr.name)?.entry : undefined);
  }

  private setSize(expr: Expr, size: Range | undefined): void {
    if (size !== undefined) this.sizes.set(expr, size);
  }

  private setEntry(expr: Expr, entry: EntrySize | undefined): void {
    if (entry !== undefined) this.entries.set(expr, entry);
  }

  private copySizes(to: Expr, from: Expr): void {
    this.setSize(to, this.sizeOf(from));
    this.setEntry(to, this.entryOf(from));
  }
}

function typeOf(expr: Expr): Type {
  return expr.type ?? types.dyn;
}

function joinEntries(a: EntrySize | undefined, b: EntrySize | undefined): EntrySize | undefined {
  return a === undefined || b === undefined ? undefined : { kind: a.kind, key: union(a.key, b.key), value: union(a.value, b.value) };
}

function isBinding(expr: Comprehension): boolean {
  const empty = expr.range.kind === 'list' && expr.range.elements.length === 0;
  return empty && expr.condition.kind === 'literal' && expr.condition.value === false && expr.accuVar !== accumulator;
}

/** The size that a schema allows; a value of fixed size counts as nothing there. Undefined when it says nothing. */
function declaredSize({ type, elementsMax }: DeclaredType): Range | undefined {
  if (elementsMax !== undefined) return { min: 0, max: elementsMax };
  return type.kind === 'dyn' || type.kind === 'any' || type.kind === 'opaque' ? undefined : nothing;
}

function writtenSize(expr: Expr): Range | undefined {
  if (expr.kind === 'list') return fixed(expr.elements.length);
  if (expr.kind === 'map') return fixed(expr.entries.length);
  if (expr.kind !== 'literal') return undefined;
  if (typeof expr.value === 'string') return fixed(codePointCount(expr.value));
  return fixed(expr.value instanceof Uint8Array ? expr.value.length : 1);
}

function isScalar(type: Type): boolean {
  if (isOptional(type)) return isScalar(type.parameters[0] as Type);
  return ['bool', 'double', 'duration', 'int', 'timestamp', 'uint'].includes(type.kind);
}
