import { type PendingPod, priorityOf, type SchedulablePod } from './pod.ts';
import { plugins as defaultPlugins } from './plugins/index.ts';
import type { Plugin } from './plugin.ts';
import type { FitError, Preempting } from './fit-error.ts';
import { awaitsVictims, preemptionFor } from './preemption.ts';
import { selectNode } from './select-node.ts';
import type { Snapshot } from './snapshot.ts';

export type Placement =
  | { type: 'bind'; pod: SchedulablePod; nodeName: string }
  /** It will fit once these pods of lower priority have left the node. */
  | {
      type: 'preempt';
      pod: SchedulablePod;
      nodeName: string;
      victims: readonly SchedulablePod[];
      message: string;
      plugins: readonly string[];
    }
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
    return unplaced(one, selection.fitError, snapshot, plugins);
  });
}

function unplaced(pending: PendingPod, fitError: FitError, snapshot: Snapshot, plugins: readonly Plugin[]): Placement {
  const { pod } = pending;
  const rejectedBy = [...fitError.plugins];
  const rejected = (preemption: Preempting): Placement => ({
    type: 'unschedulable',
    pod,
    message: fitError.message(preemption),
    plugins: rejectedBy,
  });
  if (pod.spec?.preemptionPolicy === 'Never') return rejected('never');
  if (awaitsVictims(pending, snapshot)) return rejected('awaits');
  const preemption = preemptionFor(pending, snapshot, plugins);
  if (preemption === undefined) return rejected('helpless');
  return { type: 'preempt', pod, ...preemption, message: fitError.message('succeeds'), plugins: rejectedBy };
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
