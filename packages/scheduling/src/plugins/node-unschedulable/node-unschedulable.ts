import { type Plugin, rejection } from '../../plugin.ts';
import { tolerates } from '../../tolerations.ts';

const cordoned = rejection('node(s) were unschedulable', false);
const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** A cordoned node takes only pods that tolerate it. */
export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  filter({ pod }) {
    if (tolerates(pod.spec?.tolerations ?? [], taint)) return undefined;
    return (node) => (node.unschedulable ? cordoned : undefined);
  },
  helpedBy: ['NodeAdded', 'NodeTaintsChanged'],
};
