import { compileExpression, type Expression, type ValidatingAdmissionPolicy } from '@kajitori/kinds';
import type { Bindings } from '@kajitori/cel';
import { type Budget, evaluate } from '../dynamic/expressions.ts';
import { conditionsHold, listed } from '../dynamic/match-conditions.ts';
import { withVariables } from './lazy-variables.ts';
import { type PolicyBase, policyBase } from './policy.ts';

export interface ValidatingPolicy extends PolicyBase {
  validations: readonly CompiledValidation[];
  auditAnnotations: readonly { key: string; expression: Expression }[];
  /** All of them, for what they read. */
  expressions: readonly Expression[];
}

interface CompiledValidation {
  expression: Expression;
  message: string;
  messageExpression: Expression | undefined;
  reason: string;
}

/** One rule's no. */
export interface Denial {
  message: string;
  reason: string;
  /** Which validation; -1 for what is none. */
  index: number;
}

export interface Verdict {
  denials: readonly Denial[];
  annotations: Readonly<Record<string, string>>;
}

const messageBytesMax = 5 * 1024;
const annotationBytesMax = 10 * 1024;
export const defaultReason = 'Invalid';

export function validatingPolicyOf({ metadata, spec }: ValidatingAdmissionPolicy): ValidatingPolicy[] {
  const name = metadata.name ?? '';
  const { base, scope } = policyBase(name, spec);
  const validations = (spec.validations ?? []).map(({ expression, message = '', messageExpression = '', reason = '' }) => ({
    expression: compileExpression(expression, scope),
    message: message.trim(),
    messageExpression: messageExpression.trim() === '' ? undefined : compileExpression(messageExpression, { ...scope, authorizer: false }),
    reason: reason === '' ? defaultReason : reason,
  }));
  const auditAnnotations = (spec.auditAnnotations ?? []).map(({ key, valueExpression }) => ({
    key,
    expression: compileExpression(valueExpression, scope),
  }));
  const expressions = [
    ...(base.conditions?.expressions ?? []),
    ...base.variables.map(({ expression }) => expression),
    ...validations.flatMap(({ expression, messageExpression }) =>
      messageExpression === undefined ? [expression] : [expression, messageExpression],
    ),
    ...auditAnnotations.map(({ expression }) => expression),
  ];
  return [{ ...base, validations, auditAnnotations, expressions }];
}

const nothing: Verdict = { denials: [], annotations: {} };

/** What the policy says of a request, with one set of parameters. Pure. */
export function verdictOf(policy: ValidatingPolicy, bindings: Bindings, budget: Budget): Verdict {
  const failed = (message: string, index: number): Denial[] => (policy.failsOpen ? [] : [{ message, reason: defaultReason, index }]);
  if (policy.conditions !== undefined) {
    const { hold, errors } = conditionsHold(policy.conditions, { bindings }, budget);
    if (errors.length > 0) return { ...nothing, denials: failed(listed(errors), -1) };
    if (!hold) return nothing;
  }
  const all = withVariables(bindings, policy.variables, budget);
  const denials = policy.validations.flatMap((validation, index): Denial[] => {
    const { value, error } = evaluate(validation.expression, all, budget);
    if (error !== undefined) return failed(error, index);
    return value === true ? [] : [{ message: messageOf(validation, all, budget), reason: validation.reason, index }];
  });
  const annotations: Record<string, string> = {};
  for (const { key, expression } of policy.auditAnnotations) {
    const { value, error } = evaluate(expression, all, budget);
    if (error !== undefined) denials.push(...failed(error, -1));
    else if (typeof value === 'string' && value.trim() !== '')
      annotations[`${policy.name}/${key}`] = value.trim().slice(0, annotationBytesMax);
  }
  return { denials, annotations };
}

/** What the message expression gives, when it is fit for a message; else the message, else the rule itself. */
function messageOf({ messageExpression, message, expression }: CompiledValidation, bindings: Bindings, budget: Budget): string {
  const value = messageExpression === undefined ? undefined : evaluate(messageExpression, bindings, budget).value;
  const said = typeof value === 'string' ? value.trim() : '';
  if (said !== '' && Buffer.byteLength(said) <= messageBytesMax && !said.includes('\n')) return said;
  return message === '' ? `failed expression: ${expression.source.trim()}` : message;
}
