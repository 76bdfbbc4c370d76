import { int32, list, object, ref, string, type Infer } from '@kajitori/schema';
import { NodeSelector, NodeSelectorTerm } from '../node-selector.ts';
import { LabelSelector } from '../../meta/label-selector.ts';

export const Affinity = object('io.k8s.api.core.v1.Affinity', {
  nodeAffinity: ref(1, () => NodeAffinity).describe('Nodes that it likes.'),
  podAffinity: ref(2, () => PodAffinity).describe('Pods that it wants near.'),
  podAntiAffinity: ref(3, () => PodAntiAffinity).describe('Pods that it wants far.'),
});
export type Affinity = Infer<typeof Affinity>;

export const NodeAffinity = object('io.k8s.api.core.v1.NodeAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: ref(1, () => NodeSelector).describe('Nodes that it can go to.'),
  preferredDuringSchedulingIgnoredDuringExecution: list(2, () => PreferredSchedulingTerm)
    .atomic()
    .describe('Nodes that it prefers, by weight.'),
});
export type NodeAffinity = Infer<typeof NodeAffinity>;

export const PodAffinity = object('io.k8s.api.core.v1.PodAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: list(1, () => PodAffinityTerm)
    .atomic()
    .describe('Terms that must all be met when it is placed.'),
  preferredDuringSchedulingIgnoredDuringExecution: list(2, () => WeightedPodAffinityTerm)
    .atomic()
    .describe('Terms that are preferred, by weight.'),
});
export type PodAffinity = Infer<typeof PodAffinity>;

export const PodAffinityTerm = object('io.k8s.api.core.v1.PodAffinityTerm', {
  labelSelector: ref(1, () => LabelSelector).describe('The other pods, by their labels.'),
  namespaces: list(2, string()).atomic().describe('Namespaces of the other pods; its own when nothing is said.'),
  topologyKey: string(3).required().describe('Label of nodes that says what near means: the same value is near.'),
  namespaceSelector: ref(4, () => LabelSelector).describe('Namespaces of the other pods, by their labels.'),
  matchLabelKeys: list(5, string()).atomic().describe('Labels that must have the same value as its own.'),
  mismatchLabelKeys: list(6, string()).atomic().describe('Labels that must have another value than its own.'),
});
export type PodAffinityTerm = Infer<typeof PodAffinityTerm>;

export const PodAntiAffinity = object('io.k8s.api.core.v1.PodAntiAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: list(1, () => PodAffinityTerm)
    .atomic()
    .describe('Terms that must all be avoided when it is placed.'),
  preferredDuringSchedulingIgnoredDuringExecution: list(2, () => WeightedPodAffinityTerm)
    .atomic()
    .describe('Terms that are avoided if possible, by weight.'),
});
export type PodAntiAffinity = Infer<typeof PodAntiAffinity>;

export const PreferredSchedulingTerm = object('io.k8s.api.core.v1.PreferredSchedulingTerm', {
  weight: int32(1).required().describe('From 1 to 100.'),
  preference: ref(2, () => NodeSelectorTerm)
    .required()
    .describe('The nodes.'),
});
export type PreferredSchedulingTerm = Infer<typeof PreferredSchedulingTerm>;

export const WeightedPodAffinityTerm = object('io.k8s.api.core.v1.WeightedPodAffinityTerm', {
  weight: int32(1).required().describe('From 1 to 100.'),
  podAffinityTerm: ref(2, () => PodAffinityTerm)
    .required()
    .describe('The term.'),
});
export type WeightedPodAffinityTerm = Infer<typeof WeightedPodAffinityTerm>;

export const TopologySpreadConstraint = object('io.k8s.api.core.v1.TopologySpreadConstraint', {
  maxSkew: int32(1).required().describe('How uneven it may be.'),
  topologyKey: string(2).required().describe('Label of nodes that makes the groups to spread over.'),
  whenUnsatisfiable: string(3).required().describe('DoNotSchedule waits, ScheduleAnyway does its best.'),
  labelSelector: ref(4, () => LabelSelector).describe('Pods that count, by their labels.'),
  minDomains: int32(5).keepsZero().describe('How many groups there must be at least.'),
  nodeAffinityPolicy: string(6).keepsZero().describe('Whether nodes that it cannot go to by affinity count: Honor or Ignore.'),
  nodeTaintsPolicy: string(7).keepsZero().describe('Whether nodes that it cannot go to by taints count: Honor or Ignore.'),
  matchLabelKeys: list(8, string()).atomic().describe('Labels that must have the same value as its own.'),
});
export type TopologySpreadConstraint = Infer<typeof TopologySpreadConstraint>;
