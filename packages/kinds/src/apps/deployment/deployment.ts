import { boolean, int32, int64, list, object, ref, string, type Infer } from '@kajitori/schema';
import { PodTemplateSpec } from '../../core/pod/pod-spec.ts';
import { IntOrString } from '../../meta/int-or-string.ts';
import { LabelSelector } from '../../meta/label-selector.ts';
import { Time } from '../../meta/time.ts';
import { topLevel } from '../../meta/top-level.ts';

export const Deployment = topLevel(
  'io.k8s.api.apps.v1.Deployment',
  {
    spec: ref(2, () => DeploymentSpec)
      .always()
      .describe('What is wanted.'),
    status: ref(3, () => DeploymentStatus)
      .byValue()
      .describe('How far it is.'),
  },
  { description: 'Keeps a number of pods alike, and replaces them step by step when their template changes.' },
);
export type Deployment = Infer<typeof Deployment>;

export const DeploymentSpec = object('io.k8s.api.apps.v1.DeploymentSpec', {
  replicas: int32(1).keepsZero().default(1).describe('How many pods.'),
  selector: ref(2, () => LabelSelector)
    .required()
    .describe("Labels by which it knows its pods; they must be among the template's, and cannot change."),
  template: ref(3, () => PodTemplateSpec)
    .required()
    .always()
    .describe('What each pod is made from.'),
  strategy: ref(4, () => DeploymentStrategy)
    .patch('retainKeys')
    .byValue()
    .describe('How pods of an old template give way to new ones.'),
  minReadySeconds: int32(5).describe('How long a new pod must be ready before it counts as available.'),
  revisionHistoryLimit: int32(6).keepsZero().default(10).describe('How many old ReplicaSets are kept to go back to.'),
  paused: boolean(7).describe('Whether changes of the template are held back.'),
  progressDeadlineSeconds: int32(9)
    .keepsZero()
    .default(600)
    .describe('How long a rollout may stand still before it is reported as failed.'),
});
export type DeploymentSpec = Infer<typeof DeploymentSpec>;

export const DeploymentStatus = object('io.k8s.api.apps.v1.DeploymentStatus', {
  observedGeneration: int64(1).describe('The generation of the object that this status was made from.'),
  replicas: int32(2).describe('Pods that there are.'),
  updatedReplicas: int32(3).describe('Pods of the present template.'),
  availableReplicas: int32(4).describe('Pods that have been ready for minReadySeconds.'),
  unavailableReplicas: int32(5).describe('Pods that are missing until it is complete.'),
  conditions: list(6, () => DeploymentCondition)
    .mapBy('type')
    .patch('merge', 'type')
    .describe('Whether it is available and makes progress.'),
  readyReplicas: int32(7).describe('Pods that are ready.'),
  collisionCount: int32(8).keepsZero().describe('How often a name for a new ReplicaSet was taken.'),
  terminatingReplicas: int32(9).keepsZero().describe('Pods that are going away.'),
});
export type DeploymentStatus = Infer<typeof DeploymentStatus>;

export const DeploymentCondition = object('io.k8s.api.apps.v1.DeploymentCondition', {
  type: string(1).required().describe('What is judged: Available, Progressing or ReplicaFailure.'),
  status: string(2).required().describe('True, False or Unknown.'),
  reason: string(4).describe('One word that says why.'),
  message: string(5).describe('A sentence for people.'),
  lastUpdateTime: ref(6, () => Time).describe('When the condition was last written.'),
  lastTransitionTime: ref(7, () => Time).describe('When the status last changed.'),
});
export type DeploymentCondition = Infer<typeof DeploymentCondition>;

export const DeploymentStrategy = object('io.k8s.api.apps.v1.DeploymentStrategy', {
  type: string(1)
    .enum('Recreate', 'RollingUpdate')
    .default('RollingUpdate')
    .describe('RollingUpdate replaces pods a few at a time; Recreate ends all before it starts new ones.'),
  rollingUpdate: ref(2, () => RollingUpdateDeployment).describe('How many at a time.'),
});
export type DeploymentStrategy = Infer<typeof DeploymentStrategy>;

export const RollingUpdateDeployment = object('io.k8s.api.apps.v1.RollingUpdateDeployment', {
  maxUnavailable: ref(1, () => IntOrString).describe('How many pods may be missing meanwhile, as a number or a share.'),
  maxSurge: ref(2, () => IntOrString).describe('How many pods there may be too many meanwhile, as a number or a share.'),
});
export type RollingUpdateDeployment = Infer<typeof RollingUpdateDeployment>;
