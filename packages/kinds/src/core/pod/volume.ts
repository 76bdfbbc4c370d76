import { boolean, inline, int32, list, object, ref, string, type Infer } from '@kajitori/schema';
import { PersistentVolumeClaimSpec } from '../persistent-volume-claim/persistent-volume-claim.ts';
import { DownwardAPIVolumeFile, KeyToPath } from './volume-items.ts';
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
  hostPath: ref(1, () => HostPathVolumeSource).describe('A file or directory of the node.'),
  emptyDir: ref(2, () => EmptyDirVolumeSource).describe('An empty directory that lives as long as the pod.'),
  gcePersistentDisk: ref(3, () => GCEPersistentDiskVolumeSource).describe('A Google disk. No longer supported here.'),
  awsElasticBlockStore: ref(4, () => AWSElasticBlockStoreVolumeSource).describe('An AWS disk. No longer supported here.'),
  gitRepo: ref(5, () => GitRepoVolumeSource).describe('A Git repository. No longer supported.'),
  secret: ref(6, () => SecretVolumeSource).describe('Entries of a Secret, as files.'),
  nfs: ref(7, () => NFSVolumeSource).describe('A directory of an NFS server.'),
  iscsi: ref(8, () => ISCSIVolumeSource).describe('An iSCSI disk.'),
  glusterfs: ref(9, () => GlusterfsVolumeSource).describe('A Glusterfs volume. No longer supported.'),
  persistentVolumeClaim: ref(10, () => PersistentVolumeClaimVolumeSource).describe('The volume of a claim.'),
  rbd: ref(11, () => RBDVolumeSource).describe('A Ceph block device. No longer supported.'),
  flexVolume: ref(12, () => FlexVolumeSource).describe('A volume of a FlexVolume driver.'),
  cinder: ref(13, () => CinderVolumeSource).describe('An OpenStack disk. No longer supported here.'),
  cephfs: ref(14, () => CephFSVolumeSource).describe('A Ceph file system. No longer supported.'),
  flocker: ref(15, () => FlockerVolumeSource).describe('A Flocker volume. No longer supported.'),
  downwardAPI: ref(16, () => DownwardAPIVolumeSource).describe('Facts about the pod, as files.'),
  fc: ref(17, () => FCVolumeSource).describe('A Fibre Channel disk.'),
  azureFile: ref(18, () => AzureFileVolumeSource).describe('An Azure file share. No longer supported here.'),
  configMap: ref(19, () => ConfigMapVolumeSource).describe('Entries of a ConfigMap, as files.'),
  vsphereVolume: ref(20, () => VsphereVirtualDiskVolumeSource).describe('A vSphere disk. No longer supported here.'),
  quobyte: ref(21, () => QuobyteVolumeSource).describe('A Quobyte volume. No longer supported.'),
  azureDisk: ref(22, () => AzureDiskVolumeSource).describe('An Azure disk. No longer supported here.'),
  photonPersistentDisk: ref(23, () => PhotonPersistentDiskVolumeSource).describe('A Photon disk. No longer supported.'),
  portworxVolume: ref(24, () => PortworxVolumeSource).describe('A Portworx volume. No longer supported here.'),
  scaleIO: ref(25, () => ScaleIOVolumeSource).describe('A ScaleIO volume. No longer supported.'),
  projected: ref(26, () => ProjectedVolumeSource).describe('Several sources in one directory.'),
  storageos: ref(27, () => StorageOSVolumeSource).describe('A StorageOS volume. No longer supported.'),
  csi: ref(28, () => CSIVolumeSource).describe('A volume of a CSI driver that lives as long as the pod.'),
  ephemeral: ref(29, () => EphemeralVolumeSource).describe('A claim that is made with the pod and goes with it.'),
  image: ref(30, () => ImageVolumeSource).describe('The files of an image.'),
};

export const Volume = object('io.k8s.api.core.v1.Volume', {
  name: string(1).required().describe('Name by which containers refer to it, unique in the pod.'),
  ...inline(2, volumeSource),
});
export type Volume = Infer<typeof Volume>;

