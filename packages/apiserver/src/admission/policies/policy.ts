import {
  compiledVariables,
  type MutatingAdmissionPolicySpec,
  type ParamKind,
  type PolicyVariable,
  type Scope,
  type ValidatingAdmissionPolicySpec,
} from '@kajitori/kinds';
import { type MatchConditions, matchConditionsOf } from '../dynamic/match-conditions.ts';
import { type Match, matchOf } from '../dynamic/matching.ts';

/** What validating and mutating policies have in common, read for use. */
export interface PolicyBase {
  name: string;
  match: Match;
  conditions: MatchConditions | undefined;
  paramKind: ParamKind | undefined;
  variables: readonly PolicyVariable[];
  failsOpen: boolean;
}

type Spec = Pick<
  ValidatingAdmissionPolicySpec & MutatingAdmissionPolicySpec,
  'matchConstraints' | 'matchConditions' | 'paramKind' | 'variables' | 'failurePolicy'
>;

/** The policy without its own rules, and the scope that those have. */
export function policyBase(name: string, spec: Spec): { base: PolicyBase; scope: Scope } {
  const params = spec.paramKind !== undefined;
  const { variables, types } = compiledVariables(spec.variables ?? [], { params, authorizer: true });
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
