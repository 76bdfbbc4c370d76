import { type LabelSelector, selectorOf } from '@kajitori/apimachinery';
import { labelOf, matchesNodeAffinity } from '../../node-selector.ts';
import type { PendingPod, SchedulablePod } from '../../pod.ts';
import type { NodeInfo } from '../../snapshot.ts';
import { untoleratedTaint } from '../../tolerations.ts';

export const hostnameKey = 'kubernetes.io/hostname';

export interface SpreadConstraint {
  maxSkew: number;
  topologyKey: string;
  selector: LabelSelector;
  minDomains: number;
  honorAffinity: boolean;
  honorTaints: boolean;
}

/** What spreads pods that do not say how but have siblings: kube-scheduler's system defaults. */
const systemDefaults = [
  { maxSkew: 3, topologyKey: hostnameKey },
  { maxSkew: 5, topologyKey: 'topology.kubernetes.io/zone' },
];

export function requiredConstraints({ pod }: PendingPod): SpreadConstraint[] {
  return ownConstraints(pod, 'DoNotSchedule');
}

/** Preferences, and whether they are the defaults (then a node without the labels still counts). */
export function preferredConstraints({ pod, spreadSelector }: PendingPod): { constraints: SpreadConstraint[]; defaulted: boolean } {
  if ((pod.spec?.topologySpreadConstraints?.length ?? 0) > 0)
    return { constraints: ownConstraints(pod, 'ScheduleAnyway'), defaulted: false };
  if (spreadSelector === undefined || spreadSelector.length === 0) return { constraints: [], defaulted: true };
  return {
    constraints: systemDefaults.map(({ maxSkew, topologyKey }) => ({
      maxSkew,
      topologyKey,
      selector: spreadSelector,
      minDomains: 1,
      honorAffinity: true,
      honorTaints: false,
    })),
    defaulted: true,
  };
}

function ownConstraints(pod: SchedulablePod, whenUnsatisfiable: string): SpreadConstraint[] {
  return (pod.spec?.topologySpreadConstraints ?? [])
    .filter((one) => one.whenUnsatisfiable === whenUnsatisfiable)
    .map((one) => ({
      maxSkew: one.maxSkew,
      topologyKey: one.topologyKey,
      selector: withLabelKeys(selectorOf(one.labelSelector), one.matchLabelKeys ?? [], pod),
      minDomains: one.minDomains ?? 1,
      honorAffinity: (one.nodeAffinityPolicy ?? 'Honor') === 'Honor',
      honorTaints: one.nodeTaintsPolicy === 'Honor',
    }));
}

/** An absent selector selects nothing. */
const nothing: LabelSelector = [{ key: 'kubernetes.io/nothing', operator: 'In', values: [] }];

function withLabelKeys(selector: LabelSelector | undefined, keys: readonly string[], pod: SchedulablePod): LabelSelector {
  if (selector === undefined) return nothing;
  const labels = pod.metadata.labels ?? {};
  const added = keys
    .filter((key) => Object.hasOwn(labels, key))
    .map((key) => ({ key, operator: 'In' as const, values: [labels[key] ?? ''] }));
  return [...selector, ...added];
}

/** Whether a node is part of the domains that a constraint counts over. */
export function isCounted({ honorAffinity, honorTaints }: SpreadConstraint, pod: SchedulablePod, node: NodeInfo): boolean {
  if (honorAffinity && !matchesNodeAffinity(pod, node)) return false;
  return !honorTaints || untoleratedTaint(node.taints, pod.spec?.tolerations ?? [], ['NoSchedule', 'NoExecute']) === undefined;
}

export function hasAllKeys(constraints: readonly SpreadConstraint[], node: NodeInfo): boolean {
  return constraints.every(({ topologyKey }) => labelOf(node, topologyKey) !== undefined);
}
