import { int32, int64, list, object, ref, string, type Infer } from '@kajitori/schema';
import { CrossVersionObjectReference } from './cross-version-object-reference.ts';
import { MetricSpec, MetricStatus } from './metrics.ts';
import { Quantity } from '../../meta/quantity.ts';
import { Time } from '../../meta/time.ts';
import { topLevel } from '../../meta/top-level.ts';

export const HorizontalPodAutoscaler = topLevel('io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler', {
  spec: ref(2, () => HorizontalPodAutoscalerSpec)
    .required()
    .always(),
  status: ref(3, () => HorizontalPodAutoscalerStatus).byValue(),
});
export type HorizontalPodAutoscaler = Infer<typeof HorizontalPodAutoscaler>;

export const HorizontalPodAutoscalerSpec = object('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec', {
  scaleTargetRef: ref(1, () => CrossVersionObjectReference).required(),
  minReplicas: int32(2).keepsZero().default(1),
  maxReplicas: int32(3).required(),
  metrics: list(4, () => MetricSpec).atomic(),
  behavior: ref(5, () => HorizontalPodAutoscalerBehavior),
});
export type HorizontalPodAutoscalerSpec = Infer<typeof HorizontalPodAutoscalerSpec>;

export const HorizontalPodAutoscalerStatus = object('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus', {
  observedGeneration: int64(1).keepsZero(),
  lastScaleTime: ref(2, () => Time),
  currentReplicas: int32(3),
  desiredReplicas: int32(4).required().default(0),
  currentMetrics: list(5, () => MetricStatus).atomic(),
  conditions: list(6, () => HorizontalPodAutoscalerCondition)
    .mapBy('type')
    .patch('merge', 'type'),
});
export type HorizontalPodAutoscalerStatus = Infer<typeof HorizontalPodAutoscalerStatus>;

export const HorizontalPodAutoscalerCondition = object('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerCondition', {
  type: string(1).required(),
  status: string(2).required(),
  lastTransitionTime: ref(3, () => Time),
  reason: string(4),
  message: string(5),
});
export type HorizontalPodAutoscalerCondition = Infer<typeof HorizontalPodAutoscalerCondition>;

export const HorizontalPodAutoscalerBehavior = object('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior', {
  scaleUp: ref(1, () => HPAScalingRules),
  scaleDown: ref(2, () => HPAScalingRules),
});
export type HorizontalPodAutoscalerBehavior = Infer<typeof HorizontalPodAutoscalerBehavior>;

export const HPAScalingRules = object('io.k8s.api.autoscaling.v2.HPAScalingRules', {
  selectPolicy: string(1).keepsZero(),
  policies: list(2, () => HPAScalingPolicy).atomic(),
  stabilizationWindowSeconds: int32(3).keepsZero(),
  tolerance: ref(4, () => Quantity),
});
export type HPAScalingRules = Infer<typeof HPAScalingRules>;

export const HPAScalingPolicy = object('io.k8s.api.autoscaling.v2.HPAScalingPolicy', {
  type: string(1).required(),
  value: int32(2).required(),
  periodSeconds: int32(3).required(),
});
export type HPAScalingPolicy = Infer<typeof HPAScalingPolicy>;
