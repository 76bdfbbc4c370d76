import type { Attributes, Decision, Subject } from './attributes.ts';

/** `rbac.authorization.k8s.io/v1` PolicyRule. */
export interface PolicyRule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

export interface RoleRef {
  apiGroup: string;
  kind: string;
  name: string;
}

export interface BindingSubject {
  kind: string;
  name: string;
  namespace?: string;
  apiGroup?: string;
}

export interface Binding {
  name: string;
  roleRef: RoleRef;
  subjects: readonly BindingSubject[];
}

/** A cluster's roles and bindings as the authorizer needs them; the API server keeps it fresh. */
export interface RbacSnapshot {
  clusterRoles: ReadonlyMap<string, readonly PolicyRule[]>;
  clusterRoleBindings: readonly Binding[];
  /** By namespace, then name. */
  roles: ReadonlyMap<string, ReadonlyMap<string, readonly PolicyRule[]>>;
  roleBindings: ReadonlyMap<string, readonly Binding[]>;
}

/** Members of this group may do anything, whatever the roles say. */
export const superuserGroup = 'system:masters';

/** RBAC as Kubernetes documents it: rules only add up; nothing denies. */
export function authorizeByRbac(snapshot: RbacSnapshot, attributes: Attributes): Decision {
  if (attributes.user.groups.includes(superuserGroup)) return { allowed: true, reason: '' };
  for (const { rule, reason } of rulesFor(snapshot, attributes.user, attributes.resource?.namespace ?? '')) {
    if (ruleAllows(rule, attributes)) return { allowed: true, reason };
  }
  return { allowed: false, reason: '' };
}

/** Every rule that holds for the user in the namespace (cluster-wide ones first), with the binding that grants it. */
export function* rulesFor(snapshot: RbacSnapshot, user: Subject, namespace: string): Generator<{ rule: PolicyRule; reason: string }> {
  for (const binding of snapshot.clusterRoleBindings) {
    const subject = subjectIn(binding, user, '');
    if (subject === undefined) continue;
    for (const rule of snapshot.clusterRoles.get(binding.roleRef.name) ?? []) {
      yield {
        rule,
        reason: `RBAC: allowed by ClusterRoleBinding "${binding.name}" of ClusterRole "${binding.roleRef.name}" to ${subject}`,
      };
    }
  }
  if (namespace === '') return;
  for (const binding of snapshot.roleBindings.get(namespace) ?? []) {
    const subject = subjectIn(binding, user, namespace);
    if (subject === undefined) continue;
    const { kind, name } = binding.roleRef;
    const rules = kind === 'ClusterRole' ? snapshot.clusterRoles.get(name) : snapshot.roles.get(namespace)?.get(name);
    for (const rule of rules ?? []) {
      yield { rule, reason: `RBAC: allowed by RoleBinding "${binding.name}/${namespace}" of ${kind} "${name}" to ${subject}` };
    }
  }
}

/** How the binding names this user, or undefined when it does not. */
function subjectIn(binding: Binding, user: Subject, bindingNamespace: string): string | undefined {
  for (const subject of binding.subjects) {
    if (subject.kind === 'User' && subject.name === user.name) return `User "${user.name}"`;
    if (subject.kind === 'Group' && user.groups.includes(subject.name)) return `Group "${subject.name}"`;
    if (subject.kind === 'ServiceAccount') {
      const namespace = subject.namespace ?? bindingNamespace;
      if (user.name === `system:serviceaccount:${namespace}:${subject.name}`) return `ServiceAccount "${subject.name}/${namespace}"`;
    }
  }
  return undefined;
}

export function ruleAllows(rule: PolicyRule, { verb, resource, path }: Attributes): boolean {
  if (!has(rule.verbs, verb)) return false;
  if (resource === undefined) return (rule.nonResourceURLs ?? []).some((pattern) => pathMatches(pattern, path ?? ''));
  if (!has(rule.apiGroups, resource.group)) return false;
  if (!resourceMatches(rule.resources ?? [], resource.resource, resource.subresource)) return false;
  const names = rule.resourceNames ?? [];
  return names.length === 0 || names.includes(resource.name);
}

function has(list: readonly string[] | undefined, value: string): boolean {
  return list !== undefined && (list.includes('*') || list.includes(value));
}

function resourceMatches(resources: readonly string[], resource: string, subresource: string): boolean {
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  return resources.some((one) => one === '*' || one === whole || (subresource !== '' && one === `*/${subresource}`));
}

function pathMatches(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true;
  return pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1));
}
