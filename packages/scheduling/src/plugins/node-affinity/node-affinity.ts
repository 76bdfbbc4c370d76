import { matchesNodeAffinity, matchesNodeTerm } from '../../node-selector.ts';
import { normalizeByMax, type Plugin, rejection } from '../../plugin.ts';

const mismatch = rejection("node(s) didn't match Pod's node affinity/selector", false);

/** `nodeSelector` and node affinity: required terms exclude nodes, preferred ones weigh. */
export const nodeAffinity: Plugin = {
  name: 'NodeAffinity',
  weight: 2,
  filter({ pod }) {
    const { nodeSelector, affinity } = pod.spec ?? {};
    if (nodeSelector === undefined && affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution === undefined)
      return undefined;
    return (node) => (matchesNodeAffinity(pod, node) ? undefined : mismatch);
  },
  score({ pod }) {
    const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    if (preferred.length === 0) return undefined;
    return {
      score: (node) => preferred.reduce((sum, { weight, preference }) => sum + (matchesNodeTerm(preference, node) ? weight : 0), 0),
      normalize: (scores) => normalizeByMax(scores, { reverse: false }),
    };
  },
  helpedBy: ['NodeAdded', 'NodeLabelsChanged'],
};
