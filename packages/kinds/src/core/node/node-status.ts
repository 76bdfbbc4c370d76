import { boolean, int32, int64, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { NodeConfigSource } from './node.ts';
import { Quantity } from '../../meta/quantity.ts';
import { Time } from '../../meta/time.ts';

export const NodeStatus = object('io.k8s.api.core.v1.NodeStatus', {
  capacity: map(1, () => Quantity),
  allocatable: map(2, () => Quantity),
  phase: string(3),
  conditions: list(4, () => NodeCondition)
    .mapBy('type')
    .patch('merge', 'type'),
  addresses: list(5, () => NodeAddress)
    .mapBy('type')
    .patch('merge', 'type'),
  daemonEndpoints: ref(6, () => NodeDaemonEndpoints).byValue(),
  nodeInfo: ref(7, () => NodeSystemInfo).byValue(),
  images: list(8, () => ContainerImage).atomic(),
  volumesInUse: list(9, string()).atomic(),
  volumesAttached: list(10, () => AttachedVolume).atomic(),
  config: ref(11, () => NodeConfigStatus),
  runtimeHandlers: list(12, () => NodeRuntimeHandler).atomic(),
  features: ref(13, () => NodeFeatures),
  declaredFeatures: list(14, string()).atomic(),
});
export type NodeStatus = Infer<typeof NodeStatus>;

export const NodeAddress = object('io.k8s.api.core.v1.NodeAddress', {
  type: string(1).required(),
  address: string(2).required(),
});
export type NodeAddress = Infer<typeof NodeAddress>;

export const NodeCondition = object('io.k8s.api.core.v1.NodeCondition', {
  type: string(1).required(),
  status: string(2).required(),
  lastHeartbeatTime: ref(3, () => Time),
  lastTransitionTime: ref(4, () => Time),
  reason: string(5),
  message: string(6),
});
export type NodeCondition = Infer<typeof NodeCondition>;

export const NodeConfigStatus = object('io.k8s.api.core.v1.NodeConfigStatus', {
  assigned: ref(1, () => NodeConfigSource),
  active: ref(2, () => NodeConfigSource),
  lastKnownGood: ref(3, () => NodeConfigSource),
  error: string(4),
});
export type NodeConfigStatus = Infer<typeof NodeConfigStatus>;

export const NodeDaemonEndpoints = object('io.k8s.api.core.v1.NodeDaemonEndpoints', {
  kubeletEndpoint: ref(1, () => DaemonEndpoint).byValue(),
});
export type NodeDaemonEndpoints = Infer<typeof NodeDaemonEndpoints>;

export const DaemonEndpoint = object('io.k8s.api.core.v1.DaemonEndpoint', {
  Port: int32(1).required().default(0),
});
export type DaemonEndpoint = Infer<typeof DaemonEndpoint>;

export const NodeFeatures = object('io.k8s.api.core.v1.NodeFeatures', {
  supplementalGroupsPolicy: boolean(1).keepsZero(),
});
export type NodeFeatures = Infer<typeof NodeFeatures>;

export const NodeRuntimeHandler = object('io.k8s.api.core.v1.NodeRuntimeHandler', {
  name: string(1).keepsZero(),
  features: ref(2, () => NodeRuntimeHandlerFeatures),
});
export type NodeRuntimeHandler = Infer<typeof NodeRuntimeHandler>;

export const NodeRuntimeHandlerFeatures = object('io.k8s.api.core.v1.NodeRuntimeHandlerFeatures', {
  recursiveReadOnlyMounts: boolean(1).keepsZero(),
  userNamespaces: boolean(2).keepsZero(),
});
export type NodeRuntimeHandlerFeatures = Infer<typeof NodeRuntimeHandlerFeatures>;

export const NodeSwapStatus = object('io.k8s.api.core.v1.NodeSwapStatus', {
  capacity: int64(1).keepsZero(),
});
export type NodeSwapStatus = Infer<typeof NodeSwapStatus>;

export const NodeSystemInfo = object('io.k8s.api.core.v1.NodeSystemInfo', {
  machineID: string(1).required().default(''),
  systemUUID: string(2).required().default(''),
  bootID: string(3).required().default(''),
  kernelVersion: string(4).required().default(''),
  osImage: string(5).required().default(''),
  containerRuntimeVersion: string(6).required().default(''),
  kubeletVersion: string(7).required().default(''),
  kubeProxyVersion: string(8).required().default(''),
  operatingSystem: string(9).required().default(''),
  architecture: string(10).required().default(''),
  swap: ref(11, () => NodeSwapStatus),
});
export type NodeSystemInfo = Infer<typeof NodeSystemInfo>;

export const ContainerImage = object('io.k8s.api.core.v1.ContainerImage', {
  names: list(1, string()).atomic(),
  sizeBytes: int64(2),
});
export type ContainerImage = Infer<typeof ContainerImage>;

export const AttachedVolume = object('io.k8s.api.core.v1.AttachedVolume', {
  name: string(1).required(),
  devicePath: string(2).required(),
});
export type AttachedVolume = Infer<typeof AttachedVolume>;
