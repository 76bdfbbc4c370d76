import { type PendingPod, priorityOf, type SchedulablePod, uidOf } from './pod.ts';
import type { Filter, Plugin } from './plugin.ts';
import type { NodeInfo, PlacedPod, Snapshot } from './snapshot.ts';

export interface Preemption {
  nodeName: string;
  /** Pods of lower priority that have to leave, most important first. */
  victims: SchedulablePod[];
}

/** Nodes that are tried for one pod at most. */
const candidatesMax = 100;

/**
 * The node on which the least would have to leave for a pod to fit: lowest priority first, then fewest, then youngest.
 * Only pods of lower priority leave, and of those only as many as must. The snapshot is as before afterwards.
 * Rule: kube-scheduler's DefaultPreemption, without disruption budgets.
 */
export function preemptionFor(pending: PendingPod, snapshot: Snapshot, plugins: readonly Plugin[]): Preemption | undefined {
  const priority = priorityOf(pending.pod);
  const filters = filtersOf(pending, snapshot, plugins);
  const candidates: Preemption[] = [];
  for (const node of snapshot.nodes) {
    if (candidates.length >= candidatesMax) break;
    if (!hasLower(node, priority) || !isResolvable(node, filters)) continue;
    const victims = victimsOn(node, pending, snapshot, plugins);
    if (victims !== undefined && victims.length > 0) candidates.push({ nodeName: node.name, victims });
  }
  return candidates.sort(byLeastHarm)[0];
}

/** Whether pods that were told to go for this pod's sake are still on their way out. */
export function awaitsVictims({ pod }: PendingPod, snapshot: Snapshot): boolean {
  const node = snapshot.node(pod.status?.nominatedNodeName ?? '');
  if (node === undefined) return false;
  for (const placed of node.pods.values()) {
    if (placed.pod.metadata.deletionTimestamp !== undefined && priorityOf(placed.pod) < priorityOf(pod)) return true;
  }
  return false;
}

function filtersOf(pending: PendingPod, snapshot: Snapshot, plugins: readonly Plugin[]): Filter[] {
  return plugins.flatMap((plugin) => plugin.filter?.(pending, snapshot) ?? []);
}

function hasLower(node: NodeInfo, priority: number): boolean {
  for (const { pod } of node.pods.values()) if (priorityOf(pod) < priority) return true;
  return false;
}

function isResolvable(node: NodeInfo, filters: readonly Filter[]): boolean {
  for (const filter of filters) {
    const rejected = filter(node);
    if (rejected !== undefined) return rejected.resolvable;
  }
  return false;
}

/** Takes all lower pods away, then gives back those that can stay, most important first. */
function victimsOn(node: NodeInfo, pending: PendingPod, snapshot: Snapshot, plugins: readonly Plugin[]): SchedulablePod[] | undefined {
  const priority = priorityOf(pending.pod);
  const lower = [...node.pods.values()].filter(({ pod }) => priorityOf(pod) < priority).sort(byImportance);
  const fits = (): boolean => filtersOf(pending, snapshot, plugins).every((filter) => filter(node) === undefined);
  for (const { pod } of lower) snapshot.removePod(uidOf(pod));
  const victims: SchedulablePod[] = [];
  const possible = fits();
  for (const { pod } of lower) {
    snapshot.assume(pod, node.name);
    if (!possible || fits()) continue;
    snapshot.removePod(uidOf(pod));
    victims.push(pod);
  }
  for (const pod of victims) snapshot.assume(pod, node.name);
  return possible ? victims : undefined;
}

/** Higher priority first, then the one that has been there longer. */
function byImportance({ pod: a }: PlacedPod, { pod: b }: PlacedPod): number {
  return priorityOf(b) - priorityOf(a) || compare(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '');
}

function byLeastHarm(a: Preemption, b: Preemption): number {
  const highest = ({ victims }: Preemption): number => Math.max(...victims.map(priorityOf));
  const sum = ({ victims }: Preemption): number => victims.reduce((total, pod) => total + priorityOf(pod), 0);
  const youngest = ({ victims }: Preemption): string => victims[0]?.metadata.creationTimestamp ?? '';
  return (
    highest(a) - highest(b) ||
    sum(a) - sum(b) ||
    a.victims.length - b.victims.length ||
    -compare(youngest(a), youngest(b)) ||
    compare(a.nodeName, b.nodeName)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
