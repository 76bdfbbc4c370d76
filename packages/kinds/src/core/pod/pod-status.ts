import { int64, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { ContainerStatus } from './container-status.ts';
import { ResourceRequirements } from './resources.ts';
import { Quantity } from '../../meta/quantity.ts';
import { Time } from '../../meta/time.ts';

export const PodStatus = object('io.k8s.api.core.v1.PodStatus', {
  phase: string(1),
  conditions: list(2, () => PodCondition)
    .mapBy('type')
    .patch('merge', 'type'),
  message: string(3),
  reason: string(4),
  hostIP: string(5),
  podIP: string(6),
  startTime: ref(7, () => Time),
  containerStatuses: list(8, () => ContainerStatus).atomic(),
  qosClass: string(9),
  initContainerStatuses: list(10, () => ContainerStatus).atomic(),
  nominatedNodeName: string(11),
  podIPs: list(12, () => PodIP)
    .mapBy('ip')
    .patch('merge', 'ip'),
  ephemeralContainerStatuses: list(13, () => ContainerStatus).atomic(),
  resize: string(14),
  resourceClaimStatuses: list(15, () => PodResourceClaimStatus)
    .mapBy('name')
    .patch('merge,retainKeys', 'name'),
  hostIPs: list(16, () => HostIP)
    .atomic()
    .patch('merge', 'ip'),
  observedGeneration: int64(17),
  extendedResourceClaimStatus: ref(18, () => PodExtendedResourceClaimStatus),
  allocatedResources: map(19, () => Quantity),
  resources: ref(20, () => ResourceRequirements),
  nodeAllocatableResourceClaimStatuses: list(21, () => NodeAllocatableResourceClaimStatus).atomic(),
});
export type PodStatus = Infer<typeof PodStatus>;

export const PodCondition = object('io.k8s.api.core.v1.PodCondition', {
  type: string(1).required(),
  status: string(2).required(),
  lastProbeTime: ref(3, () => Time),
  lastTransitionTime: ref(4, () => Time),
  reason: string(5),
  message: string(6),
  observedGeneration: int64(7),
});
export type PodCondition = Infer<typeof PodCondition>;

export const PodIP = object('io.k8s.api.core.v1.PodIP', {
  ip: string(1).required(),
});
export type PodIP = Infer<typeof PodIP>;

export const HostIP = object('io.k8s.api.core.v1.HostIP', {
  ip: string(1).required(),
});
export type HostIP = Infer<typeof HostIP>;

export const PodResourceClaimStatus = object('io.k8s.api.core.v1.PodResourceClaimStatus', {
  name: string(1).required(),
  resourceClaimName: string(2).keepsZero(),
});
export type PodResourceClaimStatus = Infer<typeof PodResourceClaimStatus>;

export const PodExtendedResourceClaimStatus = object('io.k8s.api.core.v1.PodExtendedResourceClaimStatus', {
  requestMappings: list(1, () => ContainerExtendedResourceRequest)
    .required()
    .atomic(),
  resourceClaimName: string(2).required(),
});
export type PodExtendedResourceClaimStatus = Infer<typeof PodExtendedResourceClaimStatus>;

export const ContainerExtendedResourceRequest = object('io.k8s.api.core.v1.ContainerExtendedResourceRequest', {
  containerName: string(1).required(),
  resourceName: string(2).required(),
  requestName: string(3).required(),
});
export type ContainerExtendedResourceRequest = Infer<typeof ContainerExtendedResourceRequest>;

export const NodeAllocatableResourceClaimStatus = object('io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus', {
  resourceClaimName: string(1).required(),
  containers: list(2, string()).set(),
  resources: map(3, () => Quantity).required(),
});
export type NodeAllocatableResourceClaimStatus = Infer<typeof NodeAllocatableResourceClaimStatus>;
