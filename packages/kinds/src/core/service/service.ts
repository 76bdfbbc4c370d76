import { boolean, int32, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { LoadBalancerStatus } from '../load-balancer-status.ts';
import { Condition } from '../../meta/condition.ts';
import { IntOrString } from '../../meta/int-or-string.ts';
import { topLevel } from '../../meta/top-level.ts';

export const Service = topLevel('io.k8s.api.core.v1.Service', {
  spec: ref(2, () => ServiceSpec).always(),
  status: ref(3, () => ServiceStatus).byValue(),
});
export type Service = Infer<typeof Service>;

export const ServiceSpec = object('io.k8s.api.core.v1.ServiceSpec', {
  ports: list(1, () => ServicePort)
    .mapBy('port', 'protocol')
    .patch('merge', 'port'),
  selector: map(2, string()).atomicMap(),
  clusterIP: string(3),
  type: string(4).enum('ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort').default('ClusterIP'),
  externalIPs: list(5, string()).atomic(),
  sessionAffinity: string(7).enum('ClientIP', 'None').default('None'),
  loadBalancerIP: string(8),
  loadBalancerSourceRanges: list(9, string()).atomic(),
  externalName: string(10),
  externalTrafficPolicy: string(11),
  healthCheckNodePort: int32(12),
  publishNotReadyAddresses: boolean(13),
  sessionAffinityConfig: ref(14, () => SessionAffinityConfig),
  ipFamilyPolicy: string(17).keepsZero(),
  clusterIPs: list(18, string()).atomic(),
  ipFamilies: list(19, string()).atomic(),
  allocateLoadBalancerNodePorts: boolean(20).keepsZero(),
  loadBalancerClass: string(21).keepsZero(),
  internalTrafficPolicy: string(22).keepsZero().enum('Cluster', 'Local'),
  trafficDistribution: string(23).keepsZero(),
});
export type ServiceSpec = Infer<typeof ServiceSpec>;

export const ServicePort = object('io.k8s.api.core.v1.ServicePort', {
  name: string(1),
  protocol: string(2).enum('TCP', 'UDP', 'SCTP').default('TCP'),
  port: int32(3).required(),
  targetPort: ref(4, () => IntOrString),
  nodePort: int32(5),
  appProtocol: string(6).keepsZero(),
});
export type ServicePort = Infer<typeof ServicePort>;

export const ServiceStatus = object('io.k8s.api.core.v1.ServiceStatus', {
  loadBalancer: ref(1, () => LoadBalancerStatus).byValue(),
  conditions: list(2, () => Condition)
    .mapBy('type')
    .patch('merge', 'type'),
});
export type ServiceStatus = Infer<typeof ServiceStatus>;

export const SessionAffinityConfig = object('io.k8s.api.core.v1.SessionAffinityConfig', {
  clientIP: ref(1, () => ClientIPConfig),
});
export type SessionAffinityConfig = Infer<typeof SessionAffinityConfig>;

export const ClientIPConfig = object('io.k8s.api.core.v1.ClientIPConfig', {
  timeoutSeconds: int32(1).keepsZero(),
});
export type ClientIPConfig = Infer<typeof ClientIPConfig>;
