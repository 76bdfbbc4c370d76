import { int32, int64, list, object, ref, string, type Infer } from '@kajitori/schema';
import { PodTemplateSpec } from '../../core/pod/pod-spec.ts';
import { LabelSelector } from '../../meta/label-selector.ts';
import { Time } from '../../meta/time.ts';
import { topLevel } from '../../meta/top-level.ts';

export const ReplicaSet = topLevel(
  'io.k8s.api.apps.v1.ReplicaSet',
  {
    spec: ref(2, () => ReplicaSetSpec)
      .always()
      .describe('What is wanted.'),
    status: ref(3, () => ReplicaSetStatus)
      .byValue()
      .describe('How far it is.'),
  },
  { description: 'Keeps a number of pods alike. Deployments make ReplicaSets; people rarely do.' },
);
export type ReplicaSet = Infer<typeof ReplicaSet>;

export const ReplicaSetSpec = object('io.k8s.api.apps.v1.ReplicaSetSpec', {
  replicas: int32(1).keepsZero().default(1).describe('How many pods.'),
  selector: ref(2, () => LabelSelector)
    .required()
    .describe('Labels by which it knows its pods; they cannot change.'),
  template: ref(3, () => PodTemplateSpec)
    .always()
    .describe('What each pod is made from.'),
  minReadySeconds: int32(4).describe('How long a pod must be ready before it counts as available.'),
});
export type ReplicaSetSpec = Infer<typeof ReplicaSetSpec>;

export const ReplicaSetStatus = object('io.k8s.api.apps.v1.ReplicaSetStatus', {
  replicas: int32(1).required().default(0).describe('Pods that there are.'),
  fullyLabeledReplicas: int32(2).describe('Pods that carry all labels of the template.'),
  observedGeneration: int64(3).describe('The generation of the object that this status was made from.'),
  readyReplicas: int32(4).describe('Pods that are ready.'),
  availableReplicas: int32(5).describe('Pods that have been ready for minReadySeconds.'),
  conditions: list(6, () => ReplicaSetCondition)
    .mapBy('type')
    .patch('merge', 'type')
    .describe('What keeps it from its number.'),
  terminatingReplicas: int32(7).keepsZero().describe('Pods that are going away.'),
});
export type ReplicaSetStatus = Infer<typeof ReplicaSetStatus>;

export const ReplicaSetCondition = object('io.k8s.api.apps.v1.ReplicaSetCondition', {
  type: string(1).required().describe('What is judged: ReplicaFailure.'),
  status: string(2).required().describe('True, False or Unknown.'),
  lastTransitionTime: ref(3, () => Time).describe('When the status last changed.'),
  reason: string(4).describe('One word that says why.'),
  message: string(5).describe('A sentence for people.'),
});
export type ReplicaSetCondition = Infer<typeof ReplicaSetCondition>;
