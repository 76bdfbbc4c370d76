import { int32, int64, list, object, ref, string, type Infer } from '@kajitori/schema';
import { PodTemplateSpec } from '../../core/pod/pod-spec.ts';
import { IntOrString } from '../../meta/int-or-string.ts';
import { LabelSelector } from '../../meta/label-selector.ts';
import { Time } from '../../meta/time.ts';
import { topLevel } from '../../meta/top-level.ts';

export const DaemonSet = topLevel('io.k8s.api.apps.v1.DaemonSet', {
  spec: ref(2, () => DaemonSetSpec).always(),
  status: ref(3, () => DaemonSetStatus).byValue(),
});
export type DaemonSet = Infer<typeof DaemonSet>;

export const DaemonSetSpec = object('io.k8s.api.apps.v1.DaemonSetSpec', {
  selector: ref(1, () => LabelSelector).required(),
  template: ref(2, () => PodTemplateSpec)
    .required()
    .always(),
  updateStrategy: ref(3, () => DaemonSetUpdateStrategy).byValue(),
  minReadySeconds: int32(4),
  revisionHistoryLimit: int32(6).keepsZero().default(10),
});
export type DaemonSetSpec = Infer<typeof DaemonSetSpec>;

export const DaemonSetStatus = object('io.k8s.api.apps.v1.DaemonSetStatus', {
  currentNumberScheduled: int32(1).required().default(0),
  numberMisscheduled: int32(2).required().default(0),
  desiredNumberScheduled: int32(3).required().default(0),
  numberReady: int32(4).required().default(0),
  observedGeneration: int64(5),
  updatedNumberScheduled: int32(6),
  numberAvailable: int32(7),
  numberUnavailable: int32(8),
  collisionCount: int32(9).keepsZero(),
  conditions: list(10, () => DaemonSetCondition)
    .mapBy('type')
    .patch('merge', 'type'),
});
export type DaemonSetStatus = Infer<typeof DaemonSetStatus>;

export const DaemonSetCondition = object('io.k8s.api.apps.v1.DaemonSetCondition', {
  type: string(1).required(),
  status: string(2).required(),
  lastTransitionTime: ref(3, () => Time),
  reason: string(4),
  message: string(5),
});
export type DaemonSetCondition = Infer<typeof DaemonSetCondition>;

export const DaemonSetUpdateStrategy = object('io.k8s.api.apps.v1.DaemonSetUpdateStrategy', {
  type: string(1).enum('OnDelete', 'RollingUpdate').default('RollingUpdate'),
  rollingUpdate: ref(2, () => RollingUpdateDaemonSet),
});
export type DaemonSetUpdateStrategy = Infer<typeof DaemonSetUpdateStrategy>;

export const RollingUpdateDaemonSet = object('io.k8s.api.apps.v1.RollingUpdateDaemonSet', {
  maxUnavailable: ref(1, () => IntOrString),
  maxSurge: ref(2, () => IntOrString),
});
export type RollingUpdateDaemonSet = Infer<typeof RollingUpdateDaemonSet>;
