import { normalizeByMax, type Plugin, rejection } from '../../plugin.ts';
import { tolerates, untoleratedTaint } from '../../tolerations.ts';

const forbidding = ['NoSchedule', 'NoExecute'];

/** Keeps pods off nodes whose taints they do not tolerate, and prefers nodes with the fewest such preferences. */
export const taintToleration: Plugin = {
  name: 'TaintToleration',
  weight: 3,
  filter({ pod }) {
    const tolerations = pod.spec?.tolerations ?? [];
    return ({ taints }) => {
      const found = taints.length === 0 ? undefined : untoleratedTaint(taints, tolerations, forbidding);
      return found === undefined ? undefined : rejection(`node(s) had untolerated taint {${found.key}: ${found.value ?? ''}}`, false);
    };
  },
  score({ pod }, { nodes }) {
    if (!nodes.some(({ taints }) => taints.some(({ effect }) => effect === 'PreferNoSchedule'))) return undefined;
    const tolerations = (pod.spec?.tolerations ?? []).filter(({ effect = '' }) => effect === '' || effect === 'PreferNoSchedule');
    return {
      score: ({ taints }) => taints.filter((taint) => taint.effect === 'PreferNoSchedule' && !tolerates(tolerations, taint)).length,
      normalize: (scores) => normalizeByMax(scores, { reverse: true }),
    };
  },
  helpedBy: ['NodeAdded', 'NodeTaintsChanged'],
};
