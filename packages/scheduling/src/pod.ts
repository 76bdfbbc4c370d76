import type { LabelSelector, LabelSelectorObject, ObjectMeta } from '@kajitori/apimachinery';

/**
 * The parts of a Pod that scheduling reads. The API's own Pod fits this shape, so callers pass it as it is.
 */
export interface SchedulablePod {
  metadata: ObjectMeta;
  spec?: {
    nodeName?: string;
    nodeSelector?: Record<string, string>;
    affinity?: Affinity;
    tolerations?: Toleration[];
    topologySpreadConstraints?: TopologySpreadConstraint[];
    containers: ContainerNeeds[];
    initContainers?: ContainerNeeds[];
    overhead?: Record<string, string>;
    resources?: ResourceNeeds;
    priority?: number;
    preemptionPolicy?: string;
    schedulingGates?: { name: string }[];
    hostNetwork?: boolean;
  };
  status?: { phase?: string; nominatedNodeName?: string };
}

export interface ResourceNeeds {
  requests?: Record<string, string>;
  limits?: Record<string, string>;
}

export interface ContainerNeeds {
  name: string;
  image?: string;
  restartPolicy?: string;
  resources?: ResourceNeeds;
  ports?: { hostPort?: number; hostIP?: string; protocol?: string }[];
}

export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
  tolerationSeconds?: number;
}

export interface Affinity {
  nodeAffinity?: {
    requiredDuringSchedulingIgnoredDuringExecution?: NodeSelector;
    preferredDuringSchedulingIgnoredDuringExecution?: { weight: number; preference: NodeSelectorTerm }[];
  };
  podAffinity?: PodAffinity;
  podAntiAffinity?: PodAffinity;
}

export interface PodAffinity {
  requiredDuringSchedulingIgnoredDuringExecution?: PodAffinityTerm[];
  preferredDuringSchedulingIgnoredDuringExecution?: { weight: number; podAffinityTerm: PodAffinityTerm }[];
}

export interface PodAffinityTerm {
  labelSelector?: LabelSelectorObject;
  namespaces?: string[];
  namespaceSelector?: LabelSelectorObject;
  topologyKey: string;
  matchLabelKeys?: string[];
  mismatchLabelKeys?: string[];
}

export interface NodeSelector {
  nodeSelectorTerms: NodeSelectorTerm[];
}

export interface NodeSelectorTerm {
  matchExpressions?: NodeSelectorRequirement[];
  matchFields?: NodeSelectorRequirement[];
}

export interface NodeSelectorRequirement {
  key: string;
  operator: string;
  values?: string[];
}

export interface TopologySpreadConstraint {
  maxSkew: number;
  topologyKey: string;
  whenUnsatisfiable: string;
  labelSelector?: LabelSelectorObject;
  minDomains?: number;
  nodeAffinityPolicy?: string;
  nodeTaintsPolicy?: string;
  matchLabelKeys?: string[];
}

/** A pod that waits for a node. */
export interface PendingPod {
  pod: SchedulablePod;
  /** What selects this pod and its like: its Services' and its owner's selectors in one. Spreads pods that do not say how. */
  spreadSelector?: LabelSelector;
}

/** Pods that have ended hold nothing of a node. */
export function hasEnded(pod: SchedulablePod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

export function namespaceOf(pod: SchedulablePod): string {
  return pod.metadata.namespace ?? '';
}

export function uidOf(pod: SchedulablePod): string {
  return pod.metadata.uid ?? '';
}

export function priorityOf(pod: SchedulablePod): number {
  return pod.spec?.priority ?? 0;
}
