import { type FieldError, forbiddenField, type IntOrString, invalid, required } from '@kajitori/apimachinery';
import { validateLongRunning, validatePodTemplate, validateSelectorOfTemplate } from '../../core/pod-template-validation.ts';
import { immutableField } from '../../meta/immutable.ts';
import { atMostWhole, countOrPercentage, nonNegative } from '../../meta/numbers.ts';
import type { Deployment, DeploymentStatus, DeploymentStrategy } from './deployment.ts';

export function validateDeployment({ spec }: Deployment): FieldError[] {
  const { minReadySeconds = 0, progressDeadlineSeconds } = spec;
  const selector = validateSelectorOfTemplate(spec.selector, spec.template, 'spec', 'deployment');
  return [
    ...nonNegative('spec.replicas', spec.replicas),
    ...selector,
    ...validatePodTemplate(spec.template, 'spec.template'),
    ...validateLongRunning(spec.template, 'spec.template', 'ReplicaSet'),
    ...(spec.strategy === undefined ? [] : validateStrategy(spec.strategy, 'spec.strategy')),
    ...nonNegative('spec.minReadySeconds', minReadySeconds),
    ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
    ...nonNegative('spec.progressDeadlineSeconds', progressDeadlineSeconds),
    ...(progressDeadlineSeconds !== undefined && progressDeadlineSeconds <= minReadySeconds
      ? [invalid('spec.progressDeadlineSeconds', progressDeadlineSeconds, 'must be greater than minReadySeconds')]
      : []),
  ];
}

function validateStrategy({ type, rollingUpdate }: DeploymentStrategy, field: string): FieldError[] {
  const path = `${field}.rollingUpdate`;
  if (type === 'Recreate')
    return rollingUpdate === undefined ? [] : [forbiddenField(path, "may not be specified when strategy `type` is 'Recreate'")];
  if (rollingUpdate === undefined) return [required(path, 'this should be defaulted and never be nil')];
  const { maxUnavailable, maxSurge } = rollingUpdate;
  return [
    ...countOrPercentage(`${path}.maxUnavailable`, maxUnavailable),
    ...countOrPercentage(`${path}.maxSurge`, maxSurge),
    // With neither room above nor below, no pod could ever be replaced.
    ...(isZero(maxUnavailable) && isZero(maxSurge)
      ? [invalid(`${path}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0')]
      : []),
    ...atMostWhole(`${path}.maxUnavailable`, maxUnavailable),
  ];
}

function isZero(value: IntOrString | undefined): boolean {
  return value === undefined || Number.parseInt(String(value), 10) === 0;
}

export function validateDeploymentUpdate(deployment: Deployment, old: Deployment): FieldError[] {
  return immutableField('spec.selector', deployment.spec.selector, old.spec.selector);
}

export function validateDeploymentStatus({ status }: Deployment, old: Deployment): FieldError[] {
  const counts: DeploymentStatus = status ?? {};
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = counts;
  const more = (key: keyof DeploymentStatus, value: number, limit: number, of: string): FieldError[] =>
    value > limit ? [invalid(`status.${key}`, value, `cannot be greater than ${of}`)] : [];
  return [
    ...(
      [
        'observedGeneration',
        'replicas',
        'updatedReplicas',
        'readyReplicas',
        'availableReplicas',
        'unavailableReplicas',
        'collisionCount',
      ] as const
    ).flatMap((key) => nonNegative(`status.${key}`, counts[key])),
    ...more('updatedReplicas', updatedReplicas, replicas, 'status.replicas'),
    ...more('readyReplicas', readyReplicas, replicas, 'status.replicas'),
    ...more('availableReplicas', availableReplicas, replicas, 'status.replicas'),
    ...more('availableReplicas', availableReplicas, readyReplicas, 'readyReplicas'),
    // A count of collisions that went back would make names collide again.
    ...((counts.collisionCount ?? 0) < (old.status?.collisionCount ?? 0)
      ? [invalid('status.collisionCount', counts.collisionCount, 'cannot be decremented')]
      : []),
  ];
}
