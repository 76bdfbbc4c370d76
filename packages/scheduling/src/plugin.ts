import type { ClusterEvent } from './cluster-event.ts';
import type { PendingPod } from './pod.ts';
import type { NodeInfo, Snapshot } from './snapshot.ts';

/**
 * One rule of placement. For a pod it prepares a function of a node, so that what depends on the pod alone is worked out once;
 * `undefined` means that the rule has nothing to say about this pod.
 */
export interface Plugin {
  /** kube-scheduler's name of it. */
  readonly name: string;
  filter?(pending: PendingPod, snapshot: Snapshot): Filter | undefined;
  score?(pending: PendingPod, snapshot: Snapshot): Scorer | undefined;
  /** How much its score counts. */
  readonly weight?: number;
  /** What could let a pod fit that this plugin rejected. */
  readonly helpedBy: readonly ClusterEvent[];
}

/** Why the node does not do, or undefined when it does. */
export type Filter = (node: NodeInfo) => Rejection | undefined;

export interface Rejection {
  readonly reasons: readonly string[];
  /** Whether the node could do if pods of lower priority left it. */
  readonly resolvable: boolean;
}

export interface Scorer {
  /** Any number; higher is better unless `normalize` says otherwise. */
  score(node: NodeInfo, feasible: readonly NodeInfo[]): number;
  /** Brings the feasible nodes' scores to 0 … 100, in place. Absent: they are already. */
  normalize?(scores: Float64Array, feasible: readonly NodeInfo[]): void;
}

export const scoreMax = 100;

export function rejection(reason: string, resolvable: boolean): Rejection {
  return { reasons: [reason], resolvable };
}

/** Scales so that the highest is 100; `reverse` turns the best into the worst. Rule: kube-scheduler's DefaultNormalizeScore. */
export function normalizeByMax(scores: Float64Array, { reverse }: { reverse: boolean }): void {
  const max = scores.reduce((most, score) => Math.max(most, score), 0);
  for (let index = 0; index < scores.length; index += 1) {
    const score = scores[index] ?? 0;
    const scaled = max === 0 ? 0 : Math.trunc((scoreMax * score) / max);
    scores[index] = max === 0 ? (reverse ? scoreMax : score) : reverse ? scoreMax - scaled : scaled;
  }
}
