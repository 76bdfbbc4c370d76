import { boolean, int32, int64, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { ResourceRequirements } from './resources.ts';
import { Quantity } from '../../meta/quantity.ts';
import { Time } from '../../meta/time.ts';

export const ContainerStatus = object('io.k8s.api.core.v1.ContainerStatus', {
  name: string(1).required().describe('Name of the container.'),
  state: ref(2, () => ContainerState)
    .byValue()
    .describe('What it does now.'),
  lastState: ref(3, () => ContainerState)
    .byValue()
    .describe('How it ended the time before.'),
  ready: boolean(4).required().default(false).describe('Whether it is ready.'),
  restartCount: int32(5).required().default(0).describe('How often it was restarted.'),
  image: string(6).required().default('').describe('Image that it runs.'),
  imageID: string(7).required().default('').describe('Exact id of that image.'),
  containerID: string(8).describe('Its id in the runtime.'),
  started: boolean(9).keepsZero().describe('Whether it has started, with its hook and startup probe done.'),
  allocatedResources: map(10, () => Quantity).describe('What its node has set aside for it.'),
  resources: ref(11, () => ResourceRequirements).describe('What it was given.'),
  volumeMounts: list(12, () => VolumeMountStatus)
    .mapBy('mountPath')
    .patch('merge', 'mountPath')
    .describe('How its volumes are mounted.'),
  user: ref(13, () => ContainerUser).describe('User that it runs as.'),
  allocatedResourcesStatus: list(14, () => ResourceStatus)
    .mapBy('name')
    .patch('merge', 'name')
    .describe('Health of its devices.'),
  stopSignal: string(15).keepsZero().describe('Signal that asks it to end.'),
});
export type ContainerStatus = Infer<typeof ContainerStatus>;

export const ContainerState = object('io.k8s.api.core.v1.ContainerState', {
  waiting: ref(1, () => ContainerStateWaiting).describe('It waits to start.'),
  running: ref(2, () => ContainerStateRunning).describe('It runs.'),
  terminated: ref(3, () => ContainerStateTerminated).describe('It has ended.'),
});
export type ContainerState = Infer<typeof ContainerState>;

export const ContainerStateRunning = object('io.k8s.api.core.v1.ContainerStateRunning', {
  startedAt: ref(1, () => Time).describe('When it was started.'),
});
export type ContainerStateRunning = Infer<typeof ContainerStateRunning>;

export const ContainerStateTerminated = object('io.k8s.api.core.v1.ContainerStateTerminated', {
  exitCode: int32(1).required().default(0).describe('Exit code of the program.'),
  signal: int32(2).describe('Signal that ended it.'),
  reason: string(3).describe('Why it ended, in one word.'),
  message: string(4).describe('What it said about its end.'),
  startedAt: ref(5, () => Time).describe('When it was started.'),
  finishedAt: ref(6, () => Time).describe('When it ended.'),
  containerID: string(7).describe('Its id in the runtime.'),
});
export type ContainerStateTerminated = Infer<typeof ContainerStateTerminated>;

export const ContainerStateWaiting = object('io.k8s.api.core.v1.ContainerStateWaiting', {
  reason: string(1).describe('One word that says why.'),
  message: string(2).describe('A sentence for people.'),
});
export type ContainerStateWaiting = Infer<typeof ContainerStateWaiting>;

export const ContainerUser = object('io.k8s.api.core.v1.ContainerUser', {
  linux: ref(1, () => LinuxContainerUser).describe('User on Linux.'),
});
export type ContainerUser = Infer<typeof ContainerUser>;

export const LinuxContainerUser = object('io.k8s.api.core.v1.LinuxContainerUser', {
  uid: int64(1).required().describe('User id of the first process.'),
  gid: int64(2).required().describe('Group id of the first process.'),
  supplementalGroups: list(3, int64()).atomic().describe('Further groups of the first process.'),
});
export type LinuxContainerUser = Infer<typeof LinuxContainerUser>;

export const ResourceStatus = object('io.k8s.api.core.v1.ResourceStatus', {
  name: string(1).required().describe('Name of the resource.'),
  resources: list(2, () => ResourceHealth)
    .mapBy('resourceID')
    .describe('Health of each device.'),
});
export type ResourceStatus = Infer<typeof ResourceStatus>;

export const ResourceHealth = object('io.k8s.api.core.v1.ResourceHealth', {
  resourceID: string(1).required().describe('Id of the device.'),
  health: string(2).describe('Healthy, Unhealthy or Unknown.'),
  message: string(6).keepsZero().describe('A sentence for people.'),
});
export type ResourceHealth = Infer<typeof ResourceHealth>;

export const VolumeMountStatus = object('io.k8s.api.core.v1.VolumeMountStatus', {
  name: string(1).required().describe('Volume of the pod.'),
  mountPath: string(2).required().describe('Where it is mounted.'),
  readOnly: boolean(3).describe('Whether it is mounted for reading only.'),
  recursiveReadOnly: string(4).keepsZero().describe('Whether mounts below it are read-only too.'),
  volumeStatus: ref(5, () => VolumeStatus).describe('State of the volume.'),
});
export type VolumeMountStatus = Infer<typeof VolumeMountStatus>;

export const VolumeStatus = object('io.k8s.api.core.v1.VolumeStatus', {
  image: ref(1, () => ImageVolumeStatus).describe('State of an image volume.'),
});
export type VolumeStatus = Infer<typeof VolumeStatus>;

export const ImageVolumeStatus = object('io.k8s.api.core.v1.ImageVolumeStatus', {
  imageRef: string(1).required().describe('Exact id of the image.'),
});
export type ImageVolumeStatus = Infer<typeof ImageVolumeStatus>;
