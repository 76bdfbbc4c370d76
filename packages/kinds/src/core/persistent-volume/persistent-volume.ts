import { inline, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { NodeSelector } from '../node-selector.ts';
import {
  AzureFilePersistentVolumeSource,
  CSIPersistentVolumeSource,
  CephFSPersistentVolumeSource,
  CinderPersistentVolumeSource,
  FlexPersistentVolumeSource,
  GlusterfsPersistentVolumeSource,
  ISCSIPersistentVolumeSource,
  LocalVolumeSource,
  RBDPersistentVolumeSource,
  ScaleIOPersistentVolumeSource,
  StorageOSPersistentVolumeSource,
} from './persistent-volume-sources.ts';
import { HostPathVolumeSource } from '../pod/volume.ts';
import {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  FCVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  NFSVolumeSource,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  QuobyteVolumeSource,
  VsphereVirtualDiskVolumeSource,
} from '../pod/volume-plugins.ts';
import { ObjectReference } from '../references.ts';
import { Quantity } from '../../meta/quantity.ts';
import { Time } from '../../meta/time.ts';
import { topLevel } from '../../meta/top-level.ts';

export const PersistentVolume = topLevel('io.k8s.api.core.v1.PersistentVolume', {
  spec: ref(2, () => PersistentVolumeSpec).always(),
  status: ref(3, () => PersistentVolumeStatus).byValue(),
});
export type PersistentVolume = Infer<typeof PersistentVolume>;

const persistentVolumeSource = {
  gcePersistentDisk: ref(1, () => GCEPersistentDiskVolumeSource),
  awsElasticBlockStore: ref(2, () => AWSElasticBlockStoreVolumeSource),
  hostPath: ref(3, () => HostPathVolumeSource),
  glusterfs: ref(4, () => GlusterfsPersistentVolumeSource),
  nfs: ref(5, () => NFSVolumeSource),
  rbd: ref(6, () => RBDPersistentVolumeSource),
  iscsi: ref(7, () => ISCSIPersistentVolumeSource),
  cinder: ref(8, () => CinderPersistentVolumeSource),
  cephfs: ref(9, () => CephFSPersistentVolumeSource),
  fc: ref(10, () => FCVolumeSource),
  flocker: ref(11, () => FlockerVolumeSource),
  flexVolume: ref(12, () => FlexPersistentVolumeSource),
  azureFile: ref(13, () => AzureFilePersistentVolumeSource),
  vsphereVolume: ref(14, () => VsphereVirtualDiskVolumeSource),
  quobyte: ref(15, () => QuobyteVolumeSource),
  azureDisk: ref(16, () => AzureDiskVolumeSource),
  photonPersistentDisk: ref(17, () => PhotonPersistentDiskVolumeSource),
  portworxVolume: ref(18, () => PortworxVolumeSource),
  scaleIO: ref(19, () => ScaleIOPersistentVolumeSource),
  local: ref(20, () => LocalVolumeSource),
  storageos: ref(21, () => StorageOSPersistentVolumeSource),
  csi: ref(22, () => CSIPersistentVolumeSource),
};

export const PersistentVolumeSpec = object('io.k8s.api.core.v1.PersistentVolumeSpec', {
  capacity: map(1, () => Quantity),
  accessModes: list(3, string()).atomic(),
  claimRef: ref(4, () => ObjectReference).with({ 'x-kubernetes-map-type': 'granular' }),
  persistentVolumeReclaimPolicy: string(5).enum('Delete', 'Recycle', 'Retain').default('Retain'),
  storageClassName: string(6),
  mountOptions: list(7, string()).atomic(),
  volumeMode: string(8).keepsZero().default('Filesystem'),
  nodeAffinity: ref(9, () => VolumeNodeAffinity),
  volumeAttributesClassName: string(10).keepsZero(),
  ...inline(2, persistentVolumeSource),
});
export type PersistentVolumeSpec = Infer<typeof PersistentVolumeSpec>;

export const PersistentVolumeStatus = object('io.k8s.api.core.v1.PersistentVolumeStatus', {
  phase: string(1),
  message: string(2),
  reason: string(3),
  lastPhaseTransitionTime: ref(4, () => Time),
});
export type PersistentVolumeStatus = Infer<typeof PersistentVolumeStatus>;

export const VolumeNodeAffinity = object('io.k8s.api.core.v1.VolumeNodeAffinity', {
  required: ref(1, () => NodeSelector),
});
export type VolumeNodeAffinity = Infer<typeof VolumeNodeAffinity>;
