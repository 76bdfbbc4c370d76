import { compareQuantities, type FieldError, invalid, parseQuantity, qualifiedNameError, required } from '@kajitori/apimachinery';
import type { ResourceRequirements } from '../resources.ts';

const standardContainerResources: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);
const standardResources: ReadonlySet<string> = new Set([
  ...standardContainerResources,
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'requests.storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'services.nodeports',
  'services.loadbalancers',
]);

const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
/** What can be shared out more often than it exists. */
const canOvercommit = (name: string): boolean => !name.includes('/') && !isHugePages(name);

export function validateResources(resources: ResourceRequirements | undefined, field: string): FieldError[] {
  const limits = resources?.limits ?? {};
  const requests = resources?.requests ?? {};
  return [
    ...Object.entries(limits).flatMap(([name, value]) => validateAmount(name, value, `${field}.limits`)),
    ...Object.entries(requests).flatMap(([name, value]) =>
      validateAmount(name, value, `${field}.requests`).concat(requestFitsLimit(name, value, limits[name], field)),
    ),
    ...(Object.keys({ ...limits, ...requests }).some(isHugePages) && !['cpu', 'memory'].some((name) => name in limits || name in requests)
      ? [forbiddenHugePages(field)]
      : []),
  ];
}

function forbiddenHugePages(field: string): FieldError {
  return { reason: 'FieldValueForbidden', field, message: 'Forbidden: HugePages require cpu or memory' };
}

function validateAmount(name: string, value: string, field: string): FieldError[] {
  const path = `${field}.${name}`;
  const quantity = parseQuantity(value);
  const errors = resourceNameErrors(name, path);
  if (quantity === undefined)
    errors.push(invalid(path, value, "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"));
  else if (quantity.nanos < 0n) errors.push(invalid(path, value, 'must be greater than or equal to 0'));
  else if (!standardContainerResources.has(name) && quantity.nanos % 1_000_000_000n !== 0n)
    errors.push(invalid(path, value, 'must be an integer'));
  return errors;
}

function resourceNameErrors(name: string, field: string): FieldError[] {
  const wrong = qualifiedNameError(name);
  if (wrong !== undefined) return [invalid(field, name, wrong)];
  if (name.includes('/') || standardContainerResources.has(name) || isHugePages(name)) return [];
  const unknown = standardResources.has(name) ? [] : [invalid(field, name, 'must be a standard resource type or fully qualified')];
  return [...unknown, invalid(field, name, 'must be a standard resource for containers')];
}

function requestFitsLimit(name: string, value: string, limit: string | undefined, field: string): FieldError[] {
  if (limit === undefined)
    return canOvercommit(name) ? [] : [required(`${field}.limits`, 'Limit must be set for non overcommitable resources')];
  const [asked, most] = [parseQuantity(value), parseQuantity(limit)];
  if (asked === undefined || most === undefined) return [];
  const order = compareQuantities(asked, most);
  if (!canOvercommit(name)) return order === 0 ? [] : [invalid(`${field}.requests`, value, `must be equal to ${name} limit of ${limit}`)];
  return order > 0 ? [invalid(`${field}.requests`, value, `must be less than or equal to ${name} limit of ${limit}`)] : [];
}
