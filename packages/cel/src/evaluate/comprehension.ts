/**
 * Folds over lists and maps. A step that appends or inserts works on a list or map of the fold's own, which nothing else
 * has seen yet, so that collecting n items takes n steps; it is charged as the additions that it stands for.
 */
import { EvaluationError } from '../errors.ts';
import type { Call, Comprehension, Expr } from '../parse/ast.ts';
import { EntryMap } from '../values/entry-map.ts';
import { ArrayList, ListValue, MapValue, OptionalValue, typeOf, type Value } from '../values/value.ts';
import { constantOf } from './constant.ts';
import type { Evaluate, Frame, Local } from './frame.ts';

export interface LocalVariable {
  readonly name: string;
  readonly slot: number;
  /** Evaluated when the variable is first read. */
  readonly lazy?: Evaluate;
}

/** What a comprehension needs of whoever compiles the expressions in it. */
export interface Compiling {
  compile(expr: Expr): Evaluate;
  newLocal(name: string): LocalVariable;
  within<T>(variables: readonly LocalVariable[], compile: () => T): T;
  slotOf(name: string): number;
}

export function compileComprehension(compiler: Compiling, expr: Comprehension): Evaluate {
  if (isBinding(expr)) return compileBinding(compiler, expr);
  const range = compiler.compile(expr.range);
  const accu = compiler.newLocal(expr.accuVar);
  const first = compiler.newLocal(expr.iterVar);
  const second = expr.iterVar2 === undefined ? undefined : compiler.newLocal(expr.iterVar2);
  const condition = compiler.within([accu], () => compiler.compile(expr.condition));
  const result = compiler.within([accu], () => compiler.compile(expr.result));
  const scope = second === undefined ? [accu, first] : [accu, first, second];
  const fold = compiler.within(scope, () => compileFold(compiler, expr, accu.slot, condition));
  return (frame) => {
    const over = range(frame);
    const turn = fold(frame);
    iterate(over, second !== undefined, (one, two) => {
      frame.locals[first.slot] = one;
      if (second !== undefined) frame.locals[second.slot] = two;
      return turn();
    });
    return result(frame);
  };
}

/** Begins a fold; what it returns takes a step and says whether to go on. */
type Fold = (frame: Frame) => () => boolean;

function compileFold(compiler: Compiling, expr: Comprehension, accu: number, condition: Evaluate): Fold {
  const collect = compileCollecting(compiler, expr);
  if (collect !== undefined) {
    return (frame) => {
      const step = collect(frame);
      return () => {
        step();
        return true;
      };
    };
  }
  const init = compiler.compile(expr.accuInit);
  const step = compiler.compile(expr.step);
  // Only `&&` and `||` may settle what an earlier item's error left open.
  const absorbing = expr.step.kind === 'call' && (expr.step.name === '_&&_' || expr.step.name === '_||_');
  return (frame) => {
    const { locals } = frame;
    locals[accu] = init(frame);
    return () => {
      if (condition(frame) !== true) return false;
      locals[accu] = absorbing ? attempt(step, frame) : step(frame);
      return true;
    };
  };
}

function attempt(step: Evaluate, frame: Frame): Local {
  try {
    return step(frame);
  } catch (error) {
    if (error instanceof EvaluationError) return error;
    throw error;
  }
}

/** Runs over items, or keys, or both, until told to stop. */
function iterate(over: Value, pairs: boolean, turn: (one: Value, two: Value | undefined) => boolean): void {
  if (over instanceof ListValue) {
    const { size } = over;
    for (let index = 0; index < size; index++) {
      const item = over.at(index);
      if (!(pairs ? turn(index, item) : turn(item, undefined))) return;
    }
  } else if (over instanceof MapValue) {
    for (const key of over.keys()) if (!turn(key, pairs ? over.get(key) : undefined)) return;
  } else {
    throw new EvaluationError(`got '${goType(over)}', expected iterable type`);
  }
}

