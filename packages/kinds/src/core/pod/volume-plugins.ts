import { boolean, int32, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { LocalObjectReference } from '../references.ts';

export const AWSElasticBlockStoreVolumeSource = object('io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource', {
  volumeID: string(1).required(),
  fsType: string(2),
  partition: int32(3),
  readOnly: boolean(4),
});
export type AWSElasticBlockStoreVolumeSource = Infer<typeof AWSElasticBlockStoreVolumeSource>;

export const AzureDiskVolumeSource = object('io.k8s.api.core.v1.AzureDiskVolumeSource', {
  diskName: string(1).required(),
  diskURI: string(2).required(),
  cachingMode: string(3).keepsZero().default('ReadWrite'),
  fsType: string(4).keepsZero().default('ext4'),
  readOnly: boolean(5).keepsZero().default(false),
  kind: string(6).keepsZero().default('Shared'),
});
export type AzureDiskVolumeSource = Infer<typeof AzureDiskVolumeSource>;

export const AzureFileVolumeSource = object('io.k8s.api.core.v1.AzureFileVolumeSource', {
  secretName: string(1).required(),
  shareName: string(2).required(),
  readOnly: boolean(3),
});
export type AzureFileVolumeSource = Infer<typeof AzureFileVolumeSource>;

export const CSIVolumeSource = object('io.k8s.api.core.v1.CSIVolumeSource', {
  driver: string(1).required(),
  readOnly: boolean(2).keepsZero(),
  fsType: string(3).keepsZero(),
  volumeAttributes: map(4, string()),
  nodePublishSecretRef: ref(5, () => LocalObjectReference),
});
export type CSIVolumeSource = Infer<typeof CSIVolumeSource>;

export const CephFSVolumeSource = object('io.k8s.api.core.v1.CephFSVolumeSource', {
  monitors: list(1, string()).required().atomic(),
  path: string(2),
  user: string(3),
  secretFile: string(4),
  secretRef: ref(5, () => LocalObjectReference),
  readOnly: boolean(6),
});
export type CephFSVolumeSource = Infer<typeof CephFSVolumeSource>;

export const CinderVolumeSource = object('io.k8s.api.core.v1.CinderVolumeSource', {
  volumeID: string(1).required(),
  fsType: string(2),
  readOnly: boolean(3),
  secretRef: ref(4, () => LocalObjectReference),
});
export type CinderVolumeSource = Infer<typeof CinderVolumeSource>;

export const FCVolumeSource = object('io.k8s.api.core.v1.FCVolumeSource', {
  targetWWNs: list(1, string()).atomic(),
  lun: int32(2).keepsZero(),
  fsType: string(3),
  readOnly: boolean(4),
  wwids: list(5, string()).atomic(),
});
export type FCVolumeSource = Infer<typeof FCVolumeSource>;

export const FlexVolumeSource = object('io.k8s.api.core.v1.FlexVolumeSource', {
  driver: string(1).required(),
  fsType: string(2),
  secretRef: ref(3, () => LocalObjectReference),
  readOnly: boolean(4),
  options: map(5, string()),
});
export type FlexVolumeSource = Infer<typeof FlexVolumeSource>;

export const FlockerVolumeSource = object('io.k8s.api.core.v1.FlockerVolumeSource', {
  datasetName: string(1),
  datasetUUID: string(2),
});
export type FlockerVolumeSource = Infer<typeof FlockerVolumeSource>;

export const GCEPersistentDiskVolumeSource = object('io.k8s.api.core.v1.GCEPersistentDiskVolumeSource', {
  pdName: string(1).required(),
  fsType: string(2),
  partition: int32(3),
  readOnly: boolean(4),
});
export type GCEPersistentDiskVolumeSource = Infer<typeof GCEPersistentDiskVolumeSource>;

export const GitRepoVolumeSource = object('io.k8s.api.core.v1.GitRepoVolumeSource', {
  repository: string(1).required(),
  revision: string(2),
  directory: string(3),
});
export type GitRepoVolumeSource = Infer<typeof GitRepoVolumeSource>;

export const GlusterfsVolumeSource = object('io.k8s.api.core.v1.GlusterfsVolumeSource', {
  endpoints: string(1).required(),
  path: string(2).required(),
  readOnly: boolean(3),
});
export type GlusterfsVolumeSource = Infer<typeof GlusterfsVolumeSource>;

export const ISCSIVolumeSource = object('io.k8s.api.core.v1.ISCSIVolumeSource', {
  targetPortal: string(1).required(),
  iqn: string(2).required(),
  lun: int32(3).required(),
  iscsiInterface: string(4).default('default'),
  fsType: string(5),
  readOnly: boolean(6),
  portals: list(7, string()).atomic(),
  chapAuthDiscovery: boolean(8),
  secretRef: ref(10, () => LocalObjectReference),
  chapAuthSession: boolean(11),
  initiatorName: string(12).keepsZero(),
});
export type ISCSIVolumeSource = Infer<typeof ISCSIVolumeSource>;

export const NFSVolumeSource = object('io.k8s.api.core.v1.NFSVolumeSource', {
  server: string(1).required(),
  path: string(2).required(),
  readOnly: boolean(3),
});
export type NFSVolumeSource = Infer<typeof NFSVolumeSource>;

export const PhotonPersistentDiskVolumeSource = object('io.k8s.api.core.v1.PhotonPersistentDiskVolumeSource', {
  pdID: string(1).required(),
  fsType: string(2),
});
export type PhotonPersistentDiskVolumeSource = Infer<typeof PhotonPersistentDiskVolumeSource>;

export const PortworxVolumeSource = object('io.k8s.api.core.v1.PortworxVolumeSource', {
  volumeID: string(1).required(),
  fsType: string(2),
  readOnly: boolean(3),
});
export type PortworxVolumeSource = Infer<typeof PortworxVolumeSource>;

export const QuobyteVolumeSource = object('io.k8s.api.core.v1.QuobyteVolumeSource', {
  registry: string(1).required(),
  volume: string(2).required(),
  readOnly: boolean(3),
  user: string(4),
  group: string(5),
  tenant: string(6),
});
export type QuobyteVolumeSource = Infer<typeof QuobyteVolumeSource>;

export const RBDVolumeSource = object('io.k8s.api.core.v1.RBDVolumeSource', {
  monitors: list(1, string()).required().atomic(),
  image: string(2).required(),
  fsType: string(3),
  pool: string(4).default('rbd'),
  user: string(5).default('admin'),
  keyring: string(6).default('/etc/ceph/keyring'),
  secretRef: ref(7, () => LocalObjectReference),
  readOnly: boolean(8),
});
export type RBDVolumeSource = Infer<typeof RBDVolumeSource>;

export const ScaleIOVolumeSource = object('io.k8s.api.core.v1.ScaleIOVolumeSource', {
  gateway: string(1).required(),
  system: string(2).required(),
  secretRef: ref(3, () => LocalObjectReference).required(),
  sslEnabled: boolean(4),
  protectionDomain: string(5),
  storagePool: string(6),
  storageMode: string(7).default('ThinProvisioned'),
  volumeName: string(8),
  fsType: string(9).default('xfs'),
  readOnly: boolean(10),
});
export type ScaleIOVolumeSource = Infer<typeof ScaleIOVolumeSource>;

export const StorageOSVolumeSource = object('io.k8s.api.core.v1.StorageOSVolumeSource', {
  volumeName: string(1),
  volumeNamespace: string(2),
  fsType: string(3),
  readOnly: boolean(4),
  secretRef: ref(5, () => LocalObjectReference),
});
export type StorageOSVolumeSource = Infer<typeof StorageOSVolumeSource>;

export const VsphereVirtualDiskVolumeSource = object('io.k8s.api.core.v1.VsphereVirtualDiskVolumeSource', {
  volumePath: string(1).required(),
  fsType: string(2),
  storagePolicyName: string(3),
  storagePolicyID: string(4),
});
export type VsphereVirtualDiskVolumeSource = Infer<typeof VsphereVirtualDiskVolumeSource>;
