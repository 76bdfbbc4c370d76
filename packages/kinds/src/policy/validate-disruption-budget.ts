import { type FieldError, invalid, notSupported } from '@kajitori/apimachinery';
import { atMostWhole, countOrPercentage } from '../meta/numbers.ts';
import { validateLabelSelector } from '../meta/validate-labels.ts';
import type { PodDisruptionBudget } from './pod-disruption-budget.ts';

const policies = ['AlwaysAllow', 'IfHealthyBudget'];

export function validateDisruptionBudget({ spec }: PodDisruptionBudget): FieldError[] {
  const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy: policy } = spec;
  return [
    ...(minAvailable !== undefined && maxUnavailable !== undefined
      ? [invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set')]
      : []),
    ...countOrPercentage('spec.minAvailable', minAvailable),
    ...atMostWhole('spec.minAvailable', minAvailable),
    ...countOrPercentage('spec.maxUnavailable', maxUnavailable),
    ...atMostWhole('spec.maxUnavailable', maxUnavailable),
    ...validateLabelSelector(spec.selector, 'spec.selector'),
    ...(policy !== undefined && !policies.includes(policy) ? [notSupported('spec.unhealthyPodEvictionPolicy', policy, policies)] : []),
  ];
}
