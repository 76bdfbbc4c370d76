import type { FieldError } from '@kajitori/apimachinery';
import { validateLongRunning, validatePodTemplate, validateSelectorOfTemplate } from '../../core/pod-template-validation.ts';
import { immutableField } from '../../meta/immutable.ts';
import { nonNegative } from '../../meta/numbers.ts';
import type { ReplicaSet } from './replica-set.ts';

export function validateReplicaSet({ spec }: ReplicaSet): FieldError[] {
  return [
    ...nonNegative('spec.replicas', spec.replicas),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    // The word is Kubernetes' own.
    ...validateSelectorOfTemplate(spec.selector, spec.template, 'spec', 'deployment'),
    ...validatePodTemplate(spec.template, 'spec.template'),
    ...validateLongRunning(spec.template, 'spec.template', 'ReplicaSet'),
  ];
}

export function validateReplicaSetUpdate(set: ReplicaSet, old: ReplicaSet): FieldError[] {
  return immutableField('spec.selector', set.spec.selector, old.spec.selector);
}
