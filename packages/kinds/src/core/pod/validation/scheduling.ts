import {
  dns1123LabelError,
  duplicate,
  type FieldError,
  forbiddenField,
  invalid,
  labelValueError,
  notSupported,
  required,
} from '@kajitori/apimachinery';
import { labelKey, validateLabelSelector } from '../../../meta/validate-labels.ts';
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from '../../node-selector.ts';
import type { Toleration } from '../../toleration.ts';
import type { Affinity, PodAffinity, PodAffinityTerm, TopologySpreadConstraint } from '../affinity.ts';

const taintEffects = ['NoExecute', 'NoSchedule', 'PreferNoSchedule'];

export function validateTolerations(tolerations: readonly Toleration[], field: string): FieldError[] {
  return tolerations.flatMap((toleration, index) => validateToleration(toleration, `${field}[${index}]`));
}

function validateToleration(
  { key = '', operator = '', value = '', effect = '', tolerationSeconds }: Toleration,
  path: string,
): FieldError[] {
  const errors: FieldError[] = key === '' ? [] : labelKey(key, `${path}.key`);
  if (key === '' && operator !== 'Exists') {
    errors.push(
      invalid(`${path}.operator`, operator, 'operator must be Exists when `key` is empty, which means "match all values and all keys"'),
    );
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute')
    errors.push(invalid(`${path}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  if (operator === 'Equal' || operator === '') {
    const wrong = labelValueError(value);
    if (wrong !== undefined) errors.push(invalid(`${path}.operator`, value, wrong));
  } else if (operator === 'Exists') {
    if (value !== '') errors.push(invalid(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'"));
  } else errors.push(notSupported(`${path}.operator`, operator, ['Equal', 'Exists']));
  if (effect !== '' && !taintEffects.includes(effect)) errors.push(notSupported(`${path}.effect`, effect, taintEffects));
  return errors;
}

export function validateNodeSelector(selector: NodeSelector, field: string): FieldError[] {
  const terms = `${field}.nodeSelectorTerms`;
  if (selector.nodeSelectorTerms.length === 0) return [required(terms, 'must have at least one node selector term')];
  return selector.nodeSelectorTerms.flatMap((term, index) => validateNodeSelectorTerm(term, `${terms}[${index}]`));
}

function validateNodeSelectorTerm(term: NodeSelectorTerm, field: string): FieldError[] {
  return [
    ...(term.matchExpressions ?? []).flatMap((one, index) => {
      const path = `${field}.matchExpressions[${index}]`;
      return validateNodeRequirement(one, path).concat(labelKey(one.key, `${path}.key`));
    }),
    ...(term.matchFields ?? []).flatMap((one, index) => validateFieldRequirement(one, `${field}.matchFields[${index}]`)),
  ];
}

function validateNodeRequirement({ operator, values = [] }: NodeSelectorRequirement, path: string): FieldError[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length === 0 ? [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")] : [];
    case 'Exists':
    case 'DoesNotExist':
      return values.length > 0
        ? [forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
        : [];
    case 'Gt':
    case 'Lt':
      return values.length === 1 ? [] : [required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")];
    default:
      return [invalid(`${path}.operator`, operator, 'not a valid selector operator')];
  }
}

function validateFieldRequirement({ key, operator, values = [] }: NodeSelectorRequirement, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (operator !== 'In' && operator !== 'NotIn') errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  else if (values.length !== 1)
    errors.push(required(`${path}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
  if (key !== 'metadata.name') errors.push(invalid(`${path}.key`, key, 'not a valid field selector key'));
  return errors;
}

export function validateAffinity(affinity: Affinity | undefined, field: string): FieldError[] {
  if (affinity === undefined) return [];
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  const node = `${field}.nodeAffinity`;
  const required_ = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return [
    ...(required_ === undefined ? [] : validateNodeSelector(required_, `${node}.requiredDuringSchedulingIgnoredDuringExecution`)),
    ...(nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap(({ weight, preference }, index) => {
      const path = `${node}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
      return validateWeight(weight, path).concat(validateNodeSelectorTerm(preference, `${path}.preference`));
    }),
    ...(podAffinity === undefined ? [] : validatePodAffinity(podAffinity, `${field}.podAffinity`)),
    ...(podAntiAffinity === undefined ? [] : validatePodAffinity(podAntiAffinity, `${field}.podAntiAffinity`)),
  ];
}

function validateWeight(weight: number, path: string): FieldError[] {
  return weight < 1 || weight > 100 ? [invalid(`${path}.weight`, weight, 'must be in the range 1-100')] : [];
}

function validatePodAffinity(affinity: PodAffinity, field: string): FieldError[] {
  return [
    ...(affinity.requiredDuringSchedulingIgnoredDuringExecution ?? []).flatMap((term, index) =>
      validateAffinityTerm(term, `${field}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`),
    ),
    ...(affinity.preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap(({ weight, podAffinityTerm }, index) => {
      const path = `${field}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
      return validateWeight(weight, path).concat(validateAffinityTerm(podAffinityTerm, `${path}.podAffinityTerm`));
    }),
  ];
}

function validateAffinityTerm(term: PodAffinityTerm, field: string): FieldError[] {
  return [
    ...validateLabelSelector(term.labelSelector, `${field}.labelSelector`),
    ...validateLabelSelector(term.namespaceSelector, `${field}.namespaceSelector`),
    ...(term.namespaces ?? []).flatMap((name) => {
      const wrong = dns1123LabelError(name);
      return wrong === undefined ? [] : [invalid(`${field}.namespace`, name, wrong)];
    }),
    ...topologyKey(term.topologyKey, field),
  ];
}

function topologyKey(key: string, field: string): FieldError[] {
  return key === '' ? [required(`${field}.topologyKey`, 'can not be empty')] : labelKey(key, `${field}.topologyKey`);
}

export function validateTopologySpread(constraints: readonly TopologySpreadConstraint[], field: string): FieldError[] {
  return constraints.flatMap((one, index) => {
    const path = `${field}[${index}]`;
    const errors: FieldError[] = [
      ...topologyKey(one.topologyKey, path),
      ...validateLabelSelector(one.labelSelector, `${path}.labelSelector`),
    ];
    if (one.maxSkew <= 0) errors.push(invalid(`${path}.maxSkew`, one.maxSkew, 'must be greater than zero'));
    if (one.minDomains !== undefined && one.minDomains <= 0)
      errors.push(invalid(`${path}.minDomains`, one.minDomains, 'must be greater than zero'));
    if (one.minDomains !== undefined && one.whenUnsatisfiable === 'ScheduleAnyway') {
      errors.push(
        invalid(`${path}.minDomains`, one.minDomains, 'can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway'),
      );
    }
    errors.push(...oneOf(`${path}.whenUnsatisfiable`, one.whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway']));
    for (const policy of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const)
      errors.push(...oneOf(`${path}.${policy}`, one[policy], ['Honor', 'Ignore']));
    const same = constraints.findIndex(
      (other) => other.topologyKey === one.topologyKey && other.whenUnsatisfiable === one.whenUnsatisfiable,
    );
    if (same < index) errors.push(duplicate(`${path}.{topologyKey, whenUnsatisfiable}`, `{${one.topologyKey}, ${one.whenUnsatisfiable}}`));
    return errors;
  });
}

function oneOf(field: string, value: string | undefined, allowed: readonly string[]): FieldError[] {
  return value === undefined || allowed.includes(value) ? [] : [notSupported(field, value, allowed)];
}
