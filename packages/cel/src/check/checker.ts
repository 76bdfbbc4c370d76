/**
 * Gives every node of a syntax tree its type and every call its overloads, or reports why it cannot. The rules are those
 * of CEL's gradual typing: `dyn` fits everything and is settled when the expression runs.
 */
import type { Issue } from '../errors.ts';
import type { FunctionDeclaration, Overload } from '../functions/declaration.ts';
import {
  type Call,
  type Comprehension,
  dottedName,
  type Expr,
  type ListLiteral,
  type Literal,
  type MapLiteral,
  type Select,
  type StructLiteral,
} from '../parse/ast.ts';
import type { Source } from '../source/source.ts';
import { formatType, isDyn, isOptional, sameType, type Type, types } from '../types/type.ts';
import { TypeValue, typeOf } from '../values/value.ts';
import { type Declarations, lookup, type Scope } from './scope.ts';
import { moreGeneral, Unifier } from './unify.ts';

/** Notes types and overloads on the tree; what it finds wrong goes to `issues`. Returns the type of the whole. */
export function check(expr: Expr, source: Source, declarations: Declarations, issues: Issue[]): Type {
  return new Checker(source, declarations, issues).run(expr);
}

function rootOf(name: string): string {
  const plain = name.startsWith('.') ? name.slice(1) : name;
  return plain.slice(0, plain.indexOf('.'));
}

class Checker {
  private readonly source: Source;
  private readonly declarations: Declarations;
  private readonly issues: Issue[];
  private readonly unifier = new Unifier();
  private readonly typed: Expr[] = [];
  private scope: Scope | undefined;

  constructor(source: Source, declarations: Declarations, issues: Issue[]) {
    this.source = source;
    this.declarations = declarations;
    this.issues = issues;
  }

  run(expr: Expr): Type {
    this.check(expr);
    for (const each of this.typed) each.type = this.unifier.substitute(each.type as Type, true);
    return expr.type as Type;
  }

  private report(offset: number, message: string): void {
    this.issues.push(this.source.issueAt(offset, message));
  }

  private undeclared(offset: number, name: string): Type {
    this.report(offset, `undeclared reference to '${name}' (in container '')`);
    return types.error;
  }

  private mismatch(offset: number, expected: Type, found: Type): void {
    this.report(offset, `expected type '${formatType(expected)}' but found '${formatType(found)}'`);
  }

  private check(expr: Expr): Type {
    const type = this.typeOf(expr);
    expr.type = type;
    this.typed.push(expr);
    return type;
  }

  private typeOf(expr: Expr): Type {
    switch (expr.kind) {
      case 'literal':
        return typeOf(expr.value);
      case 'ident': {
        const found = this.resolve(expr.name);
        if (found === undefined) return this.undeclared(expr.offset, expr.name);
        expr.constant = found.constant;
        return found.type;
      }
      case 'select':
        return this.select(expr);
      case 'call':
        return this.call(expr);
      case 'list':
        return this.list(expr);
      case 'map':
        return this.map(expr);
      case 'struct':
        return this.struct(expr);
      case 'comprehension':
        return this.comprehension(expr);
    }
  }

  /** `root` is the first part of a dotted name: where that is a variable, the rest selects from it and names no type. */
  private resolve(name: string, root?: string): { type: Type; constant?: TypeValue } | undefined {
    const local = lookup(this.scope, name);
    if (local !== undefined) return { type: local };
    const plain = name.startsWith('.') ? name.slice(1) : name;
    const { variables } = this.declarations;
    const variable = variables.get(plain);
    if (variable !== undefined) return { type: variable.type };
    if (root !== undefined && (lookup(this.scope, root) !== undefined || variables.has(root))) return undefined;
    const named = this.declarations.typeNames.get(plain) ?? this.declarations.objectType(plain)?.type;
    return named === undefined ? undefined : { type: types.type(named), constant: new TypeValue(named) };
  }

  private select(expr: Select): Type {
    const name = dottedName(expr);
    if (name !== undefined) {
      const found = this.resolve(name, rootOf(name));
      if (found !== undefined) {
        expr.qualified = { kind: 'ident', offset: expr.offset, name, type: found.type, constant: found.constant };
        return found.type;
      }
    }
    const result = this.field(expr.offset, expr.operand, expr.field, false);
    return expr.testOnly ? types.bool : this.unifier.substitute(result);
  }

