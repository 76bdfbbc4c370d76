import { FitError } from './fit-error.ts';
import { type PendingPod, uidOf } from './pod.ts';
import type { Filter, Plugin } from './plugin.ts';
import type { NodeInfo, Snapshot } from './snapshot.ts';

export type Selection = { node: NodeInfo } | { fitError: FitError };

/** Filter → score → select, for one pod over all nodes. */
export function selectNode(pending: PendingPod, snapshot: Snapshot, plugins: readonly Plugin[]): Selection {
  const filters = plugins.flatMap((plugin) => {
    const filter = plugin.filter?.(pending, snapshot);
    return filter === undefined ? [] : [{ name: plugin.name, filter }];
  });
  const fitError = new FitError(snapshot.nodes.length);
  const feasible: NodeInfo[] = [];
  for (const node of snapshot.nodes) if (isFeasible(node, filters, fitError)) feasible.push(node);
  if (feasible.length === 0) return { fitError };
  return { node: bestOf(feasible, pending, snapshot, plugins) };
}

function isFeasible(node: NodeInfo, filters: readonly { name: string; filter: Filter }[], fitError: FitError): boolean {
  for (const { name, filter } of filters) {
    const rejected = filter(node);
    if (rejected === undefined) continue;
    fitError.add(name, rejected.reasons, rejected.resolvable);
    return false;
  }
  return true;
}

function bestOf(feasible: readonly NodeInfo[], pending: PendingPod, snapshot: Snapshot, plugins: readonly Plugin[]): NodeInfo {
  const totals = new Float64Array(feasible.length);
  if (feasible.length > 1) for (const plugin of plugins) addScores(totals, plugin, pending, snapshot, feasible);
  let best = -1;
  let ties: NodeInfo[] = [];
  for (let index = 0; index < feasible.length; index += 1) {
    const total = totals[index] ?? 0;
    const node = feasible[index];
    if (node === undefined || total < best) continue;
    if (total > best) {
      best = total;
      ties = [node];
    } else ties.push(node);
  }
  // Equals are drawn by the pod's uid: even over many pods, and the same again for the same pod.
  const drawn = ties[hash(uidOf(pending.pod)) % ties.length];
  if (drawn === undefined) throw new Error('a feasible node has no score');
  return drawn;
}

function addScores(totals: Float64Array, plugin: Plugin, pending: PendingPod, snapshot: Snapshot, feasible: readonly NodeInfo[]): void {
  const scorer = plugin.score?.(pending, snapshot);
  if (scorer === undefined) return;
  const scores = new Float64Array(feasible.length);
  // A plain loop: it runs for each pod, plugin and node.
  for (let index = 0; index < feasible.length; index += 1) {
    const node = feasible[index];
    if (node !== undefined) scores[index] = scorer.score(node, feasible);
  }
  scorer.normalize?.(scores, feasible);
  const { weight = 1 } = plugin;
  for (let index = 0; index < totals.length; index += 1) totals[index] = (totals[index] ?? 0) + weight * (scores[index] ?? 0);
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
