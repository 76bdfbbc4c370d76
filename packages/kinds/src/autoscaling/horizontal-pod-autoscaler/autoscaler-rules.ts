import { type FieldError, forbiddenField, invalid, notSupported, required } from '@kajitori/apimachinery';
import type { HorizontalPodAutoscaler, HPAScalingPolicy, HPAScalingRules } from './horizontal-pod-autoscaler.ts';
import type { MetricSpec, MetricTarget } from './metrics.ts';

const cpuShareDefault = 80;
const policyPeriodSecondsMax = 1800;
const stabilizationSecondsMax = 3600;

const percent: HPAScalingPolicy = { type: 'Percent', value: 100, periodSeconds: 15 };
const fourPods: HPAScalingPolicy = { type: 'Pods', value: 4, periodSeconds: 15 };

/** CPU at 80 % when no metric is given; up fast and down carefully when a behavior says nothing else. */
export function defaultAutoscaler({ spec }: HorizontalPodAutoscaler): void {
  if ((spec.metrics ?? []).length === 0) {
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpuShareDefault } } }];
  }
  if (spec.behavior === undefined) return;
  spec.behavior.scaleUp = { stabilizationWindowSeconds: 0, ...rules(spec.behavior.scaleUp, [fourPods, percent]) };
  spec.behavior.scaleDown = rules(spec.behavior.scaleDown, [percent]);
}

function rules(given: HPAScalingRules | undefined, policies: readonly HPAScalingPolicy[]): HPAScalingRules {
  return {
    selectPolicy: 'Max',
    ...given,
    policies: (given?.policies ?? []).length > 0 ? (given?.policies ?? []) : structuredClone([...policies]),
  };
}

export function validateAutoscaler({ spec }: HorizontalPodAutoscaler): FieldError[] {
  const { minReplicas = 1, maxReplicas, scaleTargetRef, metrics = [], behavior } = spec;
  const errors: FieldError[] = [];
  if (minReplicas < 1) errors.push(invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
  if (maxReplicas < 1) errors.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than 0'));
  if (maxReplicas < minReplicas) errors.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  for (const key of ['kind', 'name'] as const) if (scaleTargetRef[key] === '') errors.push(required(`spec.scaleTargetRef.${key}`));
  return [
    ...errors,
    ...metrics.flatMap((metric, index) => validateMetric(metric, `spec.metrics[${index}]`)),
    ...(['scaleUp', 'scaleDown'] as const).flatMap((way) => validateRules(behavior?.[way], `spec.behavior.${way}`)),
  ];
}

const sources = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
} as const;

function validateMetric(metric: MetricSpec, field: string): FieldError[] {
  if (!Object.hasOwn(sources, metric.type)) return [notSupported(`${field}.type`, metric.type, Object.keys(sources))];
  const wanted = sources[metric.type as keyof typeof sources];
  const given = Object.values(sources).filter((source) => metric[source] !== undefined);
  const extra = given.filter((source) => source !== wanted);
  if (metric[wanted] === undefined) return [required(`${field}.${wanted}`, `must populate information for the given metric source`)];
  return [
    ...extra.map((source) => forbiddenField(`${field}.${source}`, 'must populate the given metric source only')),
    ...validateTarget(metric[wanted].target, `${field}.${wanted}.target`),
  ];
}

function validateTarget(target: MetricTarget, field: string): FieldError[] {
  const types = ['AverageValue', 'Utilization', 'Value'];
  const errors: FieldError[] = types.includes(target.type) ? [] : [notSupported(`${field}.type`, target.type, types)];
  if (target.averageUtilization !== undefined && target.averageUtilization < 1)
    errors.push(invalid(`${field}.averageUtilization`, target.averageUtilization, 'must be greater than 0'));
  if (target.averageUtilization === undefined && target.averageValue === undefined && target.value === undefined) {
    errors.push(required(field, 'must set either a target raw value or a target utilization'));
  }
  return errors;
}

function validateRules(given: HPAScalingRules | undefined, field: string): FieldError[] {
  if (given === undefined) return [];
  const seconds = given.stabilizationWindowSeconds;
  const errors: FieldError[] = [];
  if (seconds !== undefined && seconds < 0)
    errors.push(invalid(`${field}.stabilizationWindowSeconds`, seconds, 'must be greater than or equal to zero'));
  if (seconds !== undefined && seconds > stabilizationSecondsMax)
    errors.push(invalid(`${field}.stabilizationWindowSeconds`, seconds, `must be less than or equal to ${stabilizationSecondsMax}`));
  if (given.selectPolicy !== undefined && !['Disabled', 'Max', 'Min'].includes(given.selectPolicy))
    errors.push(notSupported(`${field}.selectPolicy`, given.selectPolicy, ['Disabled', 'Max', 'Min']));
  for (const [index, policy] of (given.policies ?? []).entries()) {
    const path = `${field}.policies[${index}]`;
    if (!['Percent', 'Pods'].includes(policy.type)) errors.push(notSupported(`${path}.type`, policy.type, ['Percent', 'Pods']));
    if (policy.value <= 0) errors.push(invalid(`${path}.value`, policy.value, 'must be greater than zero'));
    if (policy.periodSeconds <= 0) errors.push(invalid(`${path}.periodSeconds`, policy.periodSeconds, 'must be greater than zero'));
    if (policy.periodSeconds > policyPeriodSecondsMax)
      errors.push(invalid(`${path}.periodSeconds`, policy.periodSeconds, `must be less than or equal to ${policyPeriodSecondsMax}`));
  }
  return errors;
}
