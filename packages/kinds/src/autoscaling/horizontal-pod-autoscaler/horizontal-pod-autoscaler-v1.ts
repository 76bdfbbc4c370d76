import { int32, int64, object, ref, string, type Infer } from '@kajitori/schema';
import { Time } from '../../meta/time.ts';
import { topLevel } from '../../meta/top-level.ts';

export const HorizontalPodAutoscalerV1 = topLevel('io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler', {
  spec: ref(2, () => HorizontalPodAutoscalerV1Spec)
    .required()
    .always(),
  status: ref(3, () => HorizontalPodAutoscalerV1Status).byValue(),
});
export type HorizontalPodAutoscalerV1 = Infer<typeof HorizontalPodAutoscalerV1>;

export const HorizontalPodAutoscalerV1Spec = object('io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec', {
  scaleTargetRef: ref(1, () => CrossVersionObjectReferenceV1).required(),
  minReplicas: int32(2).keepsZero().default(1),
  maxReplicas: int32(3).required(),
  targetCPUUtilizationPercentage: int32(4).keepsZero(),
});
export type HorizontalPodAutoscalerV1Spec = Infer<typeof HorizontalPodAutoscalerV1Spec>;

export const HorizontalPodAutoscalerV1Status = object('io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerStatus', {
  observedGeneration: int64(1).keepsZero(),
  lastScaleTime: ref(2, () => Time),
  currentReplicas: int32(3).required().default(0),
  desiredReplicas: int32(4).required().default(0),
  currentCPUUtilizationPercentage: int32(5).keepsZero(),
});
export type HorizontalPodAutoscalerV1Status = Infer<typeof HorizontalPodAutoscalerV1Status>;

export const CrossVersionObjectReferenceV1 = object(
  'io.k8s.api.autoscaling.v1.CrossVersionObjectReference',
  {
    kind: string(1).required(),
    name: string(2).required(),
    apiVersion: string(3),
  },
  { atomic: true },
);
export type CrossVersionObjectReferenceV1 = Infer<typeof CrossVersionObjectReferenceV1>;
