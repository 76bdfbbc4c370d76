import {
  dns1123LabelError,
  dns1123SubdomainError,
  duplicate,
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  qualifiedNameError,
  required,
} from '@kajitori/apimachinery';
import { immutableField } from '../../meta/immutable.ts';
import { portNumber, portNumberOrName } from '../../meta/numbers.ts';
import { validateLabels } from '../../meta/validate-labels.ts';
import { isCidr, isIpAddress } from '../ip-address.ts';
import { isHeadless } from './service-defaults.ts';
import type { Service, ServicePort, ServiceSpec } from './service.ts';

const affinitySecondsMax = 86_400;
const notAnAddress = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

export function validateService({ spec }: Service): FieldError[] {
  const ports = spec.ports ?? [];
  const needsPorts = ports.length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName';
  return [
    ...(needsPorts ? [required('spec.ports')] : []),
    ...ports.flatMap((port, index) => validatePort(port, ports, index, spec)),
    ...validateLabels(spec.selector, 'spec.selector'),
    ...validateAffinity(spec),
    ...(spec.type === 'ExternalName' ? validateExternalName(spec) : validateAddresses(spec)),
    ...(spec.externalIPs ?? []).flatMap((ip, index) => (isIpAddress(ip) ? [] : [invalid(`spec.externalIPs[${index}]`, ip, notAnAddress)])),
    ...validateLoadBalancer(spec),
    ...validateTraffic(spec),
  ];
}

function validatePort(port: ServicePort, all: readonly ServicePort[], index: number, spec: ServiceSpec): FieldError[] {
  const path = `spec.ports[${index}]`;
  const { name = '', nodePort = 0, appProtocol } = port;
  const errors: FieldError[] = [];
  if (name === '') {
    if (all.length > 1) errors.push(required(`${path}.name`));
  } else {
    const wrong = dns1123LabelError(name);
    if (wrong !== undefined) errors.push(invalid(`${path}.name`, name, wrong));
    else if (all.findIndex((other) => other.name === name) < index) errors.push(duplicate(`${path}.name`, name));
  }
  errors.push(...portNumber(`${path}.port`, port.port));
  if (port.targetPort !== undefined) errors.push(...portNumberOrName(`${path}.targetPort`, port.targetPort));
  if (appProtocol !== undefined) {
    const wrong = qualifiedNameError(appProtocol);
    if (wrong !== undefined) errors.push(invalid(`${path}.appProtocol`, appProtocol, wrong));
  }
  if (nodePort !== 0 && spec.type !== 'NodePort' && spec.type !== 'LoadBalancer') {
    errors.push(forbiddenField(`${path}.nodePort`, `may not be used when \`type\` is '${spec.type}'`));
  }
  const same = (other: ServicePort): boolean => other.protocol === port.protocol && other.port === port.port;
  if (all.findIndex(same) < index) errors.push(duplicate(path, { protocol: port.protocol, port: port.port }));
  const sameNodePort = (other: ServicePort): boolean => other.protocol === port.protocol && other.nodePort === nodePort;
  if (nodePort !== 0 && all.findIndex(sameNodePort) < index) errors.push(duplicate(`${path}.nodePort`, nodePort));
  return errors;
}

