import { type FieldError, invalid, notSupported, required } from '@kajitori/apimachinery';
import type { NamedRuleWithOperations } from './match-resources.ts';

const operations = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT', '*'];
const scopes = ['Cluster', 'Namespaced', '*'];

/** What is wrong with a rule of a webhook or policy: `*` stands alone, and nothing is said twice. */
export function validateRule(rule: NamedRuleWithOperations, path: string): FieldError[] {
  const { resources = [], scope = '*', resourceNames = [] } = rule;
  return [
    ...validateList(rule.operations, `${path}.operations`, 'operations'),
    ...(rule.operations ?? []).flatMap((one, at) =>
      operations.includes(one) ? [] : [notSupported(`${path}.operations[${at}]`, one, operations)],
    ),
    ...validateList(rule.apiGroups, `${path}.apiGroups`, 'API groups'),
    ...validateList(rule.apiVersions, `${path}.apiVersions`, 'API versions'),
    ...(rule.apiVersions ?? []).flatMap((one, at) => (one === '' ? [required(`${path}.apiVersions[${at}]`)] : [])),
    ...validateResources(resources, `${path}.resources`),
    ...(scopes.includes(scope) ? [] : [notSupported(`${path}.scope`, scope, scopes)]),
    ...resourceNames.flatMap((name, at) =>
      resourceNames.indexOf(name) === at
        ? []
        : [
            {
              reason: 'FieldValueDuplicate',
              field: `${path}.resourceNames[${at}]`,
              message: `Duplicate value: ${JSON.stringify(name)}`,
            } as const,
          ],
    ),
  ];
}

function validateList(list: readonly string[] | undefined, field: string, what: string): FieldError[] {
  if (list === undefined || list.length === 0) return [required(field)];
  return list.length > 1 && list.includes('*') ? [invalid(field, list, `if '*' is present, must not specify other ${what}`)] : [];
}

function validateResources(resources: readonly string[], field: string): FieldError[] {
  if (resources.length === 0) return [required(field)];
  const errors: FieldError[] = [];
  const wholeResources = new Set<string>();
  const wholeSubresources = new Set<string>();
  for (const [at, one] of resources.entries()) {
    const path = `${field}[${at}]`;
    const [resource = '', subresource] = one.split(/\/(.*)/s);
    if (one === '') errors.push(required(path));
    if (subresource === undefined) continue;
    if (wholeResources.has(resource)) errors.push(invalid(path, one, `if '${resource}/*' is present, must not specify ${one}`));
    if (wholeSubresources.has(subresource)) errors.push(invalid(path, one, `if '*/${subresource}' is present, must not specify ${one}`));
    if (subresource === '*') wholeResources.add(resource);
    if (resource === '*') wholeSubresources.add(subresource);
  }
  if (resources.length > 1 && resources.includes('*/*'))
    errors.push(invalid(field, resources, "if '*/*' is present, must not specify other resources"));
  if (resources.includes('*') && resources.some((one) => one !== '*' && !one.includes('/')))
    errors.push(invalid(field, resources, "if '*' is present, must not specify other resources without subresources"));
  return errors;
}
