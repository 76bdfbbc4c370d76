/** Steps whose value is settled before anything runs; they cost nothing. */
import type { Value } from '../values/value.ts';
import type { Evaluate } from './frame.ts';

const constants = new WeakMap<Evaluate, { readonly value: Value }>();

export function constant(value: Value): Evaluate {
  const evaluate = (): Value => value;
  constants.set(evaluate, { value });
  return evaluate;
}

export function constantOf(evaluate: Evaluate): { readonly value: Value } | undefined {
  return constants.get(evaluate);
}