/** The name that error messages give to a value's type. */
function goType(value: Value): string {
  const { kind, name } = typeOf(value);
  return kind === 'opaque' || kind === 'object' ? name : `types.${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

/** `cel.bind`: a fold over nothing whose accumulator is the variable. */
function isBinding(expr: Comprehension): boolean {
  return (
    expr.range.kind === 'list' && expr.range.elements.length === 0 && expr.condition.kind === 'literal' && expr.condition.value === false
  );
}

function compileBinding(compiler: Compiling, expr: Comprehension): Evaluate {
  const init = compiler.compile(expr.accuInit);
  const local = { ...compiler.newLocal(expr.accuVar), lazy: init };
  const result = compiler.within([local], () => compiler.compile(expr.result));
  return (frame) => {
    frame.locals[local.slot] = undefined;
    return result(frame);
  };
}

/** The step's parts when all it does is to append an item, or insert an entry, perhaps under a condition. */
function compileCollecting(compiler: Compiling, expr: Comprehension): ((frame: Frame) => () => void) | undefined {
  const { step, accuInit, accuVar } = expr;
  const filtered = step.kind === 'call' && step.name === '_?_:_' && isIdent(step.args[2], accuVar);
  const addition = filtered ? step.args[1] : step;
  if (addition?.kind !== 'call' || !isIdent(addition.args[0], accuVar)) return undefined;
  const add =
    accuInit.kind === 'list' && accuInit.elements.length === 0
      ? compileAppend(compiler, addition)
      : accuInit.kind === 'map' && accuInit.entries.length === 0
        ? compileInsert(compiler, addition)
        : undefined;
  if (add === undefined) return undefined;
  const filter = filtered ? compiler.compile(step.args[0] as Expr) : undefined;
  const slot = compiler.slotOf(accuVar);
  return (frame) => {
    const { value, insert } = add(frame);
    frame.locals[slot] = value;
    return () => {
      const passes = filter === undefined || filter(frame);
      if (passes === true) insert();
      else if (passes !== false) throw new EvaluationError('no such overload');
    };
  };
}

/** Begins a collection: what is collected into, and how one more comes in. */
type Collect = (frame: Frame) => { value: Value; insert: () => void };

const additionCost = 2;
const listCost = 10;

function compileAppend(compiler: Compiling, addition: Call): Collect | undefined {
  const [, appended] = addition.args;
  if (addition.name !== '_+_' || appended?.kind !== 'list' || appended.elements.length !== 1) return undefined;
  const [element] = appended.elements as readonly [Expr];
  const [optional] = appended.optional;
  const item = compiler.compile(element);
  const cost = additionCost + (constantOf(item) !== undefined && optional !== true ? 0 : listCost);
  return (frame) => {
    const items: Value[] = [];
    return {
      value: new ArrayList(items),
      insert: () => {
        frame.charge(cost);
        const value = item(frame);
        if (optional !== true) items.push(value);
        else if (value instanceof OptionalValue && value.value !== undefined) items.push(value.value);
      },
    };
  };
}

function compileInsert(compiler: Compiling, addition: Call): Collect | undefined {
  if (addition.name !== 'cel.@mapInsert') return undefined;
  const [key, value] = addition.args.slice(1).map((arg) => compiler.compile(arg)) as [Evaluate, Evaluate | undefined];
  return (frame) => {
    const map = new EntryMap();
    const insert = (): void => {
      frame.charge(additionCost);
      if (value !== undefined) {
        map.insert(key(frame), value(frame));
        return;
      }
      const entries = key(frame);
      if (!(entries instanceof MapValue)) throw new EvaluationError('no such overload');
      for (const each of entries.keys()) map.insert(each, entries.get(each) as Value);
    };
    return { value: map, insert };
  };
}

function isIdent(expr: Expr | undefined, name: string): boolean {
  return expr?.kind === 'ident' && expr.name === name;
}
