/**
 * Turns a checked syntax tree into closures. What each step charges is what cel-go's tracker would count for it, whose rules
 * follow from how that program is put together: a name and each selection after it cost one, constants nothing, a call what
 * its rule says; a selection from anything but a name costs one more, and the name at the root of a branch of `?:` nothing.
 */
import { callCost } from '../cost/call-cost.ts';
import { EvaluationError } from '../errors.ts';
import type { Call, Expr, Literal, Select } from '../parse/ast.ts';
import { JsonObject } from '../values/json.ts';
import { OptionalValue, type Value } from '../values/value.ts';
import { compileList, compileMap, compileStruct, type ObjectTypes } from './aggregates.ts';
import { assemble, dispatch } from './apply.ts';
import { compileComprehension, type Compiling, type LocalVariable } from './comprehension.ts';
import { constant, constantOf } from './constant.ts';
import { constantSet } from './constant-set.ts';
import { type Evaluate, Frame } from './frame.ts';
import { hasField, readAt, readField, readOptionalAt, readOptionalField } from './read.ts';

export interface Compiled {
  readonly evaluate: Evaluate;
  readonly globals: readonly string[];
}

/** @throws {EvaluationError} a conversion of a constant fails, which no evaluation could mend */
export function compile(expr: Expr, declarations: ObjectTypes): Compiled {
  const compiler = new Compiler(declarations);
  const evaluate = compiler.compile(expr);
  return { evaluate, globals: compiler.globals };
}

const foldable = new Set(['bool', 'bytes', 'double', 'duration', 'dyn', 'int', 'string', 'timestamp', 'type', 'uint']);
const conditional = '_?_:_';

class Compiler implements Compiling {
  readonly globals: string[] = [];
  private readonly declarations: ObjectTypes;
  private localCount = 0;
  private scope: readonly LocalVariable[] = [];

  constructor(declarations: ObjectTypes) {
    this.declarations = declarations;
  }

  compile(expr: Expr): Evaluate {
    switch (expr.kind) {
      case 'literal':
        return constant(expr.value);
      case 'ident':
      case 'select':
        return this.compileReference(expr, true);
      case 'call':
        return this.compileCall(expr);
      case 'list':
        return compileList((each) => this.compile(each), expr);
      case 'map':
        return compileMap((each) => this.compile(each), expr);
      case 'struct':
        return compileStruct((each) => this.compile(each), expr, this.declarations);
      case 'comprehension':
        return compileComprehension(this, expr);
    }
  }

  /** A variable with a slot of its own: a binding may be evaluated late, in the midst of another comprehension's turns. */
  newLocal(name: string): LocalVariable {
    return { name, slot: this.localCount++ };
  }

  /** Runs `compile` with the variables in scope. */
  within<T>(variables: readonly LocalVariable[], run: () => T): T {
    const outer = this.scope;
    this.scope = [...outer, ...variables];
    const result = run();
    this.scope = outer;
    return result;
  }

  slotOf(name: string): number {
    return (this.scope.findLast((each) => each.name === name) as LocalVariable).slot;
  }

  /** A name, a selection or an index; `charged` says whether the name at its root counts. */
  compileReference(expr: Expr, charged: boolean): Evaluate {
    if (expr.kind === 'ident') return this.compileName(expr.name, expr.constant, charged);
    if (expr.kind === 'select') {
      const { qualified } = expr;
      return qualified === undefined ? this.compileSelect(expr, charged) : this.compileName(qualified.name, qualified.constant, charged);
    }
    if (expr.kind === 'call') {
      if (expr.name === '_[_]' || expr.name === '_[?_]') return this.compileIndex(expr, charged);
      if (expr.name === '_?._') return this.compileOptionalSelect(expr, charged);
      if (expr.name === conditional) return this.compileConditional(expr);
    }
    return this.compile(expr);
  }

  private compileName(name: string, value: Value | undefined, charged: boolean): Evaluate {
    if (value !== undefined) return constant(value);
    const local = this.scope.findLast((each) => each.name === name);
    if (local !== undefined) return compileLocal(local, charged ? 1 : 0);
    const plain = name.startsWith('.') ? name.slice(1) : name;
    let index = this.globals.indexOf(plain);
    if (index < 0) index = this.globals.push(plain) - 1;
    if (!charged) return (frame) => frame.global(index, plain);
    return (frame) => {
      frame.charge(1);
      return frame.global(index, plain);
    };
  }

  /** What is selected from, and whether the selection's root costs one of its own. */
  private compileOperand(expr: Expr, charged: boolean): { operand: Evaluate; root: number } {
    const operand = this.compileReference(expr, charged);
    const reference = isReference(expr) && constantOf(operand) === undefined;
    return { operand, root: reference || !charged ? 0 : 1 };
  }

  private compileSelect(expr: Select, charged: boolean): Evaluate {
    const { operand, root } = this.compileOperand(expr.operand, charged);
    const { field } = expr;
    if (expr.testOnly) {
      return (frame) => {
        frame.charge(root);
        return hasField(operand(frame), field);
      };
    }
    const cost = root + 1;
    const operandType = expr.operand.type;
    const declared = operandType?.kind === 'object' ? this.declarations.objectType(operandType.name) : undefined;
    const declaredField = declared?.fields?.get(field);
    if (declaredField === undefined) {
      return (frame) => {
        frame.charge(root);
        const value = operand(frame);
        // Nothing is selected from an optional that holds nothing.
        if (value instanceof OptionalValue && value.value === undefined) return value;
        frame.charge(1);
        return readField(value, field);
      };
    }
    return (frame) => {
      frame.charge(cost);
      const value = operand(frame);
      if (value instanceof JsonObject && value.declared === declared) {
        const found = value.read(declaredField);
        if (found !== undefined) return found;
      }
      return readField(value, field);
    };
  }