function validateAffinity({ sessionAffinity, sessionAffinityConfig }: ServiceSpec): FieldError[] {
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (sessionAffinity !== 'ClientIP') {
    return sessionAffinityConfig === undefined
      ? []
      : [forbiddenField('spec.sessionAffinityConfig', 'must not be set when session affinity is None')];
  }
  if (seconds !== undefined && seconds > 0 && seconds <= affinitySecondsMax) return [];
  return [
    invalid('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, `must be greater than 0 and less than ${affinitySecondsMax}`),
  ];
}

function validateExternalName(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const { externalName = '' } = spec;
  if ((spec.clusterIPs ?? []).length > 0) errors.push(forbiddenField('spec.clusterIPs', 'may not be set for ExternalName services'));
  if ((spec.ipFamilies ?? []).length > 0) errors.push(forbiddenField('spec.ipFamilies', 'may not be set for ExternalName services'));
  if (spec.ipFamilyPolicy !== undefined) errors.push(forbiddenField('spec.ipFamilyPolicy', 'may not be set for ExternalName services'));
  if (externalName === '') return [...errors, required('spec.externalName')];
  const wrong = dns1123SubdomainError(externalName.replace(/\.$/, ''));
  return wrong === undefined ? errors : [...errors, invalid('spec.externalName', externalName, wrong)];
}

function validateAddresses(spec: ServiceSpec): FieldError[] {
  const ips = spec.clusterIPs ?? [];
  const errors: FieldError[] = [];
  if ((spec.clusterIP ?? '') !== (ips[0] ?? '')) errors.push(invalid('spec.clusterIPs[0]', ips, 'first value must match `clusterIP`'));
  for (const [index, ip] of ips.entries()) {
    if (ip === 'None') {
      if (ips.length > 1) errors.push(invalid(`spec.clusterIPs[${index}]`, ip, "'None' must be the first and only value"));
    } else if (!isIpAddress(ip)) errors.push(invalid(`spec.clusterIPs[${index}]`, ip, notAnAddress));
  }
  if (isHeadless(spec) && (spec.type === 'NodePort' || spec.type === 'LoadBalancer')) {
    errors.push(invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
  }
  for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
    if (!['IPv4', 'IPv6'].includes(family)) errors.push(notSupported(`spec.ipFamilies[${index}]`, family, ['IPv4', 'IPv6']));
    else if ((spec.ipFamilies ?? []).indexOf(family) < index) errors.push(duplicate(`spec.ipFamilies[${index}]`, family));
  }
  const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
  if (spec.ipFamilyPolicy !== undefined && !policies.includes(spec.ipFamilyPolicy))
    errors.push(notSupported('spec.ipFamilyPolicy', spec.ipFamilyPolicy, policies));
  return errors;
}

function validateLoadBalancer(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const balanced = spec.type === 'LoadBalancer';
  for (const [index, range] of (spec.loadBalancerSourceRanges ?? []).entries()) {
    if (!isCidr(range.trim()))
      errors.push(
        invalid(`spec.loadBalancerSourceRanges[${index}]`, range, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'),
      );
  }
  if (!balanced && (spec.loadBalancerSourceRanges ?? []).length > 0) {
    errors.push(forbiddenField('spec.LoadBalancerSourceRanges', "may only be used when `type` is 'LoadBalancer'"));
  }
  if (!balanced && spec.allocateLoadBalancerNodePorts !== undefined)
    errors.push(forbiddenField('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'"));
  if (spec.loadBalancerClass !== undefined) {
    if (!balanced) errors.push(forbiddenField('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'"));
    const wrong = qualifiedNameError(spec.loadBalancerClass);
    if (wrong !== undefined) errors.push(invalid('spec.loadBalancerClass', spec.loadBalancerClass, wrong));
  }
  return errors;
}

function validateTraffic(spec: ServiceSpec): FieldError[] {
  const { externalTrafficPolicy, trafficDistribution } = spec;
  const errors: FieldError[] = [];
  if (externalTrafficPolicy !== undefined) {
    if (!['Cluster', 'Local'].includes(externalTrafficPolicy))
      errors.push(notSupported('spec.externalTrafficPolicy', externalTrafficPolicy, ['Cluster', 'Local']));
    if ((spec.type === 'ClusterIP' || spec.type === 'ExternalName') && (spec.externalIPs ?? []).length === 0) {
      errors.push(invalid('spec.externalTrafficPolicy', externalTrafficPolicy, 'may only be set for externally-accessible services'));
    }
  }
  const distributions = ['PreferClose', 'PreferSameNode', 'PreferSameZone'];
  if (trafficDistribution !== undefined && !distributions.includes(trafficDistribution))
    errors.push(notSupported('spec.trafficDistribution', trafficDistribution, distributions));
  return errors;
}

/** An address that pods may have cached stays for as long as the service has one. */
export function validateServiceUpdate({ spec }: Service, { spec: old }: Service): FieldError[] {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return [];
  const before = old.clusterIPs ?? [];
  const errors: FieldError[] = [];
  if (before[0] !== undefined && spec.clusterIPs?.[0] !== before[0])
    errors.push(invalid('spec.clusterIPs[0]', spec.clusterIPs ?? [], 'may not change once set'));
  if (old.type === 'LoadBalancer' && spec.type === 'LoadBalancer')
    errors.push(...immutableField('spec.loadBalancerClass', spec.loadBalancerClass, old.loadBalancerClass));
  return errors;
}
