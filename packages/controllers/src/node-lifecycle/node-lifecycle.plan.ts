import { conditionOf, formatTime, parseTime } from '@kajitori/apimachinery';
import type { Node, NodeCondition, Pod, Taint } from '@kajitori/kinds';
import { tolerates, type Toleration } from '@kajitori/scheduling';
import { isEnded } from '../pods/pod-state.ts';

/** A node that has not been heard of for this long is not known to be ready. */
export const gracePeriodMilliseconds = 50_000;
/** From this part on (of more than two), silent nodes mean that the fault is ours: nothing is evicted. */
const disruptedPart = 0.55;

const notReady = 'node.kubernetes.io/not-ready';
const unreachable = 'node.kubernetes.io/unreachable';
/** Conditions that keep new pods away, and while which. */
const conditionTaints: readonly { type: string; status: string; key: string }[] = [
  { type: 'Ready', status: 'False', key: notReady },
  { type: 'Ready', status: 'Unknown', key: unreachable },
  { type: 'MemoryPressure', status: 'True', key: 'node.kubernetes.io/memory-pressure' },
  { type: 'DiskPressure', status: 'True', key: 'node.kubernetes.io/disk-pressure' },
  { type: 'PIDPressure', status: 'True', key: 'node.kubernetes.io/pid-pressure' },
  { type: 'NetworkUnavailable', status: 'True', key: 'node.kubernetes.io/network-unavailable' },
];
const unschedulableKey = 'node.kubernetes.io/unschedulable';
const heartbeatConditions = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

export interface NodeLifecycleSnapshot {
  nodes: readonly Node[];
  /** When each node was last heard of, by name, in milliseconds since the epoch. */
  heardAt: (node: Node) => number;
  podsOn: (nodeName: string) => readonly Pod[];
  now: Date;
}

export interface NodeLifecyclePlan {
  /** New conditions of nodes that have fallen silent. */
  silent: { node: Node; conditions: NodeCondition[] }[];
  taint: { node: Node; taints: Taint[] }[];
  /** Pods that no longer count as ready, because their node does not. */
  unready: Pod[];
  evict: Pod[];
  requeueAfterMilliseconds?: number;
}

export function planNodeLifecycle(snapshot: NodeLifecycleSnapshot): NodeLifecyclePlan {
  const { nodes, heardAt, now } = snapshot;
  const plan: NodeLifecyclePlan = { silent: [], taint: [], unready: [], evict: [] };
  const waits: number[] = [];
  const observed = nodes.map((node) => {
    const left = heardAt(node) + gracePeriodMilliseconds - now.getTime();
    if (left > 0) waits.push(left);
    return { node, conditions: left > 0 ? (node.status?.conditions ?? []) : silentConditions(node, now) };
  });
  const disrupted = isDisrupted(observed.map(({ conditions }) => conditions));
  for (const { node, conditions } of observed) {
    if (
      conditions !== node.status?.conditions &&
      readyStatus(conditions) === 'Unknown' &&
      conditionOf(node.status?.conditions, 'Ready')?.status !== 'Unknown'
    ) {
      plan.silent.push({ node, conditions });
    }
    const taints = wantedTaints(node, conditions, disrupted, now);
    if (JSON.stringify(taints) !== JSON.stringify(node.spec?.taints ?? [])) plan.taint.push({ node, taints });
    const pods = snapshot.podsOn(node.metadata.name ?? '').filter((pod) => !isEnded(pod));
    if (readyStatus(conditions) === 'Unknown')
      plan.unready.push(...pods.filter((pod) => conditionOf(pod.status?.conditions, 'Ready')?.status === 'True'));
    const evictions = taints.some(({ effect }) => effect === 'NoExecute')
      ? pods.map((pod) => ({ pod, left: evictionIn(pod, taints, now) }))
      : [];
    for (const { pod, left } of evictions) {
      if (left === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
      if (left <= 0) plan.evict.push(pod);
      else waits.push(left);
    }
  }
  if (waits.length > 0) plan.requeueAfterMilliseconds = Math.min(...waits);
  return plan;
}

function readyStatus(conditions: readonly NodeCondition[]): string {
  return conditionOf(conditions, 'Ready')?.status ?? 'Unknown';
}

function silentConditions(node: Node, now: Date): NodeCondition[] {
  const before = node.status?.conditions ?? [];
  const at = formatTime(now);
  const changed = heartbeatConditions.map((type): NodeCondition => {
    const known = conditionOf(before, type);
    if (known === undefined) {
      const created = node.metadata.creationTimestamp;
      return {
        type,
        status: 'Unknown',
        reason: 'NodeStatusNeverUpdated',
        message: 'Kubelet never posted node status.',
        lastHeartbeatTime: created,
        lastTransitionTime: at,
      };
    }
    if (known.status === 'Unknown') return known;
    return {
      ...known,
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
      lastTransitionTime: at,
    };
  });
  return [...before.filter(({ type }) => !heartbeatConditions.includes(type)), ...changed];
}

/** All nodes silent, or most of several: what failed is between them and us. */
function isDisrupted(all: readonly (readonly NodeCondition[])[]): boolean {
  const silent = all.filter((conditions) => readyStatus(conditions) !== 'True').length;
  return silent > 0 && (silent === all.length || (silent > 2 && silent / all.length >= disruptedPart));
}

function wantedTaints({ spec }: Node, conditions: readonly NodeCondition[], disrupted: boolean, now: Date): Taint[] {
  const before = spec?.taints ?? [];
  const ours = new Set([unschedulableKey, ...conditionTaints.map(({ key }) => key)]);
  const wanted: Taint[] = conditionTaints
    .filter(({ type, status }) => (type === 'Ready' ? readyStatus(conditions) : conditionOf(conditions, type)?.status) === status)
    .map(({ key }) => ({ key, effect: 'NoSchedule' }));
  if (spec?.unschedulable === true) wanted.push({ key: unschedulableKey, effect: 'NoSchedule' });
  const ready = readyStatus(conditions);
  if (ready !== 'True' && !disrupted)
    wanted.push({ key: ready === 'False' ? notReady : unreachable, effect: 'NoExecute', timeAdded: formatTime(now) });
  const known = (one: Taint): Taint | undefined => before.find(({ key, effect }) => key === one.key && effect === one.effect);
  const kept = before.filter((one) => !ours.has(one.key) || wanted.some(({ key, effect }) => key === one.key && effect === one.effect));
  return [...kept, ...wanted.filter((one) => known(one) === undefined)];
}

/** Milliseconds until a pod has to leave its node; undefined when it may stay. Rule: taint-eviction-controller. */
function evictionIn({ spec }: Pod, taints: readonly Taint[], now: Date): number | undefined {
  const forcing = taints.filter(({ effect }) => effect === 'NoExecute');
  const tolerations: readonly Toleration[] = spec.tolerations ?? [];
  const used: Toleration[] = [];
  for (const taint of forcing) {
    const found = tolerations.filter((one) => tolerates([one], taint));
    if (found.length === 0) return 0;
    used.push(...found);
  }
  const limits = used.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []);
  if (limits.length === 0) return undefined;
  const since = Math.min(...forcing.map(({ timeAdded }) => parseTime(timeAdded ?? '') ?? now.getTime()));
  return since + Math.max(0, Math.min(...limits)) * 1000 - now.getTime();
}
