import type { MutatingAdmissionPolicySpec, ParamKind, ValidatingAdmissionPolicySpec } from '@kajitori/kinds';
import type { DeclaredType } from '@kajitori/cel';
import { compileExpression, declaredOutput, type Expression, type Scope } from '../dynamic/expressions.ts';
import { type MatchConditions, matchConditionsOf } from '../dynamic/match-conditions.ts';
import { type Match, matchOf } from '../dynamic/matching.ts';

/** What validating and mutating policies have in common, read for use. */
export interface PolicyBase {
  name: string;
  match: Match;
  conditions: MatchConditions | undefined;
  paramKind: ParamKind | undefined;
  variables: readonly Variable[];
  failsOpen: boolean;
}

export interface Variable {
  name: string;
  expression: Expression;
}

type Spec = Pick<
  ValidatingAdmissionPolicySpec & MutatingAdmissionPolicySpec,
  'matchConstraints' | 'matchConditions' | 'paramKind' | 'variables' | 'failurePolicy'
>;

/** The policy without its own rules, and the scope that those have. */
export function policyBase(name: string, spec: Spec): { base: PolicyBase; scope: Scope } {
  const params = spec.paramKind !== undefined;
  const { variables, types } = compiledVariables(spec.variables ?? [], params);
  return {
    base: {
      name,
      match: matchOf(spec.matchConstraints ?? {}),
      conditions: matchConditionsOf(spec.matchConditions, spec.failurePolicy, { params, authorizer: true }),
      paramKind: spec.paramKind,
      variables,
      failsOpen: spec.failurePolicy === 'Ignore',
    },
    scope: { params, authorizer: true, variables: types },
  };
}

/** Each sees those before it. */
export function compiledVariables(
  list: readonly { name: string; expression: string }[],
  params: boolean,
): { variables: Variable[]; types: ReadonlyMap<string, DeclaredType> } {
  const types = new Map<string, DeclaredType>();
  const variables = list.map(({ name, expression: source }) => {
    const expression = compileExpression(source, { params, authorizer: true, variables: new Map(types) });
    types.set(name, declaredOutput(expression));
    return { name, expression };
  });
  return { variables, types };
}
