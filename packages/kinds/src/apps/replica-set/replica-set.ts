import { int32, int64, list, object, ref, string, type Infer } from '@kajitori/schema';
import { PodTemplateSpec } from '../../core/pod/pod-spec.ts';
import { LabelSelector } from '../../meta/label-selector.ts';
import { Time } from '../../meta/time.ts';
import { topLevel } from '../../meta/top-level.ts';

export const ReplicaSet = topLevel('io.k8s.api.apps.v1.ReplicaSet', {
  spec: ref(2, () => ReplicaSetSpec).always(),
  status: ref(3, () => ReplicaSetStatus).byValue(),
});
export type ReplicaSet = Infer<typeof ReplicaSet>;

export const ReplicaSetSpec = object('io.k8s.api.apps.v1.ReplicaSetSpec', {
  replicas: int32(1).keepsZero().default(1),
  selector: ref(2, () => LabelSelector).required(),
  template: ref(3, () => PodTemplateSpec).always(),
  minReadySeconds: int32(4),
});
export type ReplicaSetSpec = Infer<typeof ReplicaSetSpec>;

export const ReplicaSetStatus = object('io.k8s.api.apps.v1.ReplicaSetStatus', {
  replicas: int32(1).required().default(0),
  fullyLabeledReplicas: int32(2),
  observedGeneration: int64(3),
  readyReplicas: int32(4),
  availableReplicas: int32(5),
  conditions: list(6, () => ReplicaSetCondition)
    .mapBy('type')
    .patch('merge', 'type'),
  terminatingReplicas: int32(7).keepsZero(),
});
export type ReplicaSetStatus = Infer<typeof ReplicaSetStatus>;

export const ReplicaSetCondition = object('io.k8s.api.apps.v1.ReplicaSetCondition', {
  type: string(1).required(),
  status: string(2).required(),
  lastTransitionTime: ref(3, () => Time),
  reason: string(4),
  message: string(5),
});
export type ReplicaSetCondition = Infer<typeof ReplicaSetCondition>;
