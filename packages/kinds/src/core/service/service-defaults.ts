import { sameValue } from '../../meta/immutable.ts';
import type { Service, ServicePort, ServiceSpec } from './service.ts';

const clientIpTimeoutSecondsDefault = 10_800;

export const isHeadless = ({ clusterIP }: ServiceSpec): boolean => clusterIP === 'None';
const opensNodePorts = ({ type }: ServiceSpec): boolean => type === 'NodePort' || type === 'LoadBalancer';

/** `v1.SetDefaults_Service`, and what the service registry of Kubernetes fills in for a cluster of one address family. */
export function defaultService({ spec }: Service): void {
  if (spec.sessionAffinity === 'ClientIP') {
    spec.sessionAffinityConfig ??= {};
    spec.sessionAffinityConfig.clientIP = { timeoutSeconds: clientIpTimeoutSecondsDefault, ...spec.sessionAffinityConfig.clientIP };
  } else if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  for (const port of spec.ports ?? [])
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port;
  if (spec.type === 'ExternalName') return;
  spec.internalTrafficPolicy ??= 'Cluster';
  if (opensNodePorts(spec) || (spec.externalIPs ?? []).length > 0) spec.externalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
  defaultAddresses(spec);
}

/** `clusterIP` is the first of `clusterIPs`; a headless service without selector may have endpoints of any family. */
function defaultAddresses(spec: ServiceSpec): void {
  if ((spec.clusterIP ?? '') !== '' && (spec.clusterIPs ?? []).length === 0) spec.clusterIPs = [spec.clusterIP ?? ''];
  else if (spec.clusterIP === undefined && spec.clusterIPs?.[0] !== undefined) spec.clusterIP = spec.clusterIPs[0];
  const anyFamily = isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0;
  spec.ipFamilyPolicy ??= anyFamily ? 'RequireDualStack' : 'SingleStack';
  spec.ipFamilies ??= anyFamily ? ['IPv4', 'IPv6'] : ['IPv4'];
}

/** A client that leaves allocated values away on update means to keep them. */
export function keepAllocated(draft: Service, old: Service): void {
  const [spec, before] = [draft.spec, old.spec];
  dropForeignFields(spec, before);
  if (spec.type === 'ExternalName') return;
  if (before.type !== 'ExternalName' && (spec.clusterIP ?? '') === '' && (spec.clusterIPs ?? []).length === 0) {
    if (before.clusterIP !== undefined) spec.clusterIP = before.clusterIP;
    if (before.clusterIPs !== undefined) spec.clusterIPs = [...before.clusterIPs];
  }
  if (opensNodePorts(spec) && opensNodePorts(before)) keepNodePorts(spec.ports ?? [], before.ports ?? []);
  if (before.healthCheckNodePort !== undefined && spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local')
    spec.healthCheckNodePort ??= before.healthCheckNodePort;
}

function keepNodePorts(ports: readonly ServicePort[], before: readonly ServicePort[]): void {
  const taken = new Set(ports.map(({ nodePort }) => nodePort));
  for (const port of ports) {
    if ((port.nodePort ?? 0) !== 0) continue;
    const same = before.find((one) => one.port === port.port && one.protocol === port.protocol);
    if (same?.nodePort !== undefined && !taken.has(same.nodePort)) port.nodePort = same.nodePort;
  }
}

/** Values of a type that the service no longer has go with it, if the client only carried them along. */
function dropForeignFields(spec: ServiceSpec, before: ServiceSpec): void {
  if (spec.type === before.type) return;
  const carried = <K extends keyof ServiceSpec>(key: K): boolean => sameValue(spec[key], before[key]);
  if (spec.type === 'ExternalName') {
    for (const key of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy'] as const)
      if (carried(key)) delete spec[key];
  }
  if (!opensNodePorts(spec)) {
    for (const [index, port] of (spec.ports ?? []).entries()) if (port.nodePort === before.ports?.[index]?.nodePort) delete port.nodePort;
    if ((spec.externalIPs ?? []).length === 0 && carried('externalTrafficPolicy')) delete spec.externalTrafficPolicy;
  }
  if (spec.type !== 'LoadBalancer') {
    for (const key of ['allocateLoadBalancerNodePorts', 'loadBalancerClass', 'healthCheckNodePort'] as const)
      if (carried(key)) delete spec[key];
  }
}
