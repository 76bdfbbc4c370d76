import { int32, int64, list, object, ref, string, type Infer } from '@kajitori/schema';
import { PersistentVolumeClaim } from '../../core/persistent-volume-claim/persistent-volume-claim.ts';
import { PodTemplateSpec } from '../../core/pod/pod-spec.ts';
import { IntOrString } from '../../meta/int-or-string.ts';
import { LabelSelector } from '../../meta/label-selector.ts';
import { Time } from '../../meta/time.ts';
import { topLevel } from '../../meta/top-level.ts';

export const StatefulSet = topLevel('io.k8s.api.apps.v1.StatefulSet', {
  spec: ref(2, () => StatefulSetSpec).always(),
  status: ref(3, () => StatefulSetStatus).byValue(),
});
export type StatefulSet = Infer<typeof StatefulSet>;

export const StatefulSetSpec = object('io.k8s.api.apps.v1.StatefulSetSpec', {
  replicas: int32(1).keepsZero().default(1),
  selector: ref(2, () => LabelSelector).required(),
  template: ref(3, () => PodTemplateSpec)
    .required()
    .always(),
  volumeClaimTemplates: list(4, () => PersistentVolumeClaim).atomic(),
  serviceName: string(5).keepsZero(),
  podManagementPolicy: string(6).enum('OrderedReady', 'Parallel').default('OrderedReady'),
  updateStrategy: ref(7, () => StatefulSetUpdateStrategy).byValue(),
  revisionHistoryLimit: int32(8).keepsZero().default(10),
  minReadySeconds: int32(9),
  persistentVolumeClaimRetentionPolicy: ref(10, () => StatefulSetPersistentVolumeClaimRetentionPolicy).byValue(),
  ordinals: ref(11, () => StatefulSetOrdinals),
});
export type StatefulSetSpec = Infer<typeof StatefulSetSpec>;

export const StatefulSetStatus = object('io.k8s.api.apps.v1.StatefulSetStatus', {
  observedGeneration: int64(1),
  replicas: int32(2).required().default(0),
  readyReplicas: int32(3),
  currentReplicas: int32(4),
  updatedReplicas: int32(5),
  currentRevision: string(6),
  updateRevision: string(7),
  collisionCount: int32(9).keepsZero(),
  conditions: list(10, () => StatefulSetCondition)
    .mapBy('type')
    .patch('merge', 'type'),
  availableReplicas: int32(11).keepsZero().default(0),
});
export type StatefulSetStatus = Infer<typeof StatefulSetStatus>;

export const StatefulSetCondition = object('io.k8s.api.apps.v1.StatefulSetCondition', {
  type: string(1).required(),
  status: string(2).required(),
  lastTransitionTime: ref(3, () => Time),
  reason: string(4),
  message: string(5),
});
export type StatefulSetCondition = Infer<typeof StatefulSetCondition>;

export const StatefulSetOrdinals = object('io.k8s.api.apps.v1.StatefulSetOrdinals', {
  start: int32(1).keepsZero(),
});
export type StatefulSetOrdinals = Infer<typeof StatefulSetOrdinals>;

export const StatefulSetPersistentVolumeClaimRetentionPolicy = object(
  'io.k8s.api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy',
  {
    whenDeleted: string(1).default('Retain'),
    whenScaled: string(2).default('Retain'),
  },
);
export type StatefulSetPersistentVolumeClaimRetentionPolicy = Infer<typeof StatefulSetPersistentVolumeClaimRetentionPolicy>;

export const StatefulSetUpdateStrategy = object('io.k8s.api.apps.v1.StatefulSetUpdateStrategy', {
  type: string(1).enum('OnDelete', 'RollingUpdate').default('RollingUpdate'),
  rollingUpdate: ref(2, () => RollingUpdateStatefulSetStrategy),
});
export type StatefulSetUpdateStrategy = Infer<typeof StatefulSetUpdateStrategy>;

export const RollingUpdateStatefulSetStrategy = object('io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy', {
  partition: int32(1).keepsZero(),
  maxUnavailable: ref(2, () => IntOrString),
});
export type RollingUpdateStatefulSetStrategy = Infer<typeof RollingUpdateStatefulSetStrategy>;
