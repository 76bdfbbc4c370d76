import { boolean, int32, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { LocalObjectReference } from '../references.ts';

export const AWSElasticBlockStoreVolumeSource = object('io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource', {
  volumeID: string(1).required().describe('Id of the disk.'),
  fsType: string(2).describe('File system of the volume, such as ext4.'),
  partition: int32(3).describe('Partition of the disk, counted from 1; 0 is the whole disk.'),
  readOnly: boolean(4).describe('Whether it is mounted for reading only.'),
});
export type AWSElasticBlockStoreVolumeSource = Infer<typeof AWSElasticBlockStoreVolumeSource>;

export const AzureDiskVolumeSource = object('io.k8s.api.core.v1.AzureDiskVolumeSource', {
  diskName: string(1).required().describe('Name of the disk.'),
  diskURI: string(2).required().describe('URI of the disk.'),
  cachingMode: string(3).keepsZero().default('ReadWrite').describe('None, ReadOnly or ReadWrite.'),
  fsType: string(4).keepsZero().default('ext4').describe('File system of the volume, such as ext4.'),
  readOnly: boolean(5).keepsZero().default(false).describe('Whether it is mounted for reading only.'),
  kind: string(6).keepsZero().default('Shared').describe('Shared, Dedicated or Managed.'),
});
export type AzureDiskVolumeSource = Infer<typeof AzureDiskVolumeSource>;

export const AzureFileVolumeSource = object('io.k8s.api.core.v1.AzureFileVolumeSource', {
  secretName: string(1).required().describe("Secret with the account's name and key."),
  shareName: string(2).required().describe('Name of the share.'),
  readOnly: boolean(3).describe('Whether it is mounted for reading only.'),
});
export type AzureFileVolumeSource = Infer<typeof AzureFileVolumeSource>;

export const CSIVolumeSource = object('io.k8s.api.core.v1.CSIVolumeSource', {
  driver: string(1).required().describe('Name of the driver.'),
  readOnly: boolean(2).keepsZero().describe('Whether it is mounted for reading only.'),
  fsType: string(3).keepsZero().describe('File system of the volume, such as ext4.'),
  volumeAttributes: map(4, string()).describe('Settings for the driver.'),
  nodePublishSecretRef: ref(5, () => LocalObjectReference).describe('Secret for the driver.'),
});
export type CSIVolumeSource = Infer<typeof CSIVolumeSource>;

export const CephFSVolumeSource = object('io.k8s.api.core.v1.CephFSVolumeSource', {
  monitors: list(1, string()).required().atomic().describe('Addresses of monitors.'),
  path: string(2).describe('Directory to mount.'),
  user: string(3).describe('User name.'),
  secretFile: string(4).describe('File with the key.'),
  secretRef: ref(5, () => LocalObjectReference).describe('Secret with the credentials.'),
  readOnly: boolean(6).describe('Whether it is mounted for reading only.'),
});
export type CephFSVolumeSource = Infer<typeof CephFSVolumeSource>;

export const CinderVolumeSource = object('io.k8s.api.core.v1.CinderVolumeSource', {
  volumeID: string(1).required().describe('Id of the disk.'),
  fsType: string(2).describe('File system of the volume, such as ext4.'),
  readOnly: boolean(3).describe('Whether it is mounted for reading only.'),
  secretRef: ref(4, () => LocalObjectReference).describe('Secret with the credentials.'),
});
export type CinderVolumeSource = Infer<typeof CinderVolumeSource>;

export const FCVolumeSource = object('io.k8s.api.core.v1.FCVolumeSource', {
  targetWWNs: list(1, string()).atomic().describe('Names of the targets.'),
  lun: int32(2).keepsZero().describe('Number of the unit.'),
  fsType: string(3).describe('File system of the volume, such as ext4.'),
  readOnly: boolean(4).describe('Whether it is mounted for reading only.'),
  wwids: list(5, string()).atomic().describe('Ids of the disk.'),
});
export type FCVolumeSource = Infer<typeof FCVolumeSource>;

export const FlexVolumeSource = object('io.k8s.api.core.v1.FlexVolumeSource', {
  driver: string(1).required().describe('Name of the driver.'),
  fsType: string(2).describe('File system of the volume, such as ext4.'),
  secretRef: ref(3, () => LocalObjectReference).describe('Secret with the credentials.'),
  readOnly: boolean(4).describe('Whether it is mounted for reading only.'),
  options: map(5, string()).describe('Options for the driver.'),
});
export type FlexVolumeSource = Infer<typeof FlexVolumeSource>;

export const FlockerVolumeSource = object('io.k8s.api.core.v1.FlockerVolumeSource', {
  datasetName: string(1).describe('Name of the dataset.'),
  datasetUUID: string(2).describe('Id of the dataset.'),
});
export type FlockerVolumeSource = Infer<typeof FlockerVolumeSource>;

export const GCEPersistentDiskVolumeSource = object('io.k8s.api.core.v1.GCEPersistentDiskVolumeSource', {
  pdName: string(1).required().describe('Name of the disk.'),
  fsType: string(2).describe('File system of the volume, such as ext4.'),
  partition: int32(3).describe('Partition of the disk, counted from 1; 0 is the whole disk.'),
  readOnly: boolean(4).describe('Whether it is mounted for reading only.'),
});
export type GCEPersistentDiskVolumeSource = Infer<typeof GCEPersistentDiskVolumeSource>;

export const GitRepoVolumeSource = object('io.k8s.api.core.v1.GitRepoVolumeSource', {
  repository: string(1).required().describe('Address of the repository.'),
  revision: string(2).describe('Commit to check out.'),
  directory: string(3).describe('Directory to check out into.'),
});
export type GitRepoVolumeSource = Infer<typeof GitRepoVolumeSource>;

export const GlusterfsVolumeSource = object('io.k8s.api.core.v1.GlusterfsVolumeSource', {
  endpoints: string(1).required().describe('Endpoints of the servers.'),
  path: string(2).required().describe('Name of the volume.'),
  readOnly: boolean(3).describe('Whether it is mounted for reading only.'),
});
export type GlusterfsVolumeSource = Infer<typeof GlusterfsVolumeSource>;

export const ISCSIVolumeSource = object('io.k8s.api.core.v1.ISCSIVolumeSource', {
  targetPortal: string(1).required().describe('Address of the target.'),
  iqn: string(2).required().describe('Name of the target.'),
  lun: int32(3).required().describe('Number of the unit.'),
  iscsiInterface: string(4).default('default').describe('Interface to use.'),
  fsType: string(5).describe('File system of the volume, such as ext4.'),
  readOnly: boolean(6).describe('Whether it is mounted for reading only.'),
  portals: list(7, string()).atomic().describe('Further addresses.'),
  chapAuthDiscovery: boolean(8).describe('Whether discovery uses CHAP.'),
  secretRef: ref(10, () => LocalObjectReference).describe('Secret with the credentials.'),
  chapAuthSession: boolean(11).describe('Whether sessions use CHAP.'),
  initiatorName: string(12).keepsZero().describe('Name of the initiator.'),
});
export type ISCSIVolumeSource = Infer<typeof ISCSIVolumeSource>;

export const NFSVolumeSource = object('io.k8s.api.core.v1.NFSVolumeSource', {
  server: string(1).required().describe('Name or address of the server.'),
  path: string(2).required().describe('Path that the server exports.'),
  readOnly: boolean(3).describe('Whether it is mounted for reading only.'),
});
export type NFSVolumeSource = Infer<typeof NFSVolumeSource>;

export const PhotonPersistentDiskVolumeSource = object('io.k8s.api.core.v1.PhotonPersistentDiskVolumeSource', {
  pdID: string(1).required().describe('Id of the disk.'),
  fsType: string(2).describe('File system of the volume, such as ext4.'),
});
export type PhotonPersistentDiskVolumeSource = Infer<typeof PhotonPersistentDiskVolumeSource>;

export const PortworxVolumeSource = object('io.k8s.api.core.v1.PortworxVolumeSource', {
  volumeID: string(1).required().describe('Id of the volume.'),
  fsType: string(2).describe('File system of the volume, such as ext4.'),
  readOnly: boolean(3).describe('Whether it is mounted for reading only.'),
});
export type PortworxVolumeSource = Infer<typeof PortworxVolumeSource>;

export const QuobyteVolumeSource = object('io.k8s.api.core.v1.QuobyteVolumeSource', {
  registry: string(1).required().describe('Addresses of the registry.'),
  volume: string(2).required().describe('Name of the volume.'),
  readOnly: boolean(3).describe('Whether it is mounted for reading only.'),
  user: string(4).describe('User to mount as.'),
  group: string(5).describe('Group to mount as.'),
  tenant: string(6).describe('Tenant that owns it.'),
});
export type QuobyteVolumeSource = Infer<typeof QuobyteVolumeSource>;

export const RBDVolumeSource = object('io.k8s.api.core.v1.RBDVolumeSource', {
  monitors: list(1, string()).required().atomic().describe('Addresses of monitors.'),
  image: string(2).required().describe('Name of the image.'),
  fsType: string(3).describe('File system of the volume, such as ext4.'),
  pool: string(4).default('rbd').describe('Name of the pool.'),
  user: string(5).default('admin').describe('User name.'),
  keyring: string(6).default('/etc/ceph/keyring').describe('File with the key.'),
  secretRef: ref(7, () => LocalObjectReference).describe('Secret with the credentials.'),
  readOnly: boolean(8).describe('Whether it is mounted for reading only.'),
});
export type RBDVolumeSource = Infer<typeof RBDVolumeSource>;

export const ScaleIOVolumeSource = object('io.k8s.api.core.v1.ScaleIOVolumeSource', {
  gateway: string(1).required().describe('Address of the gateway.'),
  system: string(2).required().describe('Name of the system.'),
  secretRef: ref(3, () => LocalObjectReference)
    .required()
    .describe('Secret with the credentials.'),
  sslEnabled: boolean(4).describe('Whether to use TLS.'),
  protectionDomain: string(5).describe('Protection domain.'),
  storagePool: string(6).describe('Storage pool.'),
  storageMode: string(7).default('ThinProvisioned').describe('ThickProvisioned or ThinProvisioned.'),
  volumeName: string(8).describe('Name of the volume.'),
  fsType: string(9).default('xfs').describe('File system of the volume, such as ext4.'),
  readOnly: boolean(10).describe('Whether it is mounted for reading only.'),
});
export type ScaleIOVolumeSource = Infer<typeof ScaleIOVolumeSource>;

export const StorageOSVolumeSource = object('io.k8s.api.core.v1.StorageOSVolumeSource', {
  volumeName: string(1).describe('Name of the volume.'),
  volumeNamespace: string(2).describe('Namespace of the volume.'),
  fsType: string(3).describe('File system of the volume, such as ext4.'),
  readOnly: boolean(4).describe('Whether it is mounted for reading only.'),
  secretRef: ref(5, () => LocalObjectReference).describe('Secret with the credentials.'),
});
export type StorageOSVolumeSource = Infer<typeof StorageOSVolumeSource>;

export const VsphereVirtualDiskVolumeSource = object('io.k8s.api.core.v1.VsphereVirtualDiskVolumeSource', {
  volumePath: string(1).required().describe('Path of the disk.'),
  fsType: string(2).describe('File system of the volume, such as ext4.'),
  storagePolicyName: string(3).describe('Name of the storage policy.'),
  storagePolicyID: string(4).describe('Id of the storage policy.'),
});
export type VsphereVirtualDiskVolumeSource = Infer<typeof VsphereVirtualDiskVolumeSource>;
