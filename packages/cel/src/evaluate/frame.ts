/** The state of one evaluation: values of variables, what was spent and what may be. */
import { CostLimitError, EvaluationError } from '../errors.ts';
import type { Bindings } from '../program.ts';
import type { Value } from '../values/value.ts';

/** A comprehension's variable: not yet evaluated, failed, or a value. */
export type Local = Value | EvaluationError | undefined;

export class Frame {
  cost = 0;
  readonly locals: Local[] = [];
  private readonly costMax: number;
  private readonly bindings: Bindings;
  private readonly globals: (Value | undefined)[] = [];

  constructor(bindings: Bindings, costMax: number) {
    this.bindings = bindings;
    this.costMax = costMax;
  }

  charge(units: number): void {
    this.cost += units;
    if (this.cost > this.costMax) throw new CostLimitError();
  }

  /** The variable's value; `index` is its place among the variables that the program reads. */
  global(index: number, name: string): Value {
    const known = this.globals[index];
    if (known !== undefined) return known;
    const bound = Object.hasOwn(this.bindings, name) ? this.bindings[name] : undefined;
    if (bound === undefined) throw new EvaluationError(`no such attribute(s): ${name}`);
    const value = typeof bound === 'function' ? bound() : bound;
    this.globals[index] = value;
    return value;
  }
}

export type Evaluate = (frame: Frame) => Value;
