import { matchesLabels } from '@kajitori/apimachinery';
import { labelOf } from '../../node-selector.ts';
import type { PendingPod, SchedulablePod } from '../../pod.ts';
import { type Filter, type Plugin, rejection, type Scorer, scoreMax } from '../../plugin.ts';
import type { NodeInfo, Snapshot } from '../../snapshot.ts';
import {
  countMatching,
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

function spreadFilter(pending: PendingPod, { nodes }: Snapshot): Filter | undefined {
  const { pod } = pending;
  const constraints = requiredConstraints(pending);
  if (constraints.length === 0) return undefined;
  const domains = constraints.map((constraint) => countDomains(constraint, constraints, pod, nodes));
  return (node) => {
    for (const [index, constraint] of constraints.entries()) {
      const value = labelOf(node, constraint.topologyKey);
      if (value === undefined) return noLabel;
      const counts = domains[index] ?? new Map<string, number>();
      const least = counts.size < constraint.minDomains ? 0 : Math.min(...counts.values());
      const self = matchesLabels(constraint.selector, pod.metadata.labels) ? 1 : 0;
      if ((counts.get(value) ?? 0) + self - (Number.isFinite(least) ? least : 0) > constraint.maxSkew) return tooSkewed;
    }
    return undefined;
  };
}

function countDomains(
  constraint: SpreadConstraint,
  all: readonly SpreadConstraint[],
  pod: SchedulablePod,
  nodes: readonly NodeInfo[],
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const value = labelOf(node, constraint.topologyKey);
    if (value === undefined || !hasAllKeys(all, node) || !isCounted(constraint, pod, node)) continue;
    counts.set(value, (counts.get(value) ?? 0) + countMatching(constraint, pod, node));
  }
  return counts;
}

function spreadScorer(pending: PendingPod, { nodes }: Snapshot): Scorer | undefined {
  const { constraints, defaulted } = preferredConstraints(pending);
  if (constraints.length === 0) return undefined;
  const { pod } = pending;
  let prepared: { counts: Map<string, number>; weight: number }[] | undefined;
  const isIgnored = (node: NodeInfo): boolean => !defaulted && !hasAllKeys(constraints, node);
  return {
    score(node, feasible) {
      if (isIgnored(node)) return 0;
      prepared ??= constraints.map((constraint) =>
        prepare(
          constraint,
          pod,
          nodes,
          feasible.filter((one) => !isIgnored(one)),
        ),
      );
      let score = 0;
      for (const [index, constraint] of constraints.entries()) {
        const value = labelOf(node, constraint.topologyKey);
        const { counts, weight } = prepared[index] ?? { counts: new Map<string, number>(), weight: 0 };
        if (value === undefined) continue;
        const count = constraint.topologyKey === hostnameKey ? countMatching(constraint, pod, node) : (counts.get(value) ?? 0);
        score += count * weight + (constraint.maxSkew - 1);
      }
      return Math.round(score);
    },
    normalize(scores, feasible) {
      const counted = feasible.flatMap((node, index) => (isIgnored(node) ? [] : [scores[index] ?? 0]));
      const [least, most] = [Math.min(...counted), Math.max(...counted)];
      for (const [index, node] of feasible.entries()) {
        const score = scores[index] ?? 0;
        scores[index] = isIgnored(node) ? 0 : most === 0 ? scoreMax : Math.trunc((scoreMax * (most + least - score)) / most);
      }
    },
  };
}

/** Counts of each domain that a feasible node is in, and how much the constraint weighs for that many domains. */
function prepare(
  constraint: SpreadConstraint,
  pod: SchedulablePod,
  nodes: readonly NodeInfo[],
  feasible: readonly NodeInfo[],
): { counts: Map<string, number>; weight: number } {
  if (constraint.topologyKey === hostnameKey) return { counts: new Map(), weight: Math.log(feasible.length + 2) };
  const counts = new Map<string, number>();
  for (const node of feasible) {
    const value = labelOf(node, constraint.topologyKey);
    if (value !== undefined) counts.set(value, 0);
  }
  for (const node of nodes) {
    const value = labelOf(node, constraint.topologyKey);
    const count = value === undefined ? undefined : counts.get(value);
    if (value === undefined || count === undefined || !isCounted(constraint, pod, node)) continue;
    counts.set(value, count + countMatching(constraint, pod, node));
  }
  return { counts, weight: Math.log(counts.size + 2) };
}
