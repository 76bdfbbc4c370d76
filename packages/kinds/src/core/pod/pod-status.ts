import { int64, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { ContainerStatus } from './container-status.ts';
import { ResourceRequirements } from './resources.ts';
import { Quantity } from '../../meta/quantity.ts';
import { Time } from '../../meta/time.ts';

export const PodStatus = object('io.k8s.api.core.v1.PodStatus', {
  phase: string(1).describe('Pending, Running, Succeeded, Failed or Unknown.'),
  conditions: list(2, () => PodCondition)
    .mapBy('type')
    .patch('merge', 'type')
    .describe('How far the pod has come.'),
  message: string(3).describe('Why it is so, for people.'),
  reason: string(4).describe('Why it is so, in one word, such as Evicted.'),
  hostIP: string(5).describe('Address of its node.'),
  podIP: string(6).describe('Address of the pod.'),
  startTime: ref(7, () => Time).describe('When its node took it over.'),
  containerStatuses: list(8, () => ContainerStatus)
    .atomic()
    .describe('State of its containers.'),
  qosClass: string(9).describe('Guaranteed, Burstable or BestEffort: who gives way first when memory runs out.'),
  initContainerStatuses: list(10, () => ContainerStatus)
    .atomic()
    .describe('State of its init containers.'),
  nominatedNodeName: string(11).describe('Node on which room is being made for it.'),
  podIPs: list(12, () => PodIP)
    .mapBy('ip')
    .patch('merge', 'ip')
    .describe('Addresses of the pod, at most one a family.'),
  ephemeralContainerStatuses: list(13, () => ContainerStatus)
    .atomic()
    .describe('State of its ephemeral containers.'),
  resize: string(14).describe('How a change of its resources goes.'),
  resourceClaimStatuses: list(15, () => PodResourceClaimStatus)
    .mapBy('name')
    .patch('merge,retainKeys', 'name')
    .describe('Claims that were made for it.'),
  hostIPs: list(16, () => HostIP)
    .atomic()
    .patch('merge', 'ip')
    .describe('Addresses of its node.'),
  observedGeneration: int64(17).describe('The generation of the object that this status was made from.'),
  extendedResourceClaimStatus: ref(18, () => PodExtendedResourceClaimStatus).describe('The claim that stands for its extended resources.'),
  allocatedResources: map(19, () => Quantity).describe('What its node has set aside for it.'),
  resources: ref(20, () => ResourceRequirements).describe('What its containers together were given.'),
  nodeAllocatableResourceClaimStatuses: list(21, () => NodeAllocatableResourceClaimStatus)
    .atomic()
    .describe('What its claims take of the node.'),
});
export type PodStatus = Infer<typeof PodStatus>;

export const PodCondition = object('io.k8s.api.core.v1.PodCondition', {
  type: string(1).required().describe('What is judged: PodScheduled, Initialized, ContainersReady, Ready and others.'),
  status: string(2).required().describe('True, False or Unknown.'),
  lastProbeTime: ref(3, () => Time).describe('When the condition was last checked.'),
  lastTransitionTime: ref(4, () => Time).describe('When the status last changed.'),
  reason: string(5).describe('One word that says why.'),
  message: string(6).describe('A sentence for people.'),
  observedGeneration: int64(7).describe('The generation of the object that this status was made from.'),
});
export type PodCondition = Infer<typeof PodCondition>;

export const PodIP = object('io.k8s.api.core.v1.PodIP', {
  ip: string(1).required().describe('The address.'),
});
export type PodIP = Infer<typeof PodIP>;

export const HostIP = object('io.k8s.api.core.v1.HostIP', {
  ip: string(1).required().describe('The address.'),
});
export type HostIP = Infer<typeof HostIP>;

export const PodResourceClaimStatus = object('io.k8s.api.core.v1.PodResourceClaimStatus', {
  name: string(1).required().describe('Name of the claim in the pod.'),
  resourceClaimName: string(2).keepsZero().describe('Name of the claim that was made.'),
});
export type PodResourceClaimStatus = Infer<typeof PodResourceClaimStatus>;

export const PodExtendedResourceClaimStatus = object('io.k8s.api.core.v1.PodExtendedResourceClaimStatus', {
  requestMappings: list(1, () => ContainerExtendedResourceRequest)
    .required()
    .atomic()
    .describe('Which request stands for which resource of a container.'),
  resourceClaimName: string(2).required().describe('Name of the claim.'),
});
export type PodExtendedResourceClaimStatus = Infer<typeof PodExtendedResourceClaimStatus>;

export const ContainerExtendedResourceRequest = object('io.k8s.api.core.v1.ContainerExtendedResourceRequest', {
  containerName: string(1).required().describe('The container.'),
  resourceName: string(2).required().describe('The resource.'),
  requestName: string(3).required().describe('The request.'),
});
export type ContainerExtendedResourceRequest = Infer<typeof ContainerExtendedResourceRequest>;

export const NodeAllocatableResourceClaimStatus = object('io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus', {
  resourceClaimName: string(1).required().describe('Name of the claim.'),
  containers: list(2, string()).set().describe('Containers that use it.'),
  resources: map(3, () => Quantity)
    .required()
    .describe('What it takes.'),
});
export type NodeAllocatableResourceClaimStatus = Infer<typeof NodeAllocatableResourceClaimStatus>;
