import { forbidden } from '@kajitori/apimachinery';
import { groupResourceOf } from '../../call.ts';
import { compileExpression, type Expression, type Scope } from '@kajitori/kinds';
import { type Budget, budgetMax, evaluate } from './expressions.ts';
import type { Input } from './input.ts';
import type { MatchContext } from './matching.ts';

/** The conditions of a webhook or policy: all must hold for it to be asked. */
export interface MatchConditions {
  expressions: readonly Expression[];
  failsOpen: boolean;
}

/** Read once from a configuration; undefined when there are none. */
export function matchConditionsOf(
  conditions: readonly { expression: string }[] | undefined,
  failurePolicy: string | undefined,
  scope: Scope = { params: false, authorizer: true },
): MatchConditions | undefined {
  if (conditions === undefined || conditions.length === 0) return undefined;
  return { expressions: conditions.map(({ expression }) => compileExpression(expression, scope)), failsOpen: failurePolicy === 'Ignore' };
}

/**
 * Whether all conditions hold. One that does not is enough to say no, even when others cannot be evaluated; `errors` tells of those when
 * none says no.
 */
export function conditionsHold(
  { expressions }: MatchConditions,
  { bindings }: Input,
  budget: Budget,
): { hold: boolean; errors: readonly string[] } {
  const errors: string[] = [];
  for (const expression of expressions) {
    const { value, error } = evaluate(expression, bindings, budget);
    if (error !== undefined) errors.push(error);
    else if (value !== true) return { hold: false, errors: [] };
  }
  return { hold: errors.length === 0, errors };
}

/** For webhooks. @throws StatusError Forbidden when none says no, one cannot be evaluated, and the failure policy is Fail. */
export async function meetsConditions(conditions: MatchConditions | undefined, context: MatchContext): Promise<boolean> {
  if (conditions === undefined) return true;
  const input = await context.input(context.request.call.kind, conditions.expressions);
  const { hold, errors } = conditionsHold(conditions, input, { left: budgetMax });
  if (errors.length === 0 || conditions.failsOpen) return hold;
  throw forbidden(groupResourceOf(context.request.call.kind), context.attributes.name, listed(errors));
}

/** Several errors as Kubernetes writes them in one. */
export function listed(errors: readonly string[]): string {
  return errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`;
}
