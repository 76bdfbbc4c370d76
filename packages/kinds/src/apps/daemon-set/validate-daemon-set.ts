import { type FieldError, type IntOrString, invalid, required } from '@kajitori/apimachinery';
import { validateLongRunning, validatePodTemplate, validateSelectorOfTemplate } from '../../core/pod-template-validation.ts';
import { immutableField } from '../../meta/immutable.ts';
import { atMostWhole, countOrPercentage, nonNegative } from '../../meta/numbers.ts';
import type { DaemonSet } from './daemon-set.ts';

export function validateDaemonSet({ spec }: DaemonSet): FieldError[] {
  return [
    ...validateSelectorOfTemplate(spec.selector, spec.template, 'spec', 'daemonset'),
    ...validatePodTemplate(spec.template, 'spec.template'),
    ...validateLongRunning(spec.template, 'spec.template', 'DaemonSet'),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
    ...validateStrategy(spec.updateStrategy, 'spec.updateStrategy'),
  ];
}

function validateStrategy(strategy: DaemonSet['spec']['updateStrategy'], field: string): FieldError[] {
  if (strategy?.type !== 'RollingUpdate') return [];
  const path = `${field}.rollingUpdate`;
  if (strategy.rollingUpdate === undefined) return [required(path)];
  const { maxUnavailable, maxSurge } = strategy.rollingUpdate;
  const zero = (value: IntOrString | undefined): boolean => Number.parseInt(String(value ?? 0), 10) === 0;
  const errors = [
    ...countOrPercentage(`${path}.maxUnavailable`, maxUnavailable),
    ...countOrPercentage(`${path}.maxSurge`, maxSurge),
    ...atMostWhole(`${path}.maxUnavailable`, maxUnavailable),
    ...atMostWhole(`${path}.maxSurge`, maxSurge),
  ];
  if (!zero(maxUnavailable) && !zero(maxSurge))
    errors.push(invalid(`${path}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  if (zero(maxUnavailable) && zero(maxSurge)) errors.push(required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  return errors;
}

export function validateDaemonSetUpdate(set: DaemonSet, old: DaemonSet): FieldError[] {
  return immutableField('spec.selector', set.spec.selector, old.spec.selector);
}
