import { boolean, int32, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { ObjectReference, SecretReference } from '../references.ts';

export const AzureFilePersistentVolumeSource = object('io.k8s.api.core.v1.AzureFilePersistentVolumeSource', {
  secretName: string(1).required(),
  shareName: string(2).required(),
  readOnly: boolean(3),
  secretNamespace: string(4).keepsZero(),
});
export type AzureFilePersistentVolumeSource = Infer<typeof AzureFilePersistentVolumeSource>;

export const CSIPersistentVolumeSource = object('io.k8s.api.core.v1.CSIPersistentVolumeSource', {
  driver: string(1).required(),
  volumeHandle: string(2).required(),
  readOnly: boolean(3),
  fsType: string(4),
  volumeAttributes: map(5, string()),
  controllerPublishSecretRef: ref(6, () => SecretReference),
  nodeStageSecretRef: ref(7, () => SecretReference),
  nodePublishSecretRef: ref(8, () => SecretReference),
  controllerExpandSecretRef: ref(9, () => SecretReference),
  nodeExpandSecretRef: ref(10, () => SecretReference),
});
export type CSIPersistentVolumeSource = Infer<typeof CSIPersistentVolumeSource>;

export const CephFSPersistentVolumeSource = object('io.k8s.api.core.v1.CephFSPersistentVolumeSource', {
  monitors: list(1, string()).required().atomic(),
  path: string(2),
  user: string(3),
  secretFile: string(4),
  secretRef: ref(5, () => SecretReference),
  readOnly: boolean(6),
});
export type CephFSPersistentVolumeSource = Infer<typeof CephFSPersistentVolumeSource>;

export const CinderPersistentVolumeSource = object('io.k8s.api.core.v1.CinderPersistentVolumeSource', {
  volumeID: string(1).required(),
  fsType: string(2),
  readOnly: boolean(3),
  secretRef: ref(4, () => SecretReference),
});
export type CinderPersistentVolumeSource = Infer<typeof CinderPersistentVolumeSource>;

export const FlexPersistentVolumeSource = object('io.k8s.api.core.v1.FlexPersistentVolumeSource', {
  driver: string(1).required(),
  fsType: string(2),
  secretRef: ref(3, () => SecretReference),
  readOnly: boolean(4),
  options: map(5, string()),
});
export type FlexPersistentVolumeSource = Infer<typeof FlexPersistentVolumeSource>;

export const GlusterfsPersistentVolumeSource = object('io.k8s.api.core.v1.GlusterfsPersistentVolumeSource', {
  endpoints: string(1).required(),
  path: string(2).required(),
  readOnly: boolean(3),
  endpointsNamespace: string(4).keepsZero(),
});
export type GlusterfsPersistentVolumeSource = Infer<typeof GlusterfsPersistentVolumeSource>;

export const ISCSIPersistentVolumeSource = object('io.k8s.api.core.v1.ISCSIPersistentVolumeSource', {
  targetPortal: string(1).required(),
  iqn: string(2).required(),
  lun: int32(3).required(),
  iscsiInterface: string(4).default('default'),
  fsType: string(5),
  readOnly: boolean(6),
  portals: list(7, string()).atomic(),
  chapAuthDiscovery: boolean(8),
  secretRef: ref(10, () => SecretReference),
  chapAuthSession: boolean(11),
  initiatorName: string(12).keepsZero(),
});
export type ISCSIPersistentVolumeSource = Infer<typeof ISCSIPersistentVolumeSource>;

export const LocalVolumeSource = object('io.k8s.api.core.v1.LocalVolumeSource', {
  path: string(1).required(),
  fsType: string(2).keepsZero(),
});
export type LocalVolumeSource = Infer<typeof LocalVolumeSource>;

export const RBDPersistentVolumeSource = object('io.k8s.api.core.v1.RBDPersistentVolumeSource', {
  monitors: list(1, string()).required().atomic(),
  image: string(2).required(),
  fsType: string(3),
  pool: string(4).default('rbd'),
  user: string(5).default('admin'),
  keyring: string(6).default('/etc/ceph/keyring'),
  secretRef: ref(7, () => SecretReference),
  readOnly: boolean(8),
});
export type RBDPersistentVolumeSource = Infer<typeof RBDPersistentVolumeSource>;

export const ScaleIOPersistentVolumeSource = object('io.k8s.api.core.v1.ScaleIOPersistentVolumeSource', {
  gateway: string(1).required(),
  system: string(2).required(),
  secretRef: ref(3, () => SecretReference).required(),
  sslEnabled: boolean(4),
  protectionDomain: string(5),
  storagePool: string(6),
  storageMode: string(7).default('ThinProvisioned'),
  volumeName: string(8),
  fsType: string(9).default('xfs'),
  readOnly: boolean(10),
});
export type ScaleIOPersistentVolumeSource = Infer<typeof ScaleIOPersistentVolumeSource>;

export const StorageOSPersistentVolumeSource = object('io.k8s.api.core.v1.StorageOSPersistentVolumeSource', {
  volumeName: string(1),
  volumeNamespace: string(2),
  fsType: string(3),
  readOnly: boolean(4),
  secretRef: ref(5, () => ObjectReference),
});
export type StorageOSPersistentVolumeSource = Infer<typeof StorageOSPersistentVolumeSource>;
