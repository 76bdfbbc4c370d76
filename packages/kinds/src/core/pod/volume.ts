import { boolean, inline, int32, list, object, ref, string, type Infer } from '@kajitori/schema';
import { PersistentVolumeClaimSpec } from '../persistent-volume-claim/persistent-volume-claim.ts';
import { ObjectFieldSelector, ResourceFieldSelector } from './env.ts';
import { ProjectedVolumeSource } from './projected-volume.ts';
import {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  AzureFileVolumeSource,
  CSIVolumeSource,
  CephFSVolumeSource,
  CinderVolumeSource,
  FCVolumeSource,
  FlexVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  GitRepoVolumeSource,
  GlusterfsVolumeSource,
  ISCSIVolumeSource,
  NFSVolumeSource,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  QuobyteVolumeSource,
  RBDVolumeSource,
  ScaleIOVolumeSource,
  StorageOSVolumeSource,
  VsphereVirtualDiskVolumeSource,
} from './volume-plugins.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { Quantity } from '../../meta/quantity.ts';

const volumeSource = {
  hostPath: ref(1, () => HostPathVolumeSource),
  emptyDir: ref(2, () => EmptyDirVolumeSource),
  gcePersistentDisk: ref(3, () => GCEPersistentDiskVolumeSource),
  awsElasticBlockStore: ref(4, () => AWSElasticBlockStoreVolumeSource),
  gitRepo: ref(5, () => GitRepoVolumeSource),
  secret: ref(6, () => SecretVolumeSource),
  nfs: ref(7, () => NFSVolumeSource),
  iscsi: ref(8, () => ISCSIVolumeSource),
  glusterfs: ref(9, () => GlusterfsVolumeSource),
  persistentVolumeClaim: ref(10, () => PersistentVolumeClaimVolumeSource),
  rbd: ref(11, () => RBDVolumeSource),
  flexVolume: ref(12, () => FlexVolumeSource),
  cinder: ref(13, () => CinderVolumeSource),
  cephfs: ref(14, () => CephFSVolumeSource),
  flocker: ref(15, () => FlockerVolumeSource),
  downwardAPI: ref(16, () => DownwardAPIVolumeSource),
  fc: ref(17, () => FCVolumeSource),
  azureFile: ref(18, () => AzureFileVolumeSource),
  configMap: ref(19, () => ConfigMapVolumeSource),
  vsphereVolume: ref(20, () => VsphereVirtualDiskVolumeSource),
  quobyte: ref(21, () => QuobyteVolumeSource),
  azureDisk: ref(22, () => AzureDiskVolumeSource),
  photonPersistentDisk: ref(23, () => PhotonPersistentDiskVolumeSource),
  portworxVolume: ref(24, () => PortworxVolumeSource),
  scaleIO: ref(25, () => ScaleIOVolumeSource),
  projected: ref(26, () => ProjectedVolumeSource),
  storageos: ref(27, () => StorageOSVolumeSource),
  csi: ref(28, () => CSIVolumeSource),
  ephemeral: ref(29, () => EphemeralVolumeSource),
  image: ref(30, () => ImageVolumeSource),
};

export const Volume = object('io.k8s.api.core.v1.Volume', {
  name: string(1).required(),
  ...inline(2, volumeSource),
});
export type Volume = Infer<typeof Volume>;

export const ConfigMapVolumeSource = object('io.k8s.api.core.v1.ConfigMapVolumeSource', {
  items: list(2, () => KeyToPath).atomic(),
  defaultMode: int32(3).keepsZero().default(420),
  optional: boolean(4).keepsZero(),
  ...inline(1, { name: string(1) }),
});
export type ConfigMapVolumeSource = Infer<typeof ConfigMapVolumeSource>;

export const DownwardAPIVolumeFile = object('io.k8s.api.core.v1.DownwardAPIVolumeFile', {
  path: string(1).required(),
  fieldRef: ref(2, () => ObjectFieldSelector),
  resourceFieldRef: ref(3, () => ResourceFieldSelector),
  mode: int32(4).keepsZero(),
});
export type DownwardAPIVolumeFile = Infer<typeof DownwardAPIVolumeFile>;

export const DownwardAPIVolumeSource = object('io.k8s.api.core.v1.DownwardAPIVolumeSource', {
  items: list(1, () => DownwardAPIVolumeFile).atomic(),
  defaultMode: int32(2).keepsZero().default(420),
});
export type DownwardAPIVolumeSource = Infer<typeof DownwardAPIVolumeSource>;

export const EmptyDirVolumeSource = object('io.k8s.api.core.v1.EmptyDirVolumeSource', {
  medium: string(1),
  sizeLimit: ref(2, () => Quantity),
});
export type EmptyDirVolumeSource = Infer<typeof EmptyDirVolumeSource>;

export const EphemeralVolumeSource = object('io.k8s.api.core.v1.EphemeralVolumeSource', {
  volumeClaimTemplate: ref(1, () => PersistentVolumeClaimTemplate),
});
export type EphemeralVolumeSource = Infer<typeof EphemeralVolumeSource>;

export const HostPathVolumeSource = object('io.k8s.api.core.v1.HostPathVolumeSource', {
  path: string(1).required(),
  type: string(2).keepsZero().default(''),
});
export type HostPathVolumeSource = Infer<typeof HostPathVolumeSource>;

export const ImageVolumeSource = object('io.k8s.api.core.v1.ImageVolumeSource', {
  reference: string(1),
  pullPolicy: string(2),
});
export type ImageVolumeSource = Infer<typeof ImageVolumeSource>;

export const KeyToPath = object('io.k8s.api.core.v1.KeyToPath', {
  key: string(1).required(),
  path: string(2).required(),
  mode: int32(3).keepsZero(),
});
export type KeyToPath = Infer<typeof KeyToPath>;

export const PersistentVolumeClaimTemplate = object('io.k8s.api.core.v1.PersistentVolumeClaimTemplate', {
  metadata: ref(1, () => ObjectMeta),
  spec: ref(2, () => PersistentVolumeClaimSpec).required(),
});
export type PersistentVolumeClaimTemplate = Infer<typeof PersistentVolumeClaimTemplate>;

export const PersistentVolumeClaimVolumeSource = object('io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource', {
  claimName: string(1).required(),
  readOnly: boolean(2),
});
export type PersistentVolumeClaimVolumeSource = Infer<typeof PersistentVolumeClaimVolumeSource>;

export const SecretVolumeSource = object('io.k8s.api.core.v1.SecretVolumeSource', {
  secretName: string(1),
  items: list(2, () => KeyToPath).atomic(),
  defaultMode: int32(3).keepsZero().default(420),
  optional: boolean(4).keepsZero(),
});
export type SecretVolumeSource = Infer<typeof SecretVolumeSource>;
