import { type LabelSelector, matchesLabels, selectorOf } from '@kajitori/apimachinery';
import { namespaceOf, type PodAffinityTerm, type SchedulablePod } from '../../pod.ts';

/** A term of pod affinity, as the pod that carries it means it. */
export interface AffinityTerm {
  topologyKey: string;
  weight: number;
  matches(other: { namespace: string; labels: Readonly<Record<string, string>> }): boolean;
}

export function affinityTerm(term: PodAffinityTerm, owner: SchedulablePod, weight = 1): AffinityTerm {
  const selector = withLabelKeys(term, owner);
  const everyNamespace = term.namespaceSelector !== undefined && isEmpty(term.namespaceSelector);
  const namespaces = new Set(term.namespaces ?? []);
  if (namespaces.size === 0 && term.namespaceSelector === undefined) namespaces.add(namespaceOf(owner));
  return {
    topologyKey: term.topologyKey,
    weight,
    matches: ({ namespace, labels }) =>
      selector !== undefined && (everyNamespace || namespaces.has(namespace)) && matchesLabels(selector, labels),
  };
}

function isEmpty(selector: NonNullable<PodAffinityTerm['namespaceSelector']>): boolean {
  return Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
}

function withLabelKeys(
  { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] }: PodAffinityTerm,
  owner: SchedulablePod,
): LabelSelector | undefined {
  const selector = selectorOf(labelSelector);
  if (selector === undefined) return undefined;
  const labels = owner.metadata.labels ?? {};
  const added = (keys: readonly string[], operator: 'In' | 'NotIn'): LabelSelector =>
    keys.filter((key) => Object.hasOwn(labels, key)).map((key) => ({ key, operator, values: [labels[key] ?? ''] }));
  return [...selector, ...added(matchLabelKeys, 'In'), ...added(mismatchLabelKeys, 'NotIn')];
}
