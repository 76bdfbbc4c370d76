import { labelOf } from '../../node-selector.ts';
import { namespaceOf, type PendingPod, type PodAffinity, type SchedulablePod } from '../../pod.ts';
import { type Filter, type Plugin, rejection, type Scorer, scoreMax } from '../../plugin.ts';
import type { NodeInfo, Snapshot } from '../../snapshot.ts';
import { type AffinityTerm, affinityTerm } from './affinity-term.ts';

const noAffinity = rejection("node(s) didn't match pod affinity rules", false);
const antiAffinity = rejection("node(s) didn't match pod anti-affinity rules", true);
const othersAntiAffinity = rejection("node(s) didn't satisfy existing pods anti-affinity rules", true);

/** How much an existing pod's required affinity weighs when it would be met by the incoming pod. */
const hardPodAffinityWeight = 1;

/** Places pods near to or apart from other pods. Required terms are symmetric for anti-affinity: those already there are asked too. */
export const interPodAffinity: Plugin = {
  name: 'InterPodAffinity',
  weight: 2,
  filter: affinityFilter,
  score: affinityScorer,
  helpedBy: ['NodeAdded', 'NodeLabelsChanged', 'AssignedPodAdded', 'AssignedPodRemoved', 'AssignedPodLabelsChanged'],
};

/** Domains are told apart by key and value in one text. */
const domain = (key: string, value: string): string => `${key}\n${value}`;

function required(affinity: PodAffinity | undefined, owner: SchedulablePod): AffinityTerm[] {
  return (affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => affinityTerm(term, owner));
}

function preferred(affinity: PodAffinity | undefined, owner: SchedulablePod): AffinityTerm[] {
  return (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) =>
    affinityTerm(podAffinityTerm, owner, weight),
  );
}

function affinityFilter({ pod }: PendingPod, snapshot: Snapshot): Filter | undefined {
  const near = required(pod.spec?.affinity?.podAffinity, pod);
  const apart = required(pod.spec?.affinity?.podAntiAffinity, pod);
  const repelled = repelledDomains(pod, snapshot);
  if (near.length === 0 && apart.length === 0 && repelled.size === 0) return undefined;
  const nearDomains = near.map((term) => domainsWith([term], near, snapshot.nodes));
  const apartDomains = apart.map((term) => domainsWith([term], [term], snapshot.nodes));
  // The first pod of a group that wants to be near itself may start it anywhere.
  const firstOfItsKind = nearDomains.every((domains) => domains.size === 0) && near.every((term) => term.matches(identity(pod)));
  return (node) => {
    if (!firstOfItsKind || near.some(({ topologyKey }) => labelOf(node, topologyKey) === undefined)) {
      if (!near.every((term, index) => isIn(node, term, nearDomains[index]))) return noAffinity;
    }
    if (apart.some((term, index) => isIn(node, term, apartDomains[index]))) return antiAffinity;
    for (const [key, value] of Object.entries(node.labels)) if (repelled.has(domain(key, value))) return othersAntiAffinity;
    return undefined;
  };
}

const identity = (pod: SchedulablePod): { namespace: string; labels: Readonly<Record<string, string>> } => ({
  namespace: namespaceOf(pod),
  labels: pod.metadata.labels ?? {},
});

function isIn(node: NodeInfo, { topologyKey }: AffinityTerm, domains: ReadonlySet<string> | undefined): boolean {
  const value = labelOf(node, topologyKey);
  return value !== undefined && domains?.has(domain(topologyKey, value)) === true;
}

/** Domains that hold a pod which matches all of `matching`. */
function domainsWith(terms: readonly AffinityTerm[], matching: readonly AffinityTerm[], nodes: readonly NodeInfo[]): Set<string> {
  const found = new Set<string>();
  for (const node of nodes) {
    if (node.pods.size === 0 || !anyPod(node, (placed) => matching.every((term) => term.matches(placed)))) continue;
    for (const { topologyKey } of terms) {
      const value = labelOf(node, topologyKey);
      if (value !== undefined) found.add(domain(topologyKey, value));
    }
  }
  return found;
}

function anyPod(node: NodeInfo, test: (placed: { namespace: string; labels: Readonly<Record<string, string>> }) => boolean): boolean {
  for (const placed of node.pods.values()) if (test(placed)) return true;
  return false;
}

/** Domains where a pod that is there already wants no pod like this one. */
function repelledDomains(pod: SchedulablePod, { affine }: Snapshot): Set<string> {
  const found = new Set<string>();
  const self = identity(pod);
  for (const { placed, node } of affine.values()) {
    for (const term of required(placed.pod.spec?.affinity?.podAntiAffinity, placed.pod)) {
      const value = labelOf(node, term.topologyKey);
      if (value !== undefined && term.matches(self)) found.add(domain(term.topologyKey, value));
    }
  }
  return found;
}

function affinityScorer({ pod }: PendingPod, { nodes, affine }: Snapshot): Scorer | undefined {
  const weights = new Map<string, number>();
  const near = preferred(pod.spec?.affinity?.podAffinity, pod);
  const apart = preferred(pod.spec?.affinity?.podAntiAffinity, pod);
  const self = identity(pod);
  const weigh = (terms: readonly AffinityTerm[], node: NodeInfo, other: Parameters<AffinityTerm['matches']>[0], sign: number): void => {
    for (const term of terms) {
      const value = labelOf(node, term.topologyKey);
      if (value === undefined || !term.matches(other)) continue;
      const at = domain(term.topologyKey, value);
      weights.set(at, (weights.get(at) ?? 0) + sign * term.weight);
    }
  };
  for (const node of near.length + apart.length === 0 ? [] : nodes) {
    for (const placed of node.pods.values()) {
      weigh(near, node, placed, 1);
      weigh(apart, node, placed, -1);
    }
  }
  for (const { placed, node } of affine.values()) {
    const theirs = placed.pod.spec?.affinity;
    weigh(required(theirs?.podAffinity, placed.pod), node, self, hardPodAffinityWeight);
    weigh(preferred(theirs?.podAffinity, placed.pod), node, self, 1);
    weigh(preferred(theirs?.podAntiAffinity, placed.pod), node, self, -1);
  }
  if (weights.size === 0) return undefined;
  return {
    score: ({ labels }) => Object.entries(labels).reduce((sum, [key, value]) => sum + (weights.get(domain(key, value)) ?? 0), 0),
    normalize(scores) {
      const [least, most] = [Math.min(...scores), Math.max(...scores)];
      for (const [index, score] of scores.entries())
        scores[index] = most === least ? 0 : Math.trunc((scoreMax * (score - least)) / (most - least));
    },
  };
}
