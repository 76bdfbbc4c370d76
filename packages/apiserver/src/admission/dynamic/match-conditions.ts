import { forbidden } from '@kajitori/apimachinery';
import { groupResourceOf } from '../../call.ts';
import { type Expression, compileExpression, evaluateTo } from './expressions.ts';
import type { MatchContext } from './matching.ts';

/** The conditions of a webhook or policy: all must hold for it to be asked. */
export interface MatchConditions {
  conditions: readonly { name: string; expression: Expression }[];
  failsOpen: boolean;
}

/** Read once from a configuration; undefined when there are none. */
export function matchConditionsOf(
  conditions: readonly { name: string; expression: string }[] | undefined,
  failurePolicy: string | undefined,
): MatchConditions | undefined {
  if (conditions === undefined || conditions.length === 0) return undefined;
  return {
    conditions: conditions.map(({ name, expression }) => ({ name, expression: compileExpression(expression) })),
    failsOpen: failurePolicy === 'Ignore',
  };
}

/**
 * Whether all conditions hold. One that does not is enough to say no, even when others cannot be evaluated.
 * @throws StatusError Forbidden when none says no, one cannot be evaluated, and the failure policy is Fail.
 */
export async function meetsConditions(conditions: MatchConditions | undefined, context: MatchContext): Promise<boolean> {
  if (conditions === undefined) return true;
  const bindings = context;
  const errors: string[] = [];
  for (const { expression } of conditions.conditions) {
    const result = evaluateTo('bool', expression, bindings);
    if (result.value === false) return false;
    if (result.error !== undefined) errors.push(result.error);
  }
  if (errors.length === 0) return true;
  if (conditions.failsOpen) return false;
  const { kind } = context.request.call;
  throw forbidden(groupResourceOf(kind), context.attributes.name, errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`);
}
