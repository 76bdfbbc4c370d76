import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalid,
  labelValueError,
  notSupported,
  parseQuantity,
  required,
} from '@kajitori/apimachinery';
import { sameValue } from '../../meta/immutable.ts';
import { labelKey } from '../../meta/validate-labels.ts';
import { isCidr } from '../ip-address.ts';
import type { Taint } from '../toleration.ts';
import type { Node } from './node.ts';

const effects = ['NoExecute', 'NoSchedule', 'PreferNoSchedule'];

export function validateNode({ spec }: Node): FieldError[] {
  return [
    ...validateTaints(spec.taints ?? [], 'metadata.taints'),
    ...(spec.podCIDRs ?? []).flatMap((range, index) =>
      isCidr(range) ? [] : [invalid(`spec.podCIDRs[${index}]`, range, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')],
    ),
  ];
}

function validateTaints(taints: readonly Taint[], field: string): FieldError[] {
  return taints.flatMap(({ key, value = '', effect }, index) => {
    const path = `${field}[${index}]`;
    const errors: FieldError[] = labelKey(key, `${path}.key`);
    const wrong = labelValueError(value);
    if (wrong !== undefined) errors.push(invalid(`${path}.value`, value, wrong));
    if (effect === '') errors.push(required(`${path}.effect`));
    else if (!effects.includes(effect)) errors.push(notSupported(`${path}.effect`, effect, effects));
    if (taints.findIndex((other) => other.key === key && other.effect === effect) < index) {
      errors.push(duplicate(path, { key, value, effect }));
    }
    return errors;
  });
}

/** A node's addresses for pods and its identity at the provider are set once; scheduling, taints and labels change. */
export function validateNodeUpdate({ spec }: Node, { spec: old }: Node): FieldError[] {
  const errors: FieldError[] = [];
  if ((old.podCIDRs ?? []).length > 0 && !sameValue(spec.podCIDRs, old.podCIDRs))
    errors.push(forbiddenField('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
  if ((old.providerID ?? '') !== '' && spec.providerID !== old.providerID)
    errors.push(forbiddenField('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  return errors;
}

export function validateNodeStatus({ status = {} }: Node): FieldError[] {
  const addresses = status.addresses ?? [];
  return [
    ...addresses.flatMap((one, index) =>
      addresses.findIndex((other) => sameValue(other, one)) < index ? [duplicate(`status.addresses[${index}]`, one)] : [],
    ),
    ...(['capacity', 'allocatable'] as const).flatMap((list) =>
      Object.entries(status[list] ?? {}).flatMap(([name, amount]) =>
        (parseQuantity(amount)?.nanos ?? -1n) < 0n ? [invalid(`status.${list}.${name}`, amount, 'must be greater than or equal to 0')] : [],
      ),
    ),
  ];
}
