import { type FieldError, invalid, notSupported, pathSegmentError, required } from '@kajitori/apimachinery';
import { sameValue } from '../meta/immutable.ts';
import { validateLabelSelector } from '../meta/validate-labels.ts';
import type { ClusterRole } from './cluster-role.ts';
import type { PolicyRule, Role } from './role.ts';
import type { RoleRef, Subject } from './role-binding.ts';

const group = 'rbac.authorization.k8s.io';

interface Binding {
  subjects?: Subject[];
  roleRef: RoleRef;
}

export function validateRole({ rules = [] }: Role): FieldError[] {
  return rules.flatMap((rule, index) => validateRule(rule, true, `rules[${index}]`));
}

export function validateClusterRole({ rules = [], aggregationRule }: ClusterRole): FieldError[] {
  const selectors = aggregationRule?.clusterRoleSelectors;
  return [
    ...rules.flatMap((rule, index) => validateRule(rule, false, `rules[${index}]`)),
    ...(aggregationRule !== undefined && (selectors ?? []).length === 0
      ? [required('aggregationRule.clusterRoleSelectors', 'at least one clusterRoleSelector required if aggregationRule is non-nil')]
      : []),
    ...(selectors ?? []).flatMap((selector, index) => validateLabelSelector(selector, `aggregationRule.clusterRoleSelectors[${index}]`)),
  ];
}

function validateRule(rule: PolicyRule, namespaced: boolean, field: string): FieldError[] {
  const { verbs, apiGroups = [], resources = [], nonResourceURLs = [] } = rule;
  const errors: FieldError[] = verbs.length === 0 ? [required(`${field}.verbs`, 'verbs must contain at least one value')] : [];
  if (nonResourceURLs.length > 0) {
    if (namespaced) errors.push(invalid(`${field}.nonResourceURLs`, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'));
    if (apiGroups.length > 0 || resources.length > 0 || (rule.resourceNames ?? []).length > 0) {
      errors.push(
        invalid(`${field}.nonResourceURLs`, nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs'),
      );
    }
    return errors;
  }
  if (apiGroups.length === 0) errors.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
  if (resources.length === 0) errors.push(required(`${field}.resources`, 'resource rules must supply at least one resource'));
  return errors;
}

/** References may leave their group away: it is always the same. */
export function defaultBinding({ subjects = [], roleRef }: Binding): void {
  if ((roleRef.apiGroup ?? '') === '') roleRef.apiGroup = group;
  for (const subject of subjects)
    if ((subject.kind === 'User' || subject.kind === 'Group') && (subject.apiGroup ?? '') === '') subject.apiGroup = group;
}

export function validateRoleBinding(binding: Binding): FieldError[] {
  return validateBinding(binding, ['ClusterRole', 'Role'], true);
}

export function validateClusterRoleBinding(binding: Binding): FieldError[] {
  return validateBinding(binding, ['ClusterRole'], false);
}

function validateBinding({ subjects = [], roleRef }: Binding, kinds: readonly string[], namespaced: boolean): FieldError[] {
  const errors: FieldError[] = roleRef.apiGroup === group ? [] : [notSupported('roleRef.apiGroup', roleRef.apiGroup ?? '', [group])];
  if (!kinds.includes(roleRef.kind)) errors.push(notSupported('roleRef.kind', roleRef.kind, kinds));
  if (roleRef.name === '') errors.push(required('roleRef.name'));
  else {
    const wrong = pathSegmentError(roleRef.name);
    if (wrong !== undefined) errors.push(invalid('roleRef.name', roleRef.name, wrong));
  }
  return [...errors, ...subjects.flatMap((subject, index) => validateSubject(subject, namespaced, `subjects[${index}]`))];
}

function validateSubject({ kind, apiGroup = '', name, namespace = '' }: Subject, namespaced: boolean, field: string): FieldError[] {
  const errors: FieldError[] = name === '' ? [required(`${field}.name`)] : [];
  switch (kind) {
    case 'ServiceAccount':
      if (apiGroup !== '') errors.push(notSupported(`${field}.apiGroup`, apiGroup, ['']));
      if (!namespaced && namespace === '') errors.push(required(`${field}.namespace`));
      return errors;
    case 'User':
    case 'Group':
      return apiGroup === group ? errors : [...errors, notSupported(`${field}.apiGroup`, apiGroup, [group])];
    default:
      return [...errors, notSupported(`${field}.kind`, kind, ['Group', 'ServiceAccount', 'User'])];
  }
}

/** A binding to another role is another binding: whoever may change subjects must not change what they get. */
export function validateBindingUpdate({ roleRef }: Binding, { roleRef: old }: Binding): FieldError[] {
  return sameValue(roleRef, old) ? [] : [invalid('roleRef', roleRef, 'cannot change roleRef')];
}