  private field(offset: number, operand: Expr, name: string, optional: boolean): Type {
    const operandType = this.unifier.substitute(this.check(operand));
    const unwrapped = isOptional(operandType);
    const target = unwrapped ? (operandType.parameters[0] as Type) : operandType;
    const result = this.fieldType(offset, target, name);
    return unwrapped || optional ? types.optional(result) : result;
  }

  private fieldType(offset: number, target: Type, name: string): Type {
    switch (target.kind) {
      case 'map':
        return target.parameters[1] as Type;
      case 'object':
        return this.objectField(offset, target.name, name) ?? types.error;
      case 'param':
        this.unifier.assignable(types.dyn, target);
        return types.dyn;
      default:
        if (!isDyn(target) && target.kind !== 'error') {
          this.report(offset, `type '${formatType(target)}' does not support field selection`);
        }
        return types.dyn;
    }
  }

  private objectField(offset: number, typeName: string, name: string): Type | undefined {
    const declared = this.declarations.objectType(typeName);
    const field = declared?.fields?.get(name);
    if (field !== undefined) return field.type.type;
    this.report(offset, declared === undefined ? `unexpected failed resolution of '${typeName}'` : `undefined field '${name}'`);
    return undefined;
  }

  private call(expr: Call): Type {
    if (expr.name === '_?._') {
      const [operand, field] = expr.args as [Expr, Literal];
      return this.unifier.substitute(this.field(expr.offset, operand, field.value as string, true));
    }
    for (const arg of expr.args) this.check(arg);
    const { functions } = this.declarations;
    if (expr.target === undefined) {
      const plain = expr.name.startsWith('.') ? expr.name.slice(1) : expr.name;
      const declared = functions.get(plain);
      return declared === undefined ? this.undeclared(expr.offset, expr.name) : this.resolveCall(expr, declared, undefined);
    }
    const prefix = dottedName(expr.target);
    const qualified = prefix === undefined ? undefined : functions.get(`${prefix}.${expr.name}`);
    if (qualified !== undefined) {
      expr.qualifiedName = qualified.name;
      return this.resolveCall(expr, qualified, undefined);
    }
    this.check(expr.target);
    const declared = functions.get(expr.name);
    return declared === undefined ? this.undeclared(expr.offset, expr.name) : this.resolveCall(expr, declared, expr.target);
  }

  private resolveCall(expr: Call, declared: FunctionDeclaration, target: Expr | undefined): Type {
    const args = target === undefined ? expr.args : [target, ...expr.args];
    const argTypes = args.map((arg) => arg.type as Type);
    if (declared.name === '_&&_' || declared.name === '_||_') return this.logical(expr, declared, args);
    const matching: Overload[] = [];
    let result: Type | undefined;
    for (const overload of declared.overloads) {
      if (overload.member !== (target !== undefined) || overload.args.length !== args.length) continue;
      const instance = this.instantiate(overload);
      if (!this.unifier.assignableAll(argTypes, instance.args)) continue;
      matching.push(overload);
      const type = this.unifier.substitute(instance.result);
      if (result === undefined) result = type;
      else if (!isDyn(result) && !sameType(type, result)) result = types.dyn;
    }
    if (result === undefined) {
      const shown = argTypes.map((type) => formatType(this.unifier.substitute(type, true)));
      const receiver = target === undefined ? '' : `${shown.shift()}.`;
      this.report(expr.offset, `found no matching overload for '${declared.name}' applied to '${receiver}(${shown.join(', ')})'`);
      return types.error;
    }
    expr.overloads = matching;
    return result;
  }

  private logical(expr: Call, declared: FunctionDeclaration, args: readonly Expr[]): Type {
    let valid = true;
    for (const arg of args) {
      if (this.unifier.assignable(arg.type as Type, types.bool)) continue;
      this.mismatch(arg.offset, types.bool, arg.type as Type);
      valid = false;
    }
    expr.overloads = declared.overloads;
    return valid ? types.bool : types.error;
  }

