import { parseTime } from '@kajitori/apimachinery';
import type { Node, Pod } from '@kajitori/kinds';
import { isEnded } from '../pods/pod-state.ts';

/** Ended pods that are kept, over the whole cluster. */
export const terminatedPodsMax = 12_500;
const outOfService = 'node.kubernetes.io/out-of-service';

export interface PodGcSnapshot {
  pods: readonly Pod[];
  nodes: ReadonlyMap<string, Node>;
  terminatedMax?: number;
}

export interface PodGcPlan {
  /** Bound to nodes that are not there: nobody else can end them. To be confirmed against the API before it is done. */
  orphaned: Pod[];
  /** Being deleted without ever having had a node, or on one that was declared out of service. */
  stuck: Pod[];
  /** The oldest ended pods beyond the limit. */
  surplus: Pod[];
}

export function planPodGc({ pods, nodes, terminatedMax = terminatedPodsMax }: PodGcSnapshot): PodGcPlan {
  const ended = pods.filter((pod) => isEnded(pod) && pod.metadata.deletionTimestamp === undefined);
  const createdAt = ({ metadata }: Pod): number => parseTime(metadata.creationTimestamp ?? '') ?? 0;
  return {
    orphaned: pods.filter(({ spec }) => spec.nodeName !== undefined && spec.nodeName !== '' && !nodes.has(spec.nodeName)),
    stuck: pods.filter((pod) => pod.metadata.deletionTimestamp !== undefined && isStuck(pod, nodes)),
    surplus: [...ended].sort((a, b) => createdAt(a) - createdAt(b)).slice(0, Math.max(0, ended.length - terminatedMax)),
  };
}

function isStuck({ spec }: Pod, nodes: ReadonlyMap<string, Node>): boolean {
  const { nodeName = '' } = spec;
  if (nodeName === '') return true;
  const node = nodes.get(nodeName);
  const ready = node?.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  return !ready && node?.spec?.taints?.some(({ key }) => key === outOfService) === true;
}