  private compileOptionalSelect(expr: Call, charged: boolean): Evaluate {
    const [operandExpr, field] = expr.args as [Expr, Literal];
    const { operand, root } = this.compileOperand(operandExpr, charged);
    const name = field.value as string;
    return (frame) => {
      frame.charge(root);
      const result = readOptionalField(operand(frame), name);
      if (result.value !== undefined) frame.charge(1);
      return result;
    };
  }

  private compileIndex(expr: Call, charged: boolean): Evaluate {
    const [operandExpr, keyExpr] = expr.args as [Expr, Expr];
    const { operand, root } = this.compileOperand(operandExpr, charged);
    const key = this.compileReference(keyExpr, false);
    if (expr.name === '_[_]') {
      return (frame) => {
        frame.charge(root + 1);
        return readAt(operand(frame), key(frame));
      };
    }
    return (frame) => {
      frame.charge(root);
      const result = readOptionalAt(operand(frame), key(frame));
      if (result.value !== undefined) frame.charge(1);
      return result;
    };
  }

  private compileCall(expr: Call): Evaluate {
    switch (expr.name) {
      case '_&&_':
        return this.compileLogical(expr, false);
      case '_||_':
        return this.compileLogical(expr, true);
      case conditional:
        return this.compileConditional(expr);
      case '_[_]':
      case '_[?_]':
      case '_?._':
        return this.compileReference(expr, true);
      case '@not_strictly_false':
        return this.compileNotStrictlyFalse(expr);
      case 'or':
      case 'orValue':
        if (expr.overloads?.[0]?.id.startsWith('optional_') === true) return this.compileAlternative(expr);
        break;
      default:
    }
    return this.compileFunction(expr);
  }

  /** Either side may settle the outcome, even when the other fails. */
  private compileLogical(expr: Call, decisive: boolean): Evaluate {
    const [left, right] = expr.args.map((arg) => this.compile(arg)) as [Evaluate, Evaluate];
    return (frame) => {
      let failure: EvaluationError | undefined;
      try {
        const value = left(frame);
        if (value === decisive) return decisive;
        if (typeof value !== 'boolean') failure = new EvaluationError('no such overload');
      } catch (error) {
        if (!(error instanceof EvaluationError)) throw error;
        failure = error;
      }
      const value = right(frame);
      if (value === decisive) return decisive;
      if (failure !== undefined) throw failure;
      if (typeof value !== 'boolean') throw new EvaluationError('no such overload');
      return !decisive;
    };
  }

  private compileConditional(expr: Call): Evaluate {
    const [conditionExpr, thenExpr, elseExpr] = expr.args as [Expr, Expr, Expr];
    const condition = this.compile(conditionExpr);
    const whenTrue = this.compileReference(thenExpr, false);
    const whenFalse = this.compileReference(elseExpr, false);
    return (frame) => {
      const value = condition(frame);
      if (value === true) return whenTrue(frame);
      if (value === false) return whenFalse(frame);
      throw new EvaluationError('no such overload');
    };
  }

  /** The condition of a comprehension goes on while the outcome is open, which an error is too. */
  private compileNotStrictlyFalse(expr: Call): Evaluate {
    const value = this.compile(expr.args[0] as Expr);
    return (frame) => {
      frame.charge(1);
      try {
        return value(frame) !== false;
      } catch (error) {
        if (error instanceof EvaluationError) return true;
        throw error;
      }
    };
  }

  private compileAlternative(expr: Call): Evaluate {
    const value = this.compile(expr.target as Expr);
    const alternative = this.compile(expr.args[0] as Expr);
    const unwrap = expr.name === 'orValue';
    return (frame) => {
      const optional = value(frame);
      // A value that turns out to be no optional is there.
      if (!(optional instanceof OptionalValue)) return optional;
      if (optional.value === undefined) return alternative(frame);
      return unwrap ? optional.value : optional;
    };
  }

  private compileFunction(expr: Call): Evaluate {
    const argExprs = expr.target === undefined || expr.qualifiedName !== undefined ? expr.args : [expr.target, ...expr.args];
    const args = argExprs.map((arg) => this.compile(arg));
    const overloads = expr.overloads ?? [];
    const [only] = overloads;
    const name = expr.qualifiedName ?? (expr.name.startsWith('.') ? expr.name.slice(1) : expr.name);
    const id = overloads.length === 1 && only !== undefined ? only.id : '';
    if (id === 'in_list') {
      const member = constantSet(args[0] as Evaluate, args[1] as Evaluate);
      if (member !== undefined) return member;
    }
    const evaluate = dispatch(argExprs, overloads);
    const cost = callCost(name, id);
    const call = assemble(args, evaluate, cost);
    if (foldable.has(name) && args.length === 1 && constantOf(args[0] as Evaluate) !== undefined) {
      return constant(call(new Frame({}, Infinity)));
    }
    return call;
  }
}

function compileLocal({ slot, lazy }: LocalVariable, cost: number): Evaluate {
  return (frame) => {
    frame.charge(cost);
    let value = frame.locals[slot];
    if (value === undefined && lazy !== undefined) {
      value = lazy(frame);
      frame.locals[slot] = value;
    }
    if (value instanceof EvaluationError) throw value;
    return value as Value;
  };
}

/** Whether cel-go would treat the expression as one attribute with what is selected from it. */
function isReference(expr: Expr): boolean {
  if (expr.kind === 'ident' || expr.kind === 'select') return true;
  return expr.kind === 'call' && (expr.name === '_[_]' || expr.name === '_[?_]' || expr.name === '_?._' || expr.name === conditional);
}