  /** The overload's types with type variables of this call's own. */
  private instantiate(overload: Overload): { args: readonly Type[]; result: Type } {
    const variables = new Map<string, Type>();
    const replace = (type: Type): Type => {
      if (type.kind === 'param') {
        let variable = variables.get(type.name);
        if (variable === undefined) variables.set(type.name, (variable = this.unifier.newVariable()));
        return variable;
      }
      if (type.parameters.length === 0) return type;
      return { ...type, parameters: type.parameters.map(replace) };
    };
    return { args: overload.args.map(replace), result: replace(overload.result) };
  }

  private list(expr: ListLiteral): Type {
    let items: Type | undefined;
    for (const [index, element] of expr.elements.entries()) {
      const type = this.check(element);
      items = this.join(items, expr.optional[index] === true ? this.unwrap(element, type) : type);
    }
    return types.list(items ?? this.unifier.newVariable());
  }

  /** The type inside an optional, which an entry marked with `?` must be. */
  private unwrap(expr: Expr, type: Type): Type {
    if (isOptional(type)) return type.parameters[0] as Type;
    if (!isDyn(type)) this.mismatch(expr.offset, types.optional(type), type);
    return type;
  }

  private join(previous: Type | undefined, current: Type): Type {
    if (previous === undefined) return current;
    return this.unifier.assignable(previous, current) ? moreGeneral(previous, current) : types.dyn;
  }

  private map(expr: MapLiteral): Type {
    let keys: Type | undefined;
    let values: Type | undefined;
    for (const entry of expr.entries) {
      keys = this.join(keys, this.check(entry.key));
      const type = this.check(entry.value);
      values = this.join(values, entry.optional ? this.unwrap(entry.value, type) : type);
    }
    return types.map(keys ?? this.unifier.newVariable(), values ?? this.unifier.newVariable());
  }

  private struct(expr: StructLiteral): Type {
    const found = this.resolve(expr.name);
    if (found === undefined) return this.undeclared(expr.offset, expr.name);
    const named = found.type.kind === 'type' ? (found.type.parameters[0] ?? types.error) : types.error;
    if (found.type.kind !== 'type') this.report(expr.offset, `'${formatType(found.type)}' is not a type`);
    else if (named.kind !== 'object') this.report(expr.offset, `'${named.name}' is not a message type`);
    for (const field of expr.fields) {
      const type = this.check(field.value);
      if (named.kind !== 'object') continue;
      const declared = this.objectField(field.offset, named.name, field.name) ?? types.error;
      const value = field.optional ? this.unwrap(field.value, type) : type;
      if (this.unifier.assignable(declared, value)) continue;
      const expected = `expected type of field '${field.name}' is '${formatType(declared)}'`;
      this.report(field.offset, `${expected} but provided type is '${formatType(value)}'`);
    }
    return named.kind === 'object' ? named : types.error;
  }

  private comprehension(expr: Comprehension): Type {
    const range = this.unifier.substitute(this.check(expr.range));
    const accu = this.check(expr.accuInit);
    const outer = this.scope;
    const accuScope: Scope = { names: new Map([[expr.accuVar, accu]]), parent: outer };
    this.scope = { names: this.iterationTypes(expr, range), parent: accuScope };
    this.assert(expr.condition, types.bool);
    this.assert(expr.step, accu);
    this.scope = accuScope;
    const result = this.check(expr.result);
    this.scope = outer;
    return this.unifier.substitute(result);
  }

  private assert(expr: Expr, expected: Type): void {
    const found = this.check(expr);
    if (!this.unifier.assignable(expected, found)) this.mismatch(expr.offset, expected, found);
  }

  private iterationTypes(expr: Comprehension, range: Type): Map<string, Type> {
    const [first, second] = this.rangeTypes(expr, range);
    return new Map(
      expr.iterVar2 === undefined
        ? [[expr.iterVar, first]]
        : [
            [expr.iterVar, first],
            [expr.iterVar2, second],
          ],
    );
  }

  private rangeTypes(expr: Comprehension, range: Type): [Type, Type] {
    const [a = types.dyn, b = types.dyn] = range.parameters;
    switch (range.kind) {
      case 'list':
        return expr.iterVar2 === undefined ? [a, a] : [types.int, a];
      case 'map':
        return [a, b];
      case 'dyn':
      case 'any':
      case 'error':
      case 'param':
        this.unifier.assignable(types.dyn, range);
        return [types.dyn, types.dyn];
      default:
        this.report(
          expr.range.offset,
          `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        );
        return [types.error, types.error];
    }
  }
}
