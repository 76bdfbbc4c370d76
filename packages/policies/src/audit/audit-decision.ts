import type { AuditGroupResources, AuditLevel, AuditPolicy, AuditPolicyRule, AuditStage } from './audit-policy.ts';

/** What of a request a policy looks at. */
export interface AuditAttributes {
  user: { name: string; groups: readonly string[] };
  verb: string;
  path: string;
  /** Absent for paths that name no resource. */
  resource?: { group: string; resource: string; subresource: string; namespace: string; name: string };
}

export interface AuditDecision {
  level: AuditLevel;
  omitStages: readonly AuditStage[];
  omitManagedFields: boolean;
}

const nothing: AuditDecision = { level: 'None', omitStages: [], omitManagedFields: false };

/** How much of a request is kept: as the first rule that matches says; nothing when none does. Pure. */
export function auditDecision(policy: AuditPolicy, asked: AuditAttributes): AuditDecision {
  const rule = policy.rules.find((one) => matches(one, asked));
  if (rule === undefined || rule.level === 'None') return nothing;
  return {
    level: rule.level,
    omitStages: [...(policy.omitStages ?? []), ...(rule.omitStages ?? [])],
    omitManagedFields: rule.omitManagedFields ?? policy.omitManagedFields ?? false,
  };
}

function matches(rule: AuditPolicyRule, { user, verb, path, resource }: AuditAttributes): boolean {
  if (!names(rule.users, user.name) || !names(rule.verbs, verb)) return false;
  if (!isEmpty(rule.userGroups) && !user.groups.some((group) => rule.userGroups?.includes(group))) return false;
  const ofResources = !isEmpty(rule.resources) || !isEmpty(rule.namespaces);
  if (resource === undefined) {
    if (ofResources) return false;
    return isEmpty(rule.nonResourceURLs) || rule.nonResourceURLs?.some((spec) => coversPath(spec, path)) === true;
  }
  // A rule that names paths and no resources is about paths alone.
  if (!ofResources) return isEmpty(rule.nonResourceURLs);
  if (!names(rule.namespaces, resource.namespace)) return false;
  return isEmpty(rule.resources) || rule.resources?.some((one) => coversResource(one, resource)) === true;
}

function isEmpty(values: readonly unknown[] | undefined): boolean {
  return values === undefined || values.length === 0;
}

function names(values: readonly string[] | undefined, value: string): boolean {
  return values === undefined || values.length === 0 || values.includes(value);
}

function coversResource(
  { group = '', resources, resourceNames }: AuditGroupResources,
  asked: NonNullable<AuditAttributes['resource']>,
): boolean {
  if (group !== asked.group) return false;
  if (resources === undefined || resources.length === 0) return true;
  if (!names(resourceNames, asked.name)) return false;
  const { resource, subresource } = asked;
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  const ofSubresource = (one: string): boolean => subresource !== '' && (one === `${resource}/*` || one === `*/${subresource}`);
  return resources.some((one) => one === '*' || one === full || ofSubresource(one));
}

/** `*` is every path, `/healthz*` those that begin so, else the path itself. */
function coversPath(spec: string, path: string): boolean {
  return spec.endsWith('*') ? path.startsWith(spec.slice(0, -1)) : spec === path;
}
