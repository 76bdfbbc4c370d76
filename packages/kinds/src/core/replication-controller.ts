import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { int32, int64, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { PodTemplateSpec } from './pod/pod-spec.ts';
import { replicaScale, standardVerbs, type Kind } from '../kind.ts';
import { keepStatus, resetStatus } from '../meta/status-split.ts';
import { ageColumn, containerImages, containerNames, countColumn, labelsCell, nameColumn, textColumn } from '../meta/columns.ts';
import {
  defaultReplicationController,
  validateReplicationController,
  validateReplicationControllerStatus,
} from './replication-controller-rules.ts';
import { Time } from '../meta/time.ts';
import { topLevel } from '../meta/top-level.ts';

export const ReplicationController = topLevel('io.k8s.api.core.v1.ReplicationController', {
  spec: ref(2, () => ReplicationControllerSpec).always(),
  status: ref(3, () => ReplicationControllerStatus).byValue(),
});
export type ReplicationController = Infer<typeof ReplicationController>;

export const ReplicationControllerSpec = object('io.k8s.api.core.v1.ReplicationControllerSpec', {
  replicas: int32(1).keepsZero().default(1),
  selector: map(2, string()).atomicMap(),
  template: ref(3, () => PodTemplateSpec),
  minReadySeconds: int32(4),
});
export type ReplicationControllerSpec = Infer<typeof ReplicationControllerSpec>;

export const ReplicationControllerStatus = object('io.k8s.api.core.v1.ReplicationControllerStatus', {
  replicas: int32(1).required().default(0),
  fullyLabeledReplicas: int32(2),
  observedGeneration: int64(3),
  readyReplicas: int32(4),
  availableReplicas: int32(5),
  conditions: list(6, () => ReplicationControllerCondition)
    .mapBy('type')
    .patch('merge', 'type'),
});
export type ReplicationControllerStatus = Infer<typeof ReplicationControllerStatus>;

export const ReplicationControllerCondition = object('io.k8s.api.core.v1.ReplicationControllerCondition', {
  type: string(1).required(),
  status: string(2).required(),
  lastTransitionTime: ref(3, () => Time),
  reason: string(4),
  message: string(5),
});
export type ReplicationControllerCondition = Infer<typeof ReplicationControllerCondition>;

export const replicationControllers: Kind<ReplicationController> = {
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  singular: 'replicationcontroller',
  shortNames: ['rc'],
  categories: ['all'],
  namespaced: true,
  schema: ReplicationController,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    scale: { kind: 'autoscaling/v1/Scale', verbs: ['get', 'patch', 'update'], scale: replicaScale },
    status: { kind: 'v1/ReplicationController', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    defaults: defaultReplicationController,
    prepareForCreate: resetStatus({ replicas: 0 }),
    prepareForUpdate: keepStatus,
    validate: validateReplicationController,
    validateStatusUpdate: validateReplicationControllerStatus,
    allowUnconditionalUpdate: true,
    defaultPropagation: 'Orphan',
  },
  selectableFields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  columns: [
    nameColumn,
    countColumn('Desired', 'Pods that are wanted.', ({ spec }) => spec.replicas ?? 0),
    countColumn('Current', 'Pods that exist.', ({ status }) => status?.replicas ?? 0),
    countColumn('Ready', 'Pods that are ready.', ({ status }) => status?.readyReplicas ?? 0),
    ageColumn,
    textColumn(
      'Containers',
      'Names of the containers in its pods.',
      ({ spec }) => containerNames(spec.template?.spec.containers ?? []),
      'wide',
    ),
    textColumn('Images', 'Images of those containers.', ({ spec }) => containerImages(spec.template?.spec.containers ?? []), 'wide'),
    textColumn('Selector', 'Labels by which it finds its pods.', ({ spec }) => labelsCell(spec.selector), 'wide'),
  ],
};
