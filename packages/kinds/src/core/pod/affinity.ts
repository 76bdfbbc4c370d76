import { int32, list, object, ref, string, type Infer } from '@kajitori/schema';
import { NodeSelector, NodeSelectorTerm } from '../node-selector.ts';
import { LabelSelector } from '../../meta/label-selector.ts';

export const Affinity = object('io.k8s.api.core.v1.Affinity', {
  nodeAffinity: ref(1, () => NodeAffinity),
  podAffinity: ref(2, () => PodAffinity),
  podAntiAffinity: ref(3, () => PodAntiAffinity),
});
export type Affinity = Infer<typeof Affinity>;

export const NodeAffinity = object('io.k8s.api.core.v1.NodeAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: ref(1, () => NodeSelector),
  preferredDuringSchedulingIgnoredDuringExecution: list(2, () => PreferredSchedulingTerm).atomic(),
});
export type NodeAffinity = Infer<typeof NodeAffinity>;

export const PodAffinity = object('io.k8s.api.core.v1.PodAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: list(1, () => PodAffinityTerm).atomic(),
  preferredDuringSchedulingIgnoredDuringExecution: list(2, () => WeightedPodAffinityTerm).atomic(),
});
export type PodAffinity = Infer<typeof PodAffinity>;

export const PodAffinityTerm = object('io.k8s.api.core.v1.PodAffinityTerm', {
  labelSelector: ref(1, () => LabelSelector),
  namespaces: list(2, string()).atomic(),
  topologyKey: string(3).required(),
  namespaceSelector: ref(4, () => LabelSelector),
  matchLabelKeys: list(5, string()).atomic(),
  mismatchLabelKeys: list(6, string()).atomic(),
});
export type PodAffinityTerm = Infer<typeof PodAffinityTerm>;

export const PodAntiAffinity = object('io.k8s.api.core.v1.PodAntiAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: list(1, () => PodAffinityTerm).atomic(),
  preferredDuringSchedulingIgnoredDuringExecution: list(2, () => WeightedPodAffinityTerm).atomic(),
});
export type PodAntiAffinity = Infer<typeof PodAntiAffinity>;

export const PreferredSchedulingTerm = object('io.k8s.api.core.v1.PreferredSchedulingTerm', {
  weight: int32(1).required(),
  preference: ref(2, () => NodeSelectorTerm).required(),
});
export type PreferredSchedulingTerm = Infer<typeof PreferredSchedulingTerm>;

export const WeightedPodAffinityTerm = object('io.k8s.api.core.v1.WeightedPodAffinityTerm', {
  weight: int32(1).required(),
  podAffinityTerm: ref(2, () => PodAffinityTerm).required(),
});
export type WeightedPodAffinityTerm = Infer<typeof WeightedPodAffinityTerm>;

export const TopologySpreadConstraint = object('io.k8s.api.core.v1.TopologySpreadConstraint', {
  maxSkew: int32(1).required(),
  topologyKey: string(2).required(),
  whenUnsatisfiable: string(3).required(),
  labelSelector: ref(4, () => LabelSelector),
  minDomains: int32(5).keepsZero(),
  nodeAffinityPolicy: string(6).keepsZero(),
  nodeTaintsPolicy: string(7).keepsZero(),
  matchLabelKeys: list(8, string()).atomic(),
});
export type TopologySpreadConstraint = Infer<typeof TopologySpreadConstraint>;
