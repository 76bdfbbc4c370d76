import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { int32, list, object, ref, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { IntOrString } from '../meta/int-or-string.ts';
import { LabelSelector } from '../meta/label-selector.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, nameColumn, selectorCell, textColumn } from '../meta/columns.ts';
import { defaultNetworkPolicy, validateNetworkPolicy } from './network-policy-rules.ts';

export const NetworkPolicy = topLevel('io.k8s.api.networking.v1.NetworkPolicy', {
  spec: ref(2, () => NetworkPolicySpec).always(),
});
export type NetworkPolicy = Infer<typeof NetworkPolicy>;

export const NetworkPolicySpec = object('io.k8s.api.networking.v1.NetworkPolicySpec', {
  podSelector: ref(1, () => LabelSelector),
  ingress: list(2, () => NetworkPolicyIngressRule).atomic(),
  egress: list(3, () => NetworkPolicyEgressRule).atomic(),
  policyTypes: list(4, string()).atomic(),
});
export type NetworkPolicySpec = Infer<typeof NetworkPolicySpec>;

export const NetworkPolicyEgressRule = object('io.k8s.api.networking.v1.NetworkPolicyEgressRule', {
  ports: list(1, () => NetworkPolicyPort).atomic(),
  to: list(2, () => NetworkPolicyPeer).atomic(),
});
export type NetworkPolicyEgressRule = Infer<typeof NetworkPolicyEgressRule>;

export const NetworkPolicyIngressRule = object('io.k8s.api.networking.v1.NetworkPolicyIngressRule', {
  ports: list(1, () => NetworkPolicyPort).atomic(),
  from: list(2, () => NetworkPolicyPeer).atomic(),
});
export type NetworkPolicyIngressRule = Infer<typeof NetworkPolicyIngressRule>;

export const NetworkPolicyPeer = object('io.k8s.api.networking.v1.NetworkPolicyPeer', {
  podSelector: ref(1, () => LabelSelector),
  namespaceSelector: ref(2, () => LabelSelector),
  ipBlock: ref(3, () => IPBlock),
});
export type NetworkPolicyPeer = Infer<typeof NetworkPolicyPeer>;

export const NetworkPolicyPort = object('io.k8s.api.networking.v1.NetworkPolicyPort', {
  protocol: string(1).keepsZero().default('TCP'),
  port: ref(2, () => IntOrString),
  endPort: int32(3).keepsZero(),
});
export type NetworkPolicyPort = Infer<typeof NetworkPolicyPort>;

export const IPBlock = object('io.k8s.api.networking.v1.IPBlock', {
  cidr: string(1).required(),
  except: list(2, string()).atomic(),
});
export type IPBlock = Infer<typeof IPBlock>;

export const networkPolicies: Kind<NetworkPolicy> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  singular: 'networkpolicy',
  shortNames: ['netpol'],
  namespaced: true,
  schema: NetworkPolicy,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    defaults: defaultNetworkPolicy,
    validate: validateNetworkPolicy,
    allowUnconditionalUpdate: true,
  },
  columns: [nameColumn, textColumn('Pod-Selector', 'Pods that it is for.', ({ spec }) => selectorCell(spec.podSelector)), ageColumn],
};
