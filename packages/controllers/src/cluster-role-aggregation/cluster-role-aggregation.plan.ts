import { matchesLabels, selectorOf } from '@kajitori/apimachinery';
import type { ClusterRole } from '@kajitori/kinds';
import { canonicalText } from '../runtime/same-content.ts';

type Rules = NonNullable<ClusterRole['rules']>;

/**
 * The roles whose rules are not those that they gather, with the rules that they should have: those of all roles that one of their
 * selectors finds, by name, each once. The order of rules means nothing, so it alone changes nothing.
 */
export function planAggregation(roles: readonly ClusterRole[]): { role: ClusterRole; rules: Rules }[] {
  const byName = [...roles].sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  return byName.flatMap((role) => {
    const selectors = role.aggregationRule?.clusterRoleSelectors;
    if (selectors === undefined || role.metadata.deletionTimestamp !== undefined) return [];
    const gathered = new Map<string, Rules[number]>();
    for (const one of selectors) {
      const selector = selectorOf(one) ?? [];
      for (const { metadata, rules = [] } of byName) {
        if (metadata.name === role.metadata.name || !matchesLabels(selector, metadata.labels)) continue;
        for (const rule of rules) gathered.set(canonicalText(rule), rule);
      }
    }
    const present = new Set((role.rules ?? []).map(canonicalText));
    const same = present.size === gathered.size && [...gathered.keys()].every((text) => present.has(text));
    return same ? [] : [{ role, rules: [...gathered.values()] }];
  });
}
