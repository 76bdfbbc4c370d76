import {
  compareQuantities,
  duplicate,
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  parseQuantity,
  qualifiedNameError,
} from '@kajitori/apimachinery';
import { immutableField } from '../meta/immutable.ts';
import type { LimitRange, LimitRangeItem } from './limit-range.ts';
import type { ResourceQuota } from './resource-quota.ts';

const scopes: ReadonlySet<string> = new Set([
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'PriorityClass',
  'Terminating',
  'VolumeAttributesClass',
]);
const wholeNumbers: ReadonlySet<string> = new Set([
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]);

export function validateResourceQuota({ spec }: ResourceQuota): FieldError[] {
  return [
    ...amounts(spec.hard, 'spec.hard'),
    ...(spec.scopes ?? []).flatMap((scope) => (scopes.has(scope) ? [] : [invalid('spec.scopes', spec.scopes, 'unsupported scope')])),
    ...(spec.scopeSelector?.matchExpressions ?? []).flatMap(({ scopeName }, index) =>
      scopes.has(scopeName) ? [] : [invalid(`spec.scopeSelector.matchExpressions[${index}].scopeName`, scopeName, 'unsupported scope')],
    ),
  ];
}

export function validateResourceQuotaUpdate({ spec }: ResourceQuota, { spec: old }: ResourceQuota): FieldError[] {
  return immutableField('spec.scopes', [...(spec.scopes ?? [])].sort(), [...(old.scopes ?? [])].sort());
}

export function validateResourceQuotaStatus({ status }: ResourceQuota): FieldError[] {
  return [...amounts(status?.hard, 'status.hard'), ...amounts(status?.used, 'status.used')];
}

function amounts(list: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  return Object.entries(list ?? {}).flatMap(([name, amount]) => {
    const path = `${field}[${name}]`;
    const wrong = qualifiedNameError(name);
    if (wrong !== undefined) return [invalid(path, name, wrong)];
    const quantity = parseQuantity(amount);
    if (quantity === undefined || quantity.nanos < 0n) return [invalid(path, amount, 'must be greater than or equal to 0')];
    const countsObjects = wholeNumbers.has(name) || name.startsWith('count/');
    return countsObjects && quantity.nanos % 1_000_000_000n !== 0n ? [invalid(path, amount, 'must be an integer')] : [];
  });
}

const limitTypes = ['Container', 'PersistentVolumeClaim', 'Pod'];

export function validateLimitRange({ spec }: LimitRange): FieldError[] {
  return spec.limits.flatMap((item, index) => {
    const path = `spec.limits[${index}]`;
    const errors: FieldError[] =
      limitTypes.includes(item.type) || item.type.includes('/') ? [] : [notSupported(`${path}.type`, item.type, limitTypes)];
    if (spec.limits.findIndex(({ type }) => type === item.type) < index) errors.push(duplicate(`${path}.type`, item.type));
    return errors.concat(validateItem(item, path));
  });
}

function validateItem(item: LimitRangeItem, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (item.type === 'Pod') {
    if (item.default !== undefined) errors.push(forbiddenField(`${path}.default`, "may not be specified when `type` is 'Pod'"));
    if (item.defaultRequest !== undefined)
      errors.push(forbiddenField(`${path}.defaultRequest`, "may not be specified when `type` is 'Pod'"));
  }
  const names = new Set([item.min, item.max, item.default, item.defaultRequest].flatMap((list) => Object.keys(list ?? {})));
  for (const name of names) {
    errors.push(
      ...atMost(item, 'min', 'max', name, path),
      ...atMost(item, 'min', 'defaultRequest', name, path),
      ...atMost(item, 'defaultRequest', 'default', name, path),
    );
    errors.push(...atMost(item, 'defaultRequest', 'max', name, path), ...atMost(item, 'default', 'max', name, path));
  }
  return errors;
}

type Bound = 'min' | 'max' | 'default' | 'defaultRequest';
const words: Readonly<Record<Bound, string>> = { min: 'min', max: 'max', default: 'default', defaultRequest: 'default request' };

function atMost(item: LimitRangeItem, low: Bound, high: Bound, name: string, path: string): FieldError[] {
  const [least, most] = [item[low]?.[name], item[high]?.[name]];
  const [a, b] = [least === undefined ? undefined : parseQuantity(least), most === undefined ? undefined : parseQuantity(most)];
  if (a === undefined || b === undefined || compareQuantities(a, b) <= 0) return [];
  return [invalid(`${path}.${low}[${name}]`, least, `${words[low]} value ${least} is greater than ${words[high]} value ${most}`)];
}
