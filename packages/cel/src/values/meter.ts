/**
 * A second bound beside cost. Cost follows Kubernetes' rules, which count some work too low: comparing two large objects
 * costs as little as comparing two lists of their length, and what `replace` makes is not counted at all. Work that may
 * exceed its cost is metered here, so that no expression runs long, whatever its cost. Evaluation is synchronous, so one
 * meter serves whoever is evaluating.
 */
import { CostLimitError } from '../errors.ts';

/** Steps of some tens of nanoseconds: what one evaluation may do beyond what its cost counts. */
const stepsMax = 20_000_000;

let stepsLeft = stepsMax;
let running = 0;

/** Runs an evaluation with a meter of its own, or with that of the evaluation which it is part of. */
export function metered<T>(run: () => T): T {
  if (running === 0) stepsLeft = stepsMax;
  running++;
  try {
    return run();
  } finally {
    running--;
  }
}

/** @throws {CostLimitError} the evaluation has done enough */
export function spend(steps: number): void {
  stepsLeft -= steps;
  if (stepsLeft < 0 && running > 0) throw new CostLimitError();
}
