import type { MutatingAdmissionPolicyBinding, ParamRef, ValidatingAdmissionPolicyBinding } from '@kajitori/kinds';
import { type Match, matchOf } from '../dynamic/matching.ts';

/** What puts a policy to work, read for use. */
export interface Binding {
  name: string;
  policy: string;
  /** Undefined: whatever the policy matches. */
  match: Match | undefined;
  paramRef: ParamRef | undefined;
  /** Of validating policies. */
  actions: ReadonlySet<string>;
}

export function bindingOf({ metadata, spec }: ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding): Binding[] {
  const { policyName = '', paramRef, matchResources } = spec;
  return [
    {
      name: metadata.name ?? '',
      policy: policyName,
      match: matchResources === undefined ? undefined : matchOf(matchResources),
      paramRef,
      actions: new Set('validationActions' in spec ? spec.validationActions : []),
    },
  ];
}
