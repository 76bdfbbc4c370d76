import { list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { TypedLocalObjectReference, TypedObjectReference } from '../references.ts';
import { LabelSelector } from '../../meta/label-selector.ts';
import { Quantity } from '../../meta/quantity.ts';
import { Time } from '../../meta/time.ts';
import { topLevel } from '../../meta/top-level.ts';

export const PersistentVolumeClaim = topLevel('io.k8s.api.core.v1.PersistentVolumeClaim', {
  spec: ref(2, () => PersistentVolumeClaimSpec).always(),
  status: ref(3, () => PersistentVolumeClaimStatus).byValue(),
});
export type PersistentVolumeClaim = Infer<typeof PersistentVolumeClaim>;

export const PersistentVolumeClaimSpec = object('io.k8s.api.core.v1.PersistentVolumeClaimSpec', {
  accessModes: list(1, string())
    .atomic()
    .describe('How nodes may mount it: ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod.'),
  resources: ref(2, () => VolumeResourceRequirements)
    .byValue()
    .describe('How much it must hold.'),
  volumeName: string(3).describe('The volume that it is bound to.'),
  selector: ref(4, () => LabelSelector).describe('Volumes that it may be bound to, by their labels.'),
  storageClassName: string(5).keepsZero().describe('The class of storage; the default one when nothing is said, none when empty.'),
  volumeMode: string(6).keepsZero().default('Filesystem').describe('Filesystem or Block.'),
  dataSource: ref(7, () => TypedLocalObjectReference).describe('What the new volume is filled from: a snapshot, another claim.'),
  dataSourceRef: ref(8, () => TypedObjectReference).describe('As dataSource, for any kind.'),
  volumeAttributesClassName: string(9).keepsZero().describe('The class of its attributes, which may change later.'),
});
export type PersistentVolumeClaimSpec = Infer<typeof PersistentVolumeClaimSpec>;

export const PersistentVolumeClaimStatus = object('io.k8s.api.core.v1.PersistentVolumeClaimStatus', {
  phase: string(1),
  accessModes: list(2, string()).atomic(),
  capacity: map(3, () => Quantity),
  conditions: list(4, () => PersistentVolumeClaimCondition)
    .mapBy('type')
    .patch('merge', 'type'),
  allocatedResources: map(5, () => Quantity),
  allocatedResourceStatuses: map(7, string()).with({ 'x-kubernetes-map-type': 'granular' }),
  currentVolumeAttributesClassName: string(8).keepsZero(),
  modifyVolumeStatus: ref(9, () => ModifyVolumeStatus),
});
export type PersistentVolumeClaimStatus = Infer<typeof PersistentVolumeClaimStatus>;

export const PersistentVolumeClaimCondition = object('io.k8s.api.core.v1.PersistentVolumeClaimCondition', {
  type: string(1).required(),
  status: string(2).required(),
  lastProbeTime: ref(3, () => Time),
  lastTransitionTime: ref(4, () => Time),
  reason: string(5),
  message: string(6),
});
export type PersistentVolumeClaimCondition = Infer<typeof PersistentVolumeClaimCondition>;

export const ModifyVolumeStatus = object('io.k8s.api.core.v1.ModifyVolumeStatus', {
  targetVolumeAttributesClassName: string(1),
  status: string(2).required(),
});
export type ModifyVolumeStatus = Infer<typeof ModifyVolumeStatus>;

export const VolumeResourceRequirements = object('io.k8s.api.core.v1.VolumeResourceRequirements', {
  limits: map(1, () => Quantity).describe('The most that it may hold.'),
  requests: map(2, () => Quantity).describe('The least that it must hold.'),
});
export type VolumeResourceRequirements = Infer<typeof VolumeResourceRequirements>;
