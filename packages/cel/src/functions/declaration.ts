/**
 * How functions are declared: by name, with overloads that the checker chooses from by types and the evaluator by values.
 */
import type { Type } from '../types/type.ts';
import type { Value } from '../values/value.ts';

export interface Overload {
  readonly id: string;
  /** Called as `target.name(…)`; the target is the first of `args`. */
  readonly member: boolean;
  readonly args: readonly Type[];
  readonly result: Type;
  /** Gets values that fit `args`. Throws EvaluationError. */
  readonly evaluate: (...args: never[]) => Value;
}

export interface FunctionDeclaration {
  readonly name: string;
  readonly overloads: readonly Overload[];
}

/** A set of functions that an environment may have, with the types that they bring. */
export interface Library {
  readonly name: string;
  readonly functions: readonly FunctionDeclaration[];
  /** Types whose names are values: `type(x) == net.IP`. */
  readonly types?: readonly Type[];
}

/** An overload called as `name(args)`. */
export function overload(id: string, args: readonly Type[], result: Type, evaluate: Overload['evaluate']): Overload {
  return { id, member: false, args, result, evaluate };
}

/** An overload called as `target.name(args)`; `args` begins with the target. */
export function member(id: string, args: readonly Type[], result: Type, evaluate: Overload['evaluate']): Overload {
  return { id, member: true, args, result, evaluate };
}

export function declareFunction(name: string, ...overloads: Overload[]): FunctionDeclaration {
  return { name, overloads };
}
