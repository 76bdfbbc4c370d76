import { type Bindings, CostLimitError, EvaluationError, perCallCostMax, type Value } from '@kajitori/cel';
import type { Expression } from '@kajitori/kinds';

/** What is left to spend for all expressions of one policy and one request, in CEL's units. */
export interface Budget {
  left: number;
}

/** Of one policy with one set of parameters, or of the conditions of one webhook. */
export const budgetMax = 10_000_000;

const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run';

export type Outcome = { value: Value; error?: undefined } | { value?: undefined; error: string };

/** Evaluates within the budget. Errors are answers: the caller has a failure policy. */
export function evaluate({ source, program, problem }: Expression, bindings: Bindings, budget: Budget): Outcome {
  if (program === undefined) return { error: `compilation error: ${problem ?? source}` };
  const costMax = Math.min(perCallCostMax, Math.max(0, budget.left));
  try {
    const { value, cost } = program.evaluate(bindings, { costMax });
    budget.left -= cost;
    return { value };
  } catch (error) {
    if (!(error instanceof EvaluationError) && !(error instanceof CostLimitError)) throw error;
    budget.left -= (error as { cost?: number }).cost ?? costMax;
    if (error instanceof CostLimitError && budget.left <= 0) return { error: outOfBudget };
    return { error: `expression '${source}' resulted in error: ${error.message}` };
  }
}
