import { int32, object, ref, string, type Infer } from '@kajitori/schema';
import { CrossVersionObjectReference } from './cross-version-object-reference.ts';
import { LabelSelector } from '../../meta/label-selector.ts';
import { Quantity } from '../../meta/quantity.ts';

export const MetricSpec = object('io.k8s.api.autoscaling.v2.MetricSpec', {
  type: string(1).required(),
  object: ref(2, () => ObjectMetricSource),
  pods: ref(3, () => PodsMetricSource),
  resource: ref(4, () => ResourceMetricSource),
  external: ref(5, () => ExternalMetricSource),
  containerResource: ref(7, () => ContainerResourceMetricSource),
});
export type MetricSpec = Infer<typeof MetricSpec>;

export const MetricTarget = object('io.k8s.api.autoscaling.v2.MetricTarget', {
  type: string(1).required(),
  value: ref(2, () => Quantity),
  averageValue: ref(3, () => Quantity),
  averageUtilization: int32(4).keepsZero(),
});
export type MetricTarget = Infer<typeof MetricTarget>;

export const MetricIdentifier = object('io.k8s.api.autoscaling.v2.MetricIdentifier', {
  name: string(1).required(),
  selector: ref(2, () => LabelSelector),
});
export type MetricIdentifier = Infer<typeof MetricIdentifier>;

export const ContainerResourceMetricSource = object('io.k8s.api.autoscaling.v2.ContainerResourceMetricSource', {
  name: string(1).required(),
  target: ref(2, () => MetricTarget).required(),
  container: string(3).required(),
});
export type ContainerResourceMetricSource = Infer<typeof ContainerResourceMetricSource>;

export const ExternalMetricSource = object('io.k8s.api.autoscaling.v2.ExternalMetricSource', {
  metric: ref(1, () => MetricIdentifier).required(),
  target: ref(2, () => MetricTarget).required(),
});
export type ExternalMetricSource = Infer<typeof ExternalMetricSource>;

export const ObjectMetricSource = object('io.k8s.api.autoscaling.v2.ObjectMetricSource', {
  describedObject: ref(1, () => CrossVersionObjectReference).required(),
  target: ref(2, () => MetricTarget).required(),
  metric: ref(3, () => MetricIdentifier).required(),
});
export type ObjectMetricSource = Infer<typeof ObjectMetricSource>;

export const PodsMetricSource = object('io.k8s.api.autoscaling.v2.PodsMetricSource', {
  metric: ref(1, () => MetricIdentifier).required(),
  target: ref(2, () => MetricTarget).required(),
});
export type PodsMetricSource = Infer<typeof PodsMetricSource>;

export const ResourceMetricSource = object('io.k8s.api.autoscaling.v2.ResourceMetricSource', {
  name: string(1).required(),
  target: ref(2, () => MetricTarget).required(),
});
export type ResourceMetricSource = Infer<typeof ResourceMetricSource>;

export const MetricStatus = object('io.k8s.api.autoscaling.v2.MetricStatus', {
  type: string(1).required(),
  object: ref(2, () => ObjectMetricStatus),
  pods: ref(3, () => PodsMetricStatus),
  resource: ref(4, () => ResourceMetricStatus),
  external: ref(5, () => ExternalMetricStatus),
  containerResource: ref(7, () => ContainerResourceMetricStatus),
});
export type MetricStatus = Infer<typeof MetricStatus>;

export const MetricValueStatus = object('io.k8s.api.autoscaling.v2.MetricValueStatus', {
  value: ref(1, () => Quantity),
  averageValue: ref(2, () => Quantity),
  averageUtilization: int32(3).keepsZero(),
});
export type MetricValueStatus = Infer<typeof MetricValueStatus>;

export const ContainerResourceMetricStatus = object('io.k8s.api.autoscaling.v2.ContainerResourceMetricStatus', {
  name: string(1).required(),
  current: ref(2, () => MetricValueStatus).required(),
  container: string(3).required(),
});
export type ContainerResourceMetricStatus = Infer<typeof ContainerResourceMetricStatus>;

export const ExternalMetricStatus = object('io.k8s.api.autoscaling.v2.ExternalMetricStatus', {
  metric: ref(1, () => MetricIdentifier).required(),
  current: ref(2, () => MetricValueStatus).required(),
});
export type ExternalMetricStatus = Infer<typeof ExternalMetricStatus>;

export const ObjectMetricStatus = object('io.k8s.api.autoscaling.v2.ObjectMetricStatus', {
  metric: ref(1, () => MetricIdentifier).required(),
  current: ref(2, () => MetricValueStatus).required(),
  describedObject: ref(3, () => CrossVersionObjectReference).required(),
});
export type ObjectMetricStatus = Infer<typeof ObjectMetricStatus>;

export const PodsMetricStatus = object('io.k8s.api.autoscaling.v2.PodsMetricStatus', {
  metric: ref(1, () => MetricIdentifier).required(),
  current: ref(2, () => MetricValueStatus).required(),
});
export type PodsMetricStatus = Infer<typeof PodsMetricStatus>;

export const ResourceMetricStatus = object('io.k8s.api.autoscaling.v2.ResourceMetricStatus', {
  name: string(1).required(),
  current: ref(2, () => MetricValueStatus).required(),
});
export type ResourceMetricStatus = Infer<typeof ResourceMetricStatus>;
