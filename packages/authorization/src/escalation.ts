import type { PolicyRule } from './rbac.ts';

/**
 * What keeps a user from granting more than he has: a role's or binding's rules are taken apart, and each part must be covered
 * by one rule that the user holds. As Kubernetes documents it under "Privilege escalation prevention".
 */

/** All there is: what may gather any rules must hold this. */
export const fullAuthority: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** The parts of `wanted` that `held` does not cover, compacted; empty when nothing is missing. */
export function missingRights(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  const missing = wanted.flatMap(parts).filter((part) => !held.some((rule) => covers(rule, part)));
  return compact(missing);
}

/** A rule as refusals show it: `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`. */
export function ruleText({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const named = {
    APIGroups: apiGroups,
    Resources: resources,
    NonResourceURLs: nonResourceURLs,
    ResourceNames: resourceNames,
    Verbs: verbs,
  };
  const shown = Object.entries(named).flatMap(([name, values]) =>
    values === undefined || values.length === 0 ? [] : [`${name}:${quotedList(values)}`],
  );
  return `{${shown.join(', ')}}`;
}

/** `["a" "b"]`. */
export function quotedList(values: readonly string[]): string {
  return `[${values.map((one) => JSON.stringify(one)).join(' ')}]`;
}

function parts({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): PolicyRule[] {
  const found: PolicyRule[] = [];
  for (const verb of verbs) {
    for (const group of apiGroups) {
      for (const resource of resources) {
        const part = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if (resourceNames.length === 0) found.push(part);
        for (const name of resourceNames) found.push({ ...part, resourceNames: [name] });
      }
    }
    for (const url of nonResourceURLs) found.push({ verbs: [verb], nonResourceURLs: [url] });
  }
  return found;
}

/** `part` has one verb, and one resource or one URL. */
function covers(rule: PolicyRule, part: PolicyRule): boolean {
  if (!rule.verbs.includes('*') && !rule.verbs.includes(part.verbs[0] as string)) return false;
  const [url] = part.nonResourceURLs ?? [];
  if (url !== undefined) return (rule.nonResourceURLs ?? []).some((held) => coversUrl(held, url));
  const [group] = part.apiGroups as [string];
  const [resource] = part.resources as [string];
  const groups = rule.apiGroups ?? [];
  if (!groups.includes('*') && !groups.includes(group)) return false;
  if (!coversResource(rule.resources ?? [], resource)) return false;
  const names = rule.resourceNames ?? [];
  const [name] = part.resourceNames ?? [];
  return names.length === 0 || (name !== undefined && names.includes(name));
}

function coversResource(held: readonly string[], resource: string): boolean {
  if (held.includes('*') || held.includes(resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && held.includes(`*${resource.slice(slash)}`);
}

function coversUrl(held: string, url: string): boolean {
  return held === url || (held.endsWith('*') && url.startsWith(held.replace(/\*+$/, '')));
}

/** Parts that differ in their verb alone become one. */
function compact(rules: readonly PolicyRule[]): PolicyRule[] {
  const merged = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames, rule.nonResourceURLs]);
    const found = rule.nonResourceURLs === undefined ? merged.get(key) : undefined;
    if (found === undefined) merged.set(rule.nonResourceURLs === undefined ? key : `${key} ${rule.verbs.join()}`, rule);
    else found.verbs = [...new Set([...found.verbs, ...rule.verbs])];
  }
  return [...merged.values()];
}
