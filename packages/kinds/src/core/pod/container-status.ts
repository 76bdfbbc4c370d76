import { boolean, int32, int64, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { ResourceRequirements } from './resources.ts';
import { Quantity } from '../../meta/quantity.ts';
import { Time } from '../../meta/time.ts';

export const ContainerStatus = object('io.k8s.api.core.v1.ContainerStatus', {
  name: string(1).required(),
  state: ref(2, () => ContainerState).byValue(),
  lastState: ref(3, () => ContainerState).byValue(),
  ready: boolean(4).required().default(false),
  restartCount: int32(5).required().default(0),
  image: string(6).required().default(''),
  imageID: string(7).required().default(''),
  containerID: string(8),
  started: boolean(9).keepsZero(),
  allocatedResources: map(10, () => Quantity),
  resources: ref(11, () => ResourceRequirements),
  volumeMounts: list(12, () => VolumeMountStatus)
    .mapBy('mountPath')
    .patch('merge', 'mountPath'),
  user: ref(13, () => ContainerUser),
  allocatedResourcesStatus: list(14, () => ResourceStatus)
    .mapBy('name')
    .patch('merge', 'name'),
  stopSignal: string(15).keepsZero(),
});
export type ContainerStatus = Infer<typeof ContainerStatus>;

export const ContainerState = object('io.k8s.api.core.v1.ContainerState', {
  waiting: ref(1, () => ContainerStateWaiting),
  running: ref(2, () => ContainerStateRunning),
  terminated: ref(3, () => ContainerStateTerminated),
});
export type ContainerState = Infer<typeof ContainerState>;

export const ContainerStateRunning = object('io.k8s.api.core.v1.ContainerStateRunning', {
  startedAt: ref(1, () => Time),
});
export type ContainerStateRunning = Infer<typeof ContainerStateRunning>;

export const ContainerStateTerminated = object('io.k8s.api.core.v1.ContainerStateTerminated', {
  exitCode: int32(1).required().default(0),
  signal: int32(2),
  reason: string(3),
  message: string(4),
  startedAt: ref(5, () => Time),
  finishedAt: ref(6, () => Time),
  containerID: string(7),
});
export type ContainerStateTerminated = Infer<typeof ContainerStateTerminated>;

export const ContainerStateWaiting = object('io.k8s.api.core.v1.ContainerStateWaiting', {
  reason: string(1),
  message: string(2),
});
export type ContainerStateWaiting = Infer<typeof ContainerStateWaiting>;

export const ContainerUser = object('io.k8s.api.core.v1.ContainerUser', {
  linux: ref(1, () => LinuxContainerUser),
});
export type ContainerUser = Infer<typeof ContainerUser>;

export const LinuxContainerUser = object('io.k8s.api.core.v1.LinuxContainerUser', {
  uid: int64(1).required(),
  gid: int64(2).required(),
  supplementalGroups: list(3, int64()).atomic(),
});
export type LinuxContainerUser = Infer<typeof LinuxContainerUser>;

export const ResourceStatus = object('io.k8s.api.core.v1.ResourceStatus', {
  name: string(1).required(),
  resources: list(2, () => ResourceHealth).mapBy('resourceID'),
});
export type ResourceStatus = Infer<typeof ResourceStatus>;

export const ResourceHealth = object('io.k8s.api.core.v1.ResourceHealth', {
  resourceID: string(1).required(),
  health: string(2),
  message: string(6).keepsZero(),
});
export type ResourceHealth = Infer<typeof ResourceHealth>;

export const VolumeMountStatus = object('io.k8s.api.core.v1.VolumeMountStatus', {
  name: string(1).required(),
  mountPath: string(2).required(),
  readOnly: boolean(3),
  recursiveReadOnly: string(4).keepsZero(),
  volumeStatus: ref(5, () => VolumeStatus),
});
export type VolumeMountStatus = Infer<typeof VolumeMountStatus>;

export const VolumeStatus = object('io.k8s.api.core.v1.VolumeStatus', {
  image: ref(1, () => ImageVolumeStatus),
});
export type VolumeStatus = Infer<typeof VolumeStatus>;

export const ImageVolumeStatus = object('io.k8s.api.core.v1.ImageVolumeStatus', {
  imageRef: string(1).required(),
});
export type ImageVolumeStatus = Infer<typeof ImageVolumeStatus>;
