import { type PendingPod, priorityOf, type SchedulablePod } from './pod.ts';
import { plugins as defaultPlugins } from './plugins/index.ts';
import type { Plugin } from './plugin.ts';
import { selectNode } from './select-node.ts';
import type { Snapshot } from './snapshot.ts';

export type Placement =
  | { type: 'bind'; pod: SchedulablePod; nodeName: string }
  /** No node does: the message for the event and the condition, and which plugins said no. */
  | { type: 'unschedulable'; pod: SchedulablePod; message: string; plugins: readonly string[] };

/**
 * Places pending pods, most important first, each seeing those before it: placed pods are assumed in the snapshot.
 * The caller binds what it is told, and takes back (`removePod`) what the API refused.
 */
export function schedulingPass(
  snapshot: Snapshot,
  pending: readonly PendingPod[],
  plugins: readonly Plugin[] = defaultPlugins,
): Placement[] {
  return inQueueOrder(pending).map((one) => {
    const selection = selectNode(one, snapshot, plugins);
    if ('node' in selection) {
      snapshot.assume(one.pod, selection.node.name);
      return { type: 'bind', pod: one.pod, nodeName: selection.node.name };
    }
    const { fitError } = selection;
    const message = fitError.message({ neverPreempts: one.pod.spec?.preemptionPolicy === 'Never' });
    return { type: 'unschedulable', pod: one.pod, message, plugins: [...fitError.plugins] };
  });
}

/** Priority first, then age, then name: kube-scheduler's queue sort. */
export function inQueueOrder(pending: readonly PendingPod[]): PendingPod[] {
  return [...pending].sort(
    (a, b) =>
      priorityOf(b.pod) - priorityOf(a.pod) ||
      compare(a.pod.metadata.creationTimestamp ?? '', b.pod.metadata.creationTimestamp ?? '') ||
      compare(a.pod.metadata.name ?? '', b.pod.metadata.name ?? ''),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A pod with gates waits until they are gone. */
export function isGated(pod: SchedulablePod): boolean {
  return (pod.spec?.schedulingGates?.length ?? 0) > 0;
}
