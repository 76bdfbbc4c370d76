import { boolean, int32, int64, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { Affinity, TopologySpreadConstraint } from './affinity.ts';
import { Container, EphemeralContainer } from './container.ts';
import { ResourceRequirements } from './resources.ts';
import { PodSecurityContext } from './security-context.ts';
import { Volume } from './volume.ts';
import { LocalObjectReference } from '../references.ts';
import { Toleration } from '../toleration.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { Quantity } from '../../meta/quantity.ts';

export const PodSpec = object('io.k8s.api.core.v1.PodSpec', {
  volumes: list(1, () => Volume)
    .mapBy('name')
    .patch('merge,retainKeys', 'name')
    .describe('Storage that its containers may mount.'),
  containers: list(2, () => Container)
    .required()
    .mapBy('name')
    .patch('merge', 'name')
    .describe('The containers. They cannot be added or removed later.'),
  restartPolicy: string(3)
    .enum('Always', 'OnFailure', 'Never')
    .default('Always')
    .describe('Whether containers that end are started again: Always, OnFailure or Never.'),
  terminationGracePeriodSeconds: int64(4)
    .keepsZero()
    .default(30)
    .describe('How long its processes have to end by themselves before they are killed.'),
  activeDeadlineSeconds: int64(5).keepsZero().describe('How long the pod may run before it is ended.'),
  dnsPolicy: string(6)
    .enum('ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None')
    .default('ClusterFirst')
    .describe(
      'Whom its containers ask for names: ClusterFirst, ClusterFirstWithHostNet, Default (as the node does) or None (only dnsConfig).',
    ),
  nodeSelector: map(7, string()).atomicMap().describe('Labels that its node must have.'),
  serviceAccountName: string(8).describe('Identity of its programs towards the API.'),
  serviceAccount: string(9).describe('Old name of serviceAccountName.'),
  nodeName: string(10).describe('Node that it is on. Set by the scheduler, or by whoever bypasses it.'),
  hostNetwork: boolean(11).describe("Whether it uses the node's network instead of one of its own."),
  hostPID: boolean(12).describe("Whether it sees the node's processes."),
  hostIPC: boolean(13).describe("Whether it shares the node's inter-process communication."),
  securityContext: ref(14, () => PodSecurityContext)
    .byValue()
    .describe('Users, groups and profiles for all its containers.'),
  imagePullSecrets: list(15, () => LocalObjectReference)
    .mapBy('name')
    .patch('merge', 'name')
    .describe('Secrets with credentials for its images.'),
  hostname: string(16).describe('Host name inside the pod; its own name when nothing is said.'),
  subdomain: string(17).describe('With hostname, gives it a name in DNS below this service.'),
  affinity: ref(18, () => Affinity).describe('Which nodes, and which other pods, it likes or avoids.'),
  schedulerName: string(19).default('default-scheduler').describe('Scheduler that places it.'),
  initContainers: list(20, () => Container)
    .mapBy('name')
    .patch('merge', 'name')
    .describe('Run one after another before the containers start. One with restartPolicy Always keeps running beside them.'),
  automountServiceAccountToken: boolean(21).keepsZero().describe('Whether its containers get a token of that identity.'),
  tolerations: list(22, () => Toleration)
    .atomic()
    .describe('Taints of nodes that it does not mind.'),
  hostAliases: list(23, () => HostAlias)
    .mapBy('ip')
    .patch('merge', 'ip')
    .describe('Lines for its hosts file.'),
  priorityClassName: string(24).describe('Name of its priority.'),
  priority: int32(25).keepsZero().describe('Its priority as a number; filled from the class.'),
  dnsConfig: ref(26, () => PodDNSConfig).describe('Settings for names, beside those of dnsPolicy.'),
  shareProcessNamespace: boolean(27).keepsZero().describe("Whether its containers see each other's processes."),
  readinessGates: list(28, () => PodReadinessGate)
    .atomic()
    .describe('Conditions that must be true, beside its containers, before it is ready.'),
  runtimeClassName: string(29).keepsZero().describe('Runtime that its containers need.'),
  enableServiceLinks: boolean(30).keepsZero().describe('Whether services are told by environment variables.'),
  preemptionPolicy: string(31)
    .keepsZero()
    .enum('PreemptLowerPriority', 'Never')
    .describe('Whether pods of less priority may be ended to make room for it.'),
  overhead: map(32, () => Quantity).describe('What the runtime itself needs, beside the containers.'),
  topologySpreadConstraints: list(33, () => TopologySpreadConstraint)
    .mapBy('topologyKey', 'whenUnsatisfiable')
    .patch('merge', 'topologyKey')
    .describe('How pods are spread over zones, nodes or the like.'),
  ephemeralContainers: list(34, () => EphemeralContainer)
    .mapBy('name')
    .patch('merge', 'name')
    .describe('Added to a running pod to look at it; never restarted.'),
  setHostnameAsFQDN: boolean(35).keepsZero().describe('Whether the host name is the full one.'),
  os: ref(36, () => PodOS).describe('Operating system of its containers.'),
  hostUsers: boolean(37).keepsZero().describe("Whether its users are the node's; false gives it users of its own."),
  schedulingGates: list(38, () => PodSchedulingGate)
    .mapBy('name')
    .patch('merge', 'name')
    .describe('Reasons not to place it yet; others take them off.'),
  resourceClaims: list(39, () => PodResourceClaim)
    .mapBy('name')
    .patch('merge,retainKeys', 'name')
    .describe('Devices that it needs.'),
  resources: ref(40, () => ResourceRequirements).describe('What all its containers together need and may use.'),
  hostnameOverride: string(41).keepsZero().describe('Host name inside the pod, whatever else is said.'),
  schedulingGroup: ref(43, () => PodSchedulingGroup).describe('Pods that are to be placed together with it.'),
});
export type PodSpec = Infer<typeof PodSpec>;

export const PodTemplateSpec = object('io.k8s.api.core.v1.PodTemplateSpec', {
  metadata: ref(1, () => ObjectMeta)
    .byValue()
    .describe('Labels and annotations of each pod.'),
  spec: ref(2, () => PodSpec)
    .always()
    .describe('What each pod is to be.'),
});
export type PodTemplateSpec = Infer<typeof PodTemplateSpec>;

export const PodOS = object('io.k8s.api.core.v1.PodOS', {
  name: string(1).required().describe('linux or windows.'),
});
export type PodOS = Infer<typeof PodOS>;

export const PodReadinessGate = object('io.k8s.api.core.v1.PodReadinessGate', {
  conditionType: string(1).required().describe('Condition that must be true.'),
});
export type PodReadinessGate = Infer<typeof PodReadinessGate>;

export const PodSchedulingGate = object('io.k8s.api.core.v1.PodSchedulingGate', {
  name: string(1).required().describe('Name of the gate.'),
});
export type PodSchedulingGate = Infer<typeof PodSchedulingGate>;

export const PodSchedulingGroup = object(
  'io.k8s.api.core.v1.PodSchedulingGroup',
  {
    podGroupName: string(1).keepsZero().describe('Name of the group.'),
  },
  { extensions: { 'x-kubernetes-unions': [{ 'fields-to-discriminateBy': { podGroupName: 'PodGroupName' } }] } },
);
export type PodSchedulingGroup = Infer<typeof PodSchedulingGroup>;

export const PodResourceClaim = object('io.k8s.api.core.v1.PodResourceClaim', {
  name: string(1).required().describe('Name by which containers refer to the claim.'),
  resourceClaimName: string(3).keepsZero().describe('A claim that exists.'),
  resourceClaimTemplateName: string(4).keepsZero().describe('A template from which a claim of its own is made.'),
});
export type PodResourceClaim = Infer<typeof PodResourceClaim>;

export const HostAlias = object('io.k8s.api.core.v1.HostAlias', {
  ip: string(1).required().describe('Address.'),
  hostnames: list(2, string()).atomic().describe('Names for that address.'),
});
export type HostAlias = Infer<typeof HostAlias>;

export const PodDNSConfig = object('io.k8s.api.core.v1.PodDNSConfig', {
  nameservers: list(1, string()).atomic().describe('Addresses of servers to ask.'),
  searches: list(2, string()).atomic().describe('Domains to look in for short names.'),
  options: list(3, () => PodDNSConfigOption)
    .atomic()
    .describe('Options of the resolver.'),
});
export type PodDNSConfig = Infer<typeof PodDNSConfig>;

export const PodDNSConfigOption = object('io.k8s.api.core.v1.PodDNSConfigOption', {
  name: string(1).describe('Name of the option.'),
  value: string(2).keepsZero().describe('Value of the option, if it has one.'),
});
export type PodDNSConfigOption = Infer<typeof PodDNSConfigOption>;
