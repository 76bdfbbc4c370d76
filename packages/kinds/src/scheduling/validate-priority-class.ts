import { type FieldError, forbiddenField, notSupported } from '@kajitori/apimachinery';
import { immutableField } from '../meta/immutable.ts';
import type { PriorityClass } from './priority-class.ts';

/** Above this only the system's own classes stand. */
const userPriorityMax = 1_000_000_000;
const systemPrefix = 'system-';
const systemClasses: Readonly<Record<string, number>> = { 'system-node-critical': 2_000_001_000, 'system-cluster-critical': 2_000_000_000 };

export function validatePriorityClass({ metadata, value = 0, globalDefault, preemptionPolicy }: PriorityClass): FieldError[] {
  const name = metadata.name ?? '';
  const errors: FieldError[] = [];
  if (name.startsWith(systemPrefix)) {
    if (!Object.hasOwn(systemClasses, name) || systemClasses[name] !== value || globalDefault === true) {
      errors.push(forbiddenField('metadata.name', `priority class names with '${systemPrefix}' prefix are reserved for system use only`));
    }
  } else if (value > userPriorityMax)
    errors.push(forbiddenField('value', `maximum allowed value of a user defined priority is ${userPriorityMax}`));
  const policies = ['Never', 'PreemptLowerPriority'];
  if (preemptionPolicy !== undefined && !policies.includes(preemptionPolicy))
    errors.push(notSupported('preemptionPolicy', preemptionPolicy, policies));
  return errors;
}

/** Pods carry the number of their class, so a class keeps it. */
export function validatePriorityClassUpdate(priority: PriorityClass, old: PriorityClass): FieldError[] {
  return [
    ...((priority.value ?? 0) === (old.value ?? 0) ? [] : [forbiddenField('value', 'may not be changed in an update.')]),
    ...immutableField('preemptionPolicy', priority.preemptionPolicy, old.preemptionPolicy),
  ];
}
