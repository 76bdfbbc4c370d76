import { type Bindings, EvaluationError, ObjectValue, type Type, types, type Value } from '@kajitori/cel';
import { type Budget, evaluate } from '../dynamic/expressions.ts';
import { type PolicyVariable, variablesTypeName } from '@kajitori/kinds';

const type = types.object(variablesTypeName);

/** `variables` in expressions: each is evaluated when it is first read, once a policy and request. */
class LazyVariables extends ObjectValue {
  readonly type: Type = type;
  readonly #variables: ReadonlyMap<string, PolicyVariable>;
  readonly #outcomes = new Map<string, ReturnType<typeof evaluate>>();
  readonly #budget: Budget;
  #bindings: Bindings = {};

  constructor(variables: readonly PolicyVariable[], budget: Budget) {
    super();
    this.#variables = new Map(variables.map((one) => [one.name, one]));
    this.#budget = budget;
  }

  /** They see what all expressions see, and each other: an expression can only name those before it. */
  over(bindings: Bindings): Bindings {
    this.#bindings = { ...bindings, variables: this };
    return this.#bindings;
  }

  get(name: string): Value | undefined {
    const variable = this.#variables.get(name);
    if (variable === undefined) return undefined;
    let outcome = this.#outcomes.get(name);
    if (outcome === undefined) {
      outcome = evaluate(variable.expression, this.#bindings, this.#budget);
      this.#outcomes.set(name, outcome);
    }
    if (outcome.error !== undefined) throw new EvaluationError(`composited variable "${name}" fails to evaluate: ${outcome.error}`);
    return outcome.value;
  }

  has(name: string): boolean {
    return this.#variables.has(name);
  }

  names(): Iterable<string> {
    return this.#variables.keys();
  }
}

export function withVariables(bindings: Bindings, variables: readonly PolicyVariable[], budget: Budget): Bindings {
  return variables.length === 0 ? bindings : new LazyVariables(variables, budget).over(bindings);
}