export const ConfigMapVolumeSource = object('io.k8s.api.core.v1.ConfigMapVolumeSource', {
  items: list(2, () => KeyToPath)
    .atomic()
    .describe('Which entries become files, and at which paths. All of them, each under its own key, when nothing is said.'),
  defaultMode: int32(3)
    .keepsZero()
    .default(420)
    .describe('Permission bits of its files, where an item has none of its own. In YAML octal is allowed, in JSON only decimal.'),
  optional: boolean(4).keepsZero().describe('Whether it may be missing.'),
  ...inline(1, { name: string(1).describe('Name of the ConfigMap.') }),
});
export type ConfigMapVolumeSource = Infer<typeof ConfigMapVolumeSource>;

export const DownwardAPIVolumeSource = object('io.k8s.api.core.v1.DownwardAPIVolumeSource', {
  items: list(1, () => DownwardAPIVolumeFile)
    .atomic()
    .describe('The files.'),
  defaultMode: int32(2)
    .keepsZero()
    .default(420)
    .describe('Permission bits of its files, where an item has none of its own. In YAML octal is allowed, in JSON only decimal.'),
});
export type DownwardAPIVolumeSource = Infer<typeof DownwardAPIVolumeSource>;

export const EmptyDirVolumeSource = object('io.k8s.api.core.v1.EmptyDirVolumeSource', {
  medium: string(1).describe("Memory keeps it in memory; empty means the node's disk."),
  sizeLimit: ref(2, () => Quantity).describe('The most that it may hold; the pod is evicted when it holds more.'),
});
export type EmptyDirVolumeSource = Infer<typeof EmptyDirVolumeSource>;

export const EphemeralVolumeSource = object('io.k8s.api.core.v1.EphemeralVolumeSource', {
  volumeClaimTemplate: ref(1, () => PersistentVolumeClaimTemplate).describe('What the claim is made from.'),
});
export type EphemeralVolumeSource = Infer<typeof EphemeralVolumeSource>;

export const HostPathVolumeSource = object('io.k8s.api.core.v1.HostPathVolumeSource', {
  path: string(1).required().describe('Path on the node.'),
  type: string(2)
    .keepsZero()
    .default('')
    .describe(
      'What must be there, or is made: Directory, DirectoryOrCreate, File, FileOrCreate, Socket, CharDevice or BlockDevice. Nothing is checked when empty.',
    ),
});
export type HostPathVolumeSource = Infer<typeof HostPathVolumeSource>;

export const ImageVolumeSource = object('io.k8s.api.core.v1.ImageVolumeSource', {
  reference: string(1).describe('Name of the image.'),
  pullPolicy: string(2).describe('Always, IfNotPresent or Never.'),
});
export type ImageVolumeSource = Infer<typeof ImageVolumeSource>;

export const PersistentVolumeClaimTemplate = object('io.k8s.api.core.v1.PersistentVolumeClaimTemplate', {
  metadata: ref(1, () => ObjectMeta).describe('Labels and annotations of the claim.'),
  spec: ref(2, () => PersistentVolumeClaimSpec)
    .required()
    .describe('What the claim asks for.'),
});
export type PersistentVolumeClaimTemplate = Infer<typeof PersistentVolumeClaimTemplate>;

export const PersistentVolumeClaimVolumeSource = object('io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource', {
  claimName: string(1).required().describe('Name of the claim.'),
  readOnly: boolean(2).describe('Whether it is mounted for reading only.'),
});
export type PersistentVolumeClaimVolumeSource = Infer<typeof PersistentVolumeClaimVolumeSource>;

export const SecretVolumeSource = object('io.k8s.api.core.v1.SecretVolumeSource', {
  secretName: string(1).describe('Name of the Secret.'),
  items: list(2, () => KeyToPath)
    .atomic()
    .describe('Which entries become files, and at which paths. All of them, each under its own key, when nothing is said.'),
  defaultMode: int32(3)
    .keepsZero()
    .default(420)
    .describe('Permission bits of its files, where an item has none of its own. In YAML octal is allowed, in JSON only decimal.'),
  optional: boolean(4).keepsZero().describe('Whether it may be missing.'),
});
export type SecretVolumeSource = Infer<typeof SecretVolumeSource>;
