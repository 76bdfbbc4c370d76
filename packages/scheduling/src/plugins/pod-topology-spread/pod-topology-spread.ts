import { matchesLabels } from '@kajitori/apimachinery';
import { labelOf } from '../../node-selector.ts';
import { namespaceOf, type PendingPod, type SchedulablePod } from '../../pod.ts';
import { type Filter, type Plugin, rejection, type Scorer, scoreMax } from '../../plugin.ts';
import type { NodeInfo, Snapshot } from '../../snapshot.ts';
import {
  hasAllKeys,
  hostnameKey,
  isCounted,
  preferredConstraints,
  requiredConstraints,
  type SpreadConstraint,
} from './spread-constraint.ts';

const tooSkewed = rejection("node(s) didn't match pod topology spread constraints", true);
const noLabel = rejection("node(s) didn't match pod topology spread constraints (missing required label)", false);

/** Spreads pods over the values of a node label. Rule: KEP-895, with the default spreading of KEP-1258. */
export const podTopologySpread: Plugin = {
  name: 'PodTopologySpread',
  weight: 2,
  filter: spreadFilter,
  score: spreadScorer,
  helpedBy: ['NodeAdded', 'NodeLabelsChanged', 'NodeTaintsChanged', 'AssignedPodAdded', 'AssignedPodRemoved', 'AssignedPodLabelsChanged'],
};

function spreadFilter(pending: PendingPod, snapshot: Snapshot): Filter | undefined {
  const { pod } = pending;
  const constraints = requiredConstraints(pending);
  if (constraints.length === 0) return undefined;
  const limits = constraints.map((constraint) => {
    const counts = countDomains(constraint, constraints, pod, snapshot);
    const least = counts.size < constraint.minDomains ? 0 : smallest(counts.values());
    const self = matchesLabels(constraint.selector, pod.metadata.labels) ? 1 : 0;
    return { topologyKey: constraint.topologyKey, counts, most: constraint.maxSkew + least - self };
  });
  return (node) => {
    for (const { topologyKey, counts, most } of limits) {
      const value = labelOf(node, topologyKey);
      if (value === undefined) return noLabel;
      if ((counts.get(value) ?? 0) > most) return tooSkewed;
    }
    return undefined;
  };
}

/** Zero for nothing: a domain that no pod is in yet. */
function smallest(values: Iterable<number>): number {
  let least = Infinity;
  for (const value of values) least = Math.min(least, value);
  return Number.isFinite(least) ? least : 0;
}

function countDomains(
  constraint: SpreadConstraint,
  all: readonly SpreadConstraint[],
  pod: SchedulablePod,
  snapshot: Snapshot,
): Map<string, number> {
  const counts = new Map<string, number>();
  const matching = snapshot.matching(namespaceOf(pod), constraint.selector);
  for (const node of snapshot.nodes) {
    const value = labelOf(node, constraint.topologyKey);
    if (value === undefined || !hasAllKeys(all, node) || !isCounted(constraint, pod, node)) continue;
    counts.set(value, (counts.get(value) ?? 0) + matching.at(node.index));
  }
  return counts;
}

function spreadScorer(pending: PendingPod, snapshot: Snapshot): Scorer | undefined {
  const { constraints, defaulted } = preferredConstraints(pending);
  if (constraints.length === 0) return undefined;
  const { pod } = pending;
  const isIgnored = (node: NodeInfo): boolean => !defaulted && !hasAllKeys(constraints, node);
  let weighers: Weigher[] | undefined;
  return {
    score(node, feasible) {
      if (isIgnored(node)) return 0;
      weighers ??= constraints.map((constraint) =>
        weigher(constraint, pod, snapshot, defaulted ? feasible : feasible.filter((one) => !isIgnored(one))),
      );
      let score = 0;
      for (const weigh of weighers) score += weigh(node);
      return Math.round(score);
    },
    normalize(scores, feasible) {
      let [least, most] = [Infinity, 0];
      for (const [index, node] of feasible.entries()) {
        if (isIgnored(node)) continue;
        least = Math.min(least, scores[index] ?? 0);
        most = Math.max(most, scores[index] ?? 0);
      }
      for (const [index, node] of feasible.entries()) {
        const score = scores[index] ?? 0;
        scores[index] = isIgnored(node) ? 0 : most === 0 ? scoreMax : Math.trunc((scoreMax * (most + least - score)) / most);
      }
    },
  };
}

/** How full a node's domain is already, in the weight that the constraint has for that many domains. */
type Weigher = (node: NodeInfo) => number;

function weigher(constraint: SpreadConstraint, pod: SchedulablePod, snapshot: Snapshot, feasible: readonly NodeInfo[]): Weigher {
  const { topologyKey, maxSkew } = constraint;
  const matching = snapshot.matching(namespaceOf(pod), constraint.selector);
  if (topologyKey === hostnameKey) {
    const weight = Math.log(feasible.length + 2);
    return (node) => (labelOf(node, topologyKey) === undefined ? 0 : matching.at(node.index) * weight + maxSkew - 1);
  }
  const counts = new Map<string, number>();
  for (const node of feasible) {
    const value = labelOf(node, topologyKey);
    if (value !== undefined) counts.set(value, 0);
  }
  for (const node of snapshot.nodes) {
    const value = labelOf(node, topologyKey);
    const count = value === undefined ? undefined : counts.get(value);
    if (value === undefined || count === undefined || !isCounted(constraint, pod, node)) continue;
    counts.set(value, count + matching.at(node.index));
  }
  const weight = Math.log(counts.size + 2);
  return (node) => {
    const count = counts.get(labelOf(node, topologyKey) ?? '');
    return count === undefined ? 0 : count * weight + maxSkew - 1;
  };
}
