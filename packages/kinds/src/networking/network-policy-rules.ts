import { type FieldError, forbiddenField, invalid, notSupported, required } from '@kajitori/apimachinery';
import { isCidr } from '../core/ip-address.ts';
import { inRange, portNumberOrName } from '../meta/numbers.ts';
import { validateLabelSelector } from '../meta/validate-labels.ts';
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from './network-policy.ts';

/** A policy is about incoming traffic, and about outgoing when it names any. */
export function defaultNetworkPolicy({ spec }: NetworkPolicy): void {
  if ((spec.policyTypes ?? []).length === 0) spec.policyTypes = (spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

export function validateNetworkPolicy({ spec }: NetworkPolicy): FieldError[] {
  const types = spec.policyTypes ?? [];
  return [
    ...validateLabelSelector(spec.podSelector, 'spec.podSelector'),
    ...(spec.ingress ?? []).flatMap(({ ports = [], from = [] }, index) => validateRule(ports, from, `spec.ingress[${index}]`, 'from')),
    ...(spec.egress ?? []).flatMap(({ ports = [], to = [] }, index) => validateRule(ports, to, `spec.egress[${index}]`, 'to')),
    ...(types.length > 2 ? [invalid('spec.policyTypes', types, 'may not specify more than two policyTypes')] : []),
    ...types.flatMap((type, index) =>
      ['Egress', 'Ingress'].includes(type) ? [] : [notSupported(`spec.policyTypes[${index}]`, type, ['Egress', 'Ingress'])],
    ),
  ];
}

function validateRule(
  ports: readonly NetworkPolicyPort[],
  peers: readonly NetworkPolicyPeer[],
  field: string,
  key: 'from' | 'to',
): FieldError[] {
  return [
    ...ports.flatMap((port, index) => validatePort(port, `${field}.ports[${index}]`)),
    ...peers.flatMap((peer, index) => validatePeer(peer, `${field}.${key}[${index}]`)),
  ];
}

function validatePort({ protocol = 'TCP', port, endPort }: NetworkPolicyPort, field: string): FieldError[] {
  const errors: FieldError[] = ['SCTP', 'TCP', 'UDP'].includes(protocol)
    ? []
    : [notSupported(`${field}.protocol`, protocol, ['SCTP', 'TCP', 'UDP'])];
  if (port !== undefined) errors.push(...portNumberOrName(`${field}.port`, port));
  if (endPort === undefined) return errors;
  if (port === undefined) errors.push(required(`${field}.port`, 'must be specified when endPort is specified'));
  else if (typeof port === 'string') errors.push(invalid(`${field}.endPort`, endPort, 'may not be specified when `port` is non-numeric'));
  else if (endPort < port) errors.push(invalid(`${field}.endPort`, endPort, 'must be greater than or equal to `port`'));
  return [...errors, ...inRange(`${field}.endPort`, endPort, 1, 65_535)];
}

function validatePeer({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, field: string): FieldError[] {
  const errors = [
    ...validateLabelSelector(podSelector, `${field}.podSelector`),
    ...validateLabelSelector(namespaceSelector, `${field}.namespaceSelector`),
  ];
  if (ipBlock === undefined)
    return podSelector === undefined && namespaceSelector === undefined ? [required(field, 'must specify a peer')] : errors;
  if (podSelector !== undefined || namespaceSelector !== undefined)
    errors.push(forbiddenField(field, 'may not specify both ipBlock and another peer'));
  const notARange = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
  if (!isCidr(ipBlock.cidr)) errors.push(invalid(`${field}.ipBlock.cidr`, ipBlock.cidr, notARange));
  for (const [index, except] of (ipBlock.except ?? []).entries())
    if (!isCidr(except)) errors.push(invalid(`${field}.ipBlock.except[${index}]`, except, notARange));
  return errors;
}
