/** Calling a function: which overload serves, and what it is charged. */
import type { CallCost } from '../cost/call-cost.ts';
import { EvaluationError } from '../errors.ts';
import type { Overload } from '../functions/declaration.ts';
import type { Expr } from '../parse/ast.ts';
import type { Value } from '../values/value.ts';
import { accepts, alwaysAccepts } from './accepts.ts';
import type { Evaluate } from './frame.ts';

type Apply = (...args: Value[]) => Value;

/** The one overload where types leave no choice; else the first that the values fit. */
export function dispatch(argExprs: readonly Expr[], overloads: readonly Overload[]): Apply {
  const [only] = overloads;
  if (only !== undefined && overloads.length === 1 && only.args.every((type, index) => alwaysAccepts(type, argExprs[index]?.type))) {
    return only.evaluate as Apply;
  }
  return (...args) => {
    for (const overload of overloads) {
      if (overload.args.every((type, index) => accepts(type, args[index] as Value))) return (overload.evaluate as Apply)(...args);
    }
    throw new EvaluationError('no such overload');
  };
}

/** Joins arguments, cost and function, without an array for the usual one and two arguments. */
export function assemble(args: readonly Evaluate[], evaluate: Apply, cost: CallCost): Evaluate {
  const [first, second] = args;
  if (typeof cost === 'number') {
    if (args.length === 1 && first !== undefined) {
      return (frame) => {
        frame.charge(cost);
        return evaluate(first(frame));
      };
    }
    if (args.length === 2 && first !== undefined && second !== undefined) {
      return (frame) => {
        frame.charge(cost);
        return evaluate(first(frame), second(frame));
      };
    }
  }
  const charged = typeof cost === 'number' ? (): number => cost : cost;
  if (args.length === 2 && first !== undefined && second !== undefined) {
    return (frame) => {
      const a = first(frame);
      const b = second(frame);
      frame.charge(charged([a, b]));
      return evaluate(a, b);
    };
  }
  return (frame) => {
    const values = args.map((arg) => arg(frame));
    frame.charge(charged(values));
    return evaluate(...values);
  };
}
