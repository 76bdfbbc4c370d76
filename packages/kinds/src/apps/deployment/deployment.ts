import { boolean, int32, int64, list, object, ref, string, type Infer } from '@kajitori/schema';
import { PodTemplateSpec } from '../../core/pod/pod-spec.ts';
import { IntOrString } from '../../meta/int-or-string.ts';
import { LabelSelector } from '../../meta/label-selector.ts';
import { Time } from '../../meta/time.ts';
import { topLevel } from '../../meta/top-level.ts';

export const Deployment = topLevel('io.k8s.api.apps.v1.Deployment', {
  spec: ref(2, () => DeploymentSpec).always(),
  status: ref(3, () => DeploymentStatus).byValue(),
});
export type Deployment = Infer<typeof Deployment>;

export const DeploymentSpec = object('io.k8s.api.apps.v1.DeploymentSpec', {
  replicas: int32(1).keepsZero().default(1),
  selector: ref(2, () => LabelSelector).required(),
  template: ref(3, () => PodTemplateSpec)
    .required()
    .always(),
  strategy: ref(4, () => DeploymentStrategy)
    .patch('retainKeys')
    .byValue(),
  minReadySeconds: int32(5),
  revisionHistoryLimit: int32(6).keepsZero().default(10),
  paused: boolean(7),
  progressDeadlineSeconds: int32(9).keepsZero().default(600),
});
export type DeploymentSpec = Infer<typeof DeploymentSpec>;

export const DeploymentStatus = object('io.k8s.api.apps.v1.DeploymentStatus', {
  observedGeneration: int64(1),
  replicas: int32(2),
  updatedReplicas: int32(3),
  availableReplicas: int32(4),
  unavailableReplicas: int32(5),
  conditions: list(6, () => DeploymentCondition)
    .mapBy('type')
    .patch('merge', 'type'),
  readyReplicas: int32(7),
  collisionCount: int32(8).keepsZero(),
  terminatingReplicas: int32(9).keepsZero(),
});
export type DeploymentStatus = Infer<typeof DeploymentStatus>;

export const DeploymentCondition = object('io.k8s.api.apps.v1.DeploymentCondition', {
  type: string(1).required(),
  status: string(2).required(),
  reason: string(4),
  message: string(5),
  lastUpdateTime: ref(6, () => Time),
  lastTransitionTime: ref(7, () => Time),
});
export type DeploymentCondition = Infer<typeof DeploymentCondition>;

export const DeploymentStrategy = object('io.k8s.api.apps.v1.DeploymentStrategy', {
  type: string(1).enum('Recreate', 'RollingUpdate').default('RollingUpdate'),
  rollingUpdate: ref(2, () => RollingUpdateDeployment),
});
export type DeploymentStrategy = Infer<typeof DeploymentStrategy>;

export const RollingUpdateDeployment = object('io.k8s.api.apps.v1.RollingUpdateDeployment', {
  maxUnavailable: ref(1, () => IntOrString),
  maxSurge: ref(2, () => IntOrString),
});
export type RollingUpdateDeployment = Infer<typeof RollingUpdateDeployment>;
