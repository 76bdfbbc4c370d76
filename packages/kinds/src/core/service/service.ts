import { boolean, int32, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { LoadBalancerStatus } from '../load-balancer-status.ts';
import { Condition } from '../../meta/condition.ts';
import { IntOrString } from '../../meta/int-or-string.ts';
import { topLevel } from '../../meta/top-level.ts';

export const Service = topLevel(
  'io.k8s.api.core.v1.Service',
  {
    spec: ref(2, () => ServiceSpec)
      .always()
      .describe('Which pods, and how they are reached.'),
    status: ref(3, () => ServiceStatus)
      .byValue()
      .describe('What balancers have made of it.'),
  },
  { description: 'One address for a set of pods.' },
);
export type Service = Infer<typeof Service>;

export const ServiceSpec = object('io.k8s.api.core.v1.ServiceSpec', {
  ports: list(1, () => ServicePort)
    .mapBy('port', 'protocol')
    .patch('merge', 'port')
    .describe('Ports of the service.'),
  selector: map(2, string())
    .atomicMap()
    .describe('Labels of the pods behind it. Without a selector, its endpoints are made by someone else.'),
  clusterIP: string(3).describe('Its address. Given by the server unless chosen; None for no address of its own (headless).'),
  type: string(4)
    .enum('ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort')
    .default('ClusterIP')
    .describe(
      'ClusterIP inside the cluster, NodePort on every node too, LoadBalancer through a balancer too, ExternalName for a name elsewhere.',
    ),
  externalIPs: list(5, string()).atomic().describe('Further addresses at which nodes accept traffic for it.'),
  sessionAffinity: string(7).enum('ClientIP', 'None').default('None').describe('ClientIP keeps each client with one pod; None does not.'),
  loadBalancerIP: string(8).describe('Address wanted of the balancer, where it can be wished.'),
  loadBalancerSourceRanges: list(9, string()).atomic().describe('Ranges that may reach the balancer.'),
  externalName: string(10).describe('Name that stands for an ExternalName service in DNS.'),
  externalTrafficPolicy: string(11).describe(
    'Cluster spreads traffic from outside over all pods, Local keeps it on the node and its source address with it.',
  ),
  healthCheckNodePort: int32(12).describe('Port on which balancers ask whether a node has pods of it.'),
  publishNotReadyAddresses: boolean(13).describe('Whether pods are listed before they are ready.'),
  sessionAffinityConfig: ref(14, () => SessionAffinityConfig).describe('How affinity works.'),
  ipFamilyPolicy: string(17).keepsZero().describe('SingleStack, PreferDualStack or RequireDualStack.'),
  clusterIPs: list(18, string()).atomic().describe('All its addresses, one a family; the first is clusterIP.'),
  ipFamilies: list(19, string()).atomic().describe('IPv4, IPv6 or both.'),
  allocateLoadBalancerNodePorts: boolean(20).keepsZero().describe('Whether a balanced service gets node ports.'),
  loadBalancerClass: string(21).keepsZero().describe('Which kind of balancer shall serve it.'),
  internalTrafficPolicy: string(22)
    .keepsZero()
    .enum('Cluster', 'Local')
    .describe('Cluster spreads traffic from inside over all pods, Local keeps it on the node.'),
  trafficDistribution: string(23).keepsZero().describe('Which endpoints are preferred, such as those in the same zone.'),
});
export type ServiceSpec = Infer<typeof ServiceSpec>;

export const ServicePort = object('io.k8s.api.core.v1.ServicePort', {
  name: string(1).describe('Name of the port; needed when there are several.'),
  protocol: string(2).enum('TCP', 'UDP', 'SCTP').default('TCP').describe('TCP, UDP or SCTP.'),
  port: int32(3).required().describe('Port of the service.'),
  targetPort: ref(4, () => IntOrString).describe('Port of the pods, by number or name. The same number when nothing is said.'),
  nodePort: int32(5).describe('Port on every node, for NodePort and LoadBalancer.'),
  appProtocol: string(6).keepsZero().describe('Protocol of the application, such as kubernetes.io/h2c.'),
});
export type ServicePort = Infer<typeof ServicePort>;

export const ServiceStatus = object('io.k8s.api.core.v1.ServiceStatus', {
  loadBalancer: ref(1, () => LoadBalancerStatus)
    .byValue()
    .describe('Where the balancer can be reached.'),
  conditions: list(2, () => Condition)
    .mapBy('type')
    .patch('merge', 'type')
    .describe('State of the service.'),
});
export type ServiceStatus = Infer<typeof ServiceStatus>;

export const SessionAffinityConfig = object('io.k8s.api.core.v1.SessionAffinityConfig', {
  clientIP: ref(1, () => ClientIPConfig).describe('Settings of ClientIP affinity.'),
});
export type SessionAffinityConfig = Infer<typeof SessionAffinityConfig>;

export const ClientIPConfig = object('io.k8s.api.core.v1.ClientIPConfig', {
  timeoutSeconds: int32(1)
    .keepsZero()
    .describe('How long a client stays with its pod after its last connection; three hours when nothing is said.'),
});
export type ClientIPConfig = Infer<typeof ClientIPConfig>;
