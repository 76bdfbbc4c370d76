import type { RuleWithOperations } from '@kajitori/kinds';
import type { GroupVersionResource } from './attributes.ts';

/** What rules look at. */
export interface RuleSubject {
  operation: string;
  resource: GroupVersionResource;
  subresource: string;
  clusterScoped: boolean;
  name: string;
}

type Rule = RuleWithOperations & { resourceNames?: string[] };

/** Whether a rule of a webhook or policy covers a request (`*` in each part stands for anything). */
export function matchesRule(rule: Rule, { operation, resource, subresource, clusterScoped, name }: RuleSubject): boolean {
  return (
    matchesScope(rule.scope, clusterScoped) &&
    includes(rule.operations, operation) &&
    includes(rule.apiGroups, resource.group) &&
    includes(rule.apiVersions, resource.version) &&
    (rule.resources ?? []).some((one) => matchesResource(one, resource.resource, subresource)) &&
    (rule.resourceNames === undefined || rule.resourceNames.length === 0 || rule.resourceNames.includes(name))
  );
}

function includes(list: readonly string[] | undefined, value: string): boolean {
  return list !== undefined && (list.includes('*') || list.includes(value));
}

function matchesScope(scope: string | undefined, clusterScoped: boolean): boolean {
  if (scope === 'Namespaced') return !clusterScoped;
  return scope !== 'Cluster' || clusterScoped;
}

// `pods`, `pods/log`, `pods/*` (with the pods themselves), `*` (no subresources), `*/scale`, `*/*` (everything).
function matchesResource(pattern: string, resource: string, subresource: string): boolean {
  const slash = pattern.indexOf('/');
  const [wanted, wantedSub] = slash === -1 ? [pattern, ''] : [pattern.slice(0, slash), pattern.slice(slash + 1)];
  return (wanted === '*' || wanted === resource) && (wantedSub === '*' || wantedSub === subresource);
}
