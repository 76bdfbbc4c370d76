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
    .patch('merge,retainKeys', 'name'),
  containers: list(2, () => Container)
    .required()
    .mapBy('name')
    .patch('merge', 'name'),
  restartPolicy: string(3).enum('Always', 'OnFailure', 'Never').default('Always'),
  terminationGracePeriodSeconds: int64(4).keepsZero().default(30),
  activeDeadlineSeconds: int64(5).keepsZero(),
  dnsPolicy: string(6).enum('ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None').default('ClusterFirst'),
  nodeSelector: map(7, string()).atomicMap(),
  serviceAccountName: string(8),
  serviceAccount: string(9),
  nodeName: string(10),
  hostNetwork: boolean(11),
  hostPID: boolean(12),
  hostIPC: boolean(13),
  securityContext: ref(14, () => PodSecurityContext).byValue(),
  imagePullSecrets: list(15, () => LocalObjectReference)
    .mapBy('name')
    .patch('merge', 'name'),
  hostname: string(16),
  subdomain: string(17),
  affinity: ref(18, () => Affinity),
  schedulerName: string(19).default('default-scheduler'),
  initContainers: list(20, () => Container)
    .mapBy('name')
    .patch('merge', 'name'),
  automountServiceAccountToken: boolean(21).keepsZero(),
  tolerations: list(22, () => Toleration).atomic(),
  hostAliases: list(23, () => HostAlias)
    .mapBy('ip')
    .patch('merge', 'ip'),
  priorityClassName: string(24),
  priority: int32(25).keepsZero(),
  dnsConfig: ref(26, () => PodDNSConfig),
  shareProcessNamespace: boolean(27).keepsZero(),
  readinessGates: list(28, () => PodReadinessGate).atomic(),
  runtimeClassName: string(29).keepsZero(),
  enableServiceLinks: boolean(30).keepsZero(),
  preemptionPolicy: string(31).keepsZero().enum('PreemptLowerPriority', 'Never'),
  overhead: map(32, () => Quantity),
  topologySpreadConstraints: list(33, () => TopologySpreadConstraint)
    .mapBy('topologyKey', 'whenUnsatisfiable')
    .patch('merge', 'topologyKey'),
  ephemeralContainers: list(34, () => EphemeralContainer)
    .mapBy('name')
    .patch('merge', 'name'),
  setHostnameAsFQDN: boolean(35).keepsZero(),
  os: ref(36, () => PodOS),
  hostUsers: boolean(37).keepsZero(),
  schedulingGates: list(38, () => PodSchedulingGate)
    .mapBy('name')
    .patch('merge', 'name'),
  resourceClaims: list(39, () => PodResourceClaim)
    .mapBy('name')
    .patch('merge,retainKeys', 'name'),
  resources: ref(40, () => ResourceRequirements),
  hostnameOverride: string(41).keepsZero(),
  schedulingGroup: ref(43, () => PodSchedulingGroup),
});
export type PodSpec = Infer<typeof PodSpec>;

export const PodTemplateSpec = object('io.k8s.api.core.v1.PodTemplateSpec', {
  metadata: ref(1, () => ObjectMeta).byValue(),
  spec: ref(2, () => PodSpec).always(),
});
export type PodTemplateSpec = Infer<typeof PodTemplateSpec>;

export const PodOS = object('io.k8s.api.core.v1.PodOS', {
  name: string(1).required(),
});
export type PodOS = Infer<typeof PodOS>;

export const PodReadinessGate = object('io.k8s.api.core.v1.PodReadinessGate', {
  conditionType: string(1).required(),
});
export type PodReadinessGate = Infer<typeof PodReadinessGate>;

export const PodSchedulingGate = object('io.k8s.api.core.v1.PodSchedulingGate', {
  name: string(1).required(),
});
export type PodSchedulingGate = Infer<typeof PodSchedulingGate>;

export const PodSchedulingGroup = object(
  'io.k8s.api.core.v1.PodSchedulingGroup',
  {
    podGroupName: string(1).keepsZero(),
  },
  { extensions: { 'x-kubernetes-unions': [{ 'fields-to-discriminateBy': { podGroupName: 'PodGroupName' } }] } },
);
export type PodSchedulingGroup = Infer<typeof PodSchedulingGroup>;

export const PodResourceClaim = object('io.k8s.api.core.v1.PodResourceClaim', {
  name: string(1).required(),
  resourceClaimName: string(3).keepsZero(),
  resourceClaimTemplateName: string(4).keepsZero(),
});
export type PodResourceClaim = Infer<typeof PodResourceClaim>;

export const HostAlias = object('io.k8s.api.core.v1.HostAlias', {
  ip: string(1).required(),
  hostnames: list(2, string()).atomic(),
});
export type HostAlias = Infer<typeof HostAlias>;

export const PodDNSConfig = object('io.k8s.api.core.v1.PodDNSConfig', {
  nameservers: list(1, string()).atomic(),
  searches: list(2, string()).atomic(),
  options: list(3, () => PodDNSConfigOption).atomic(),
});
export type PodDNSConfig = Infer<typeof PodDNSConfig>;

export const PodDNSConfigOption = object('io.k8s.api.core.v1.PodDNSConfigOption', {
  name: string(1),
  value: string(2).keepsZero(),
});
export type PodDNSConfigOption = Infer<typeof PodDNSConfigOption>;
