import { boolean, int32, int64, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { NodeConfigStatus } from './node-config.ts';
import { Quantity } from '../../meta/quantity.ts';
import { Time } from '../../meta/time.ts';

export const NodeStatus = object('io.k8s.api.core.v1.NodeStatus', {
  capacity: map(1, () => Quantity).describe('All that the node has.'),
  allocatable: map(2, () => Quantity).describe('What of it is for pods.'),
  phase: string(3).describe('No longer used.'),
  conditions: list(4, () => NodeCondition)
    .mapBy('type')
    .patch('merge', 'type')
    .describe('Whether the node is ready, and what troubles it.'),
  addresses: list(5, () => NodeAddress)
    .mapBy('type')
    .patch('merge', 'type')
    .describe('Where the node can be reached.'),
  daemonEndpoints: ref(6, () => NodeDaemonEndpoints)
    .byValue()
    .describe("Ports of the node's own services."),
  nodeInfo: ref(7, () => NodeSystemInfo)
    .byValue()
    .describe("Versions and ids of the node's software."),
  images: list(8, () => ContainerImage)
    .atomic()
    .describe('Images that the node has.'),
  volumesInUse: list(9, string()).atomic().describe('Volumes that are mounted on the node.'),
  volumesAttached: list(10, () => AttachedVolume)
    .atomic()
    .describe('Volumes that are attached to the node.'),
  config: ref(11, () => NodeConfigStatus).describe('No longer used.'),
  runtimeHandlers: list(12, () => NodeRuntimeHandler)
    .atomic()
    .describe('Runtimes that the node offers.'),
  features: ref(13, () => NodeFeatures).describe("Optional abilities of the node's runtime."),
  declaredFeatures: list(14, string()).atomic().describe('Abilities that the node announces to the scheduler.'),
});
export type NodeStatus = Infer<typeof NodeStatus>;

export const NodeAddress = object('io.k8s.api.core.v1.NodeAddress', {
  type: string(1).required().describe('Hostname, InternalIP, ExternalIP, InternalDNS or ExternalDNS.'),
  address: string(2).required().describe('The address.'),
});
export type NodeAddress = Infer<typeof NodeAddress>;

export const NodeCondition = object('io.k8s.api.core.v1.NodeCondition', {
  type: string(1).required().describe('What is judged: Ready, MemoryPressure, DiskPressure, PIDPressure or NetworkUnavailable.'),
  status: string(2).required().describe('True, False or Unknown.'),
  lastHeartbeatTime: ref(3, () => Time).describe('When the node last said so.'),
  lastTransitionTime: ref(4, () => Time).describe('When the status last changed.'),
  reason: string(5).describe('One word that says why.'),
  message: string(6).describe('A sentence for people.'),
});
export type NodeCondition = Infer<typeof NodeCondition>;

export const NodeDaemonEndpoints = object('io.k8s.api.core.v1.NodeDaemonEndpoints', {
  kubeletEndpoint: ref(1, () => DaemonEndpoint)
    .byValue()
    .describe("Where the node's agent listens."),
});
export type NodeDaemonEndpoints = Infer<typeof NodeDaemonEndpoints>;

export const DaemonEndpoint = object('io.k8s.api.core.v1.DaemonEndpoint', {
  Port: int32(1).required().default(0).describe('Port number.'),
});
export type DaemonEndpoint = Infer<typeof DaemonEndpoint>;

export const NodeFeatures = object('io.k8s.api.core.v1.NodeFeatures', {
  supplementalGroupsPolicy: boolean(1).keepsZero().describe('Whether the runtime can leave out the groups of the image.'),
});
export type NodeFeatures = Infer<typeof NodeFeatures>;

export const NodeRuntimeHandler = object('io.k8s.api.core.v1.NodeRuntimeHandler', {
  name: string(1).keepsZero().describe('Name of the runtime; empty for the default one.'),
  features: ref(2, () => NodeRuntimeHandlerFeatures).describe('What it can do.'),
});
export type NodeRuntimeHandler = Infer<typeof NodeRuntimeHandler>;

export const NodeRuntimeHandlerFeatures = object('io.k8s.api.core.v1.NodeRuntimeHandlerFeatures', {
  recursiveReadOnlyMounts: boolean(1).keepsZero().describe('Whether mounts can be made read-only all the way down.'),
  userNamespaces: boolean(2).keepsZero().describe('Whether pods can have users of their own.'),
});
export type NodeRuntimeHandlerFeatures = Infer<typeof NodeRuntimeHandlerFeatures>;

export const NodeSwapStatus = object('io.k8s.api.core.v1.NodeSwapStatus', {
  capacity: int64(1).keepsZero().describe('Swap in bytes.'),
});
export type NodeSwapStatus = Infer<typeof NodeSwapStatus>;

export const NodeSystemInfo = object('io.k8s.api.core.v1.NodeSystemInfo', {
  machineID: string(1).required().default('').describe("Id of the machine's installation."),
  systemUUID: string(2).required().default('').describe("Id of the machine's hardware."),
  bootID: string(3).required().default('').describe('Id of the present boot.'),
  kernelVersion: string(4).required().default('').describe('Version of the kernel.'),
  osImage: string(5).required().default('').describe('Name of the operating system.'),
  containerRuntimeVersion: string(6).required().default('').describe('Name and version of the container runtime.'),
  kubeletVersion: string(7).required().default('').describe("Version of the node's agent."),
  kubeProxyVersion: string(8).required().default('').describe('No longer used.'),
  operatingSystem: string(9).required().default('').describe('linux or windows.'),
  architecture: string(10).required().default('').describe('Processor architecture, such as amd64.'),
  swap: ref(11, () => NodeSwapStatus).describe('Swap of the machine.'),
});
export type NodeSystemInfo = Infer<typeof NodeSystemInfo>;

export const ContainerImage = object('io.k8s.api.core.v1.ContainerImage', {
  names: list(1, string()).atomic().describe('All names of the image.'),
  sizeBytes: int64(2).describe('Size of the image in bytes.'),
});
export type ContainerImage = Infer<typeof ContainerImage>;

export const AttachedVolume = object('io.k8s.api.core.v1.AttachedVolume', {
  name: string(1).required().describe('Name of the volume.'),
  devicePath: string(2).required().describe('Device under which it is attached.'),
});
export type AttachedVolume = Infer<typeof AttachedVolume>;
