import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { inline, int32, list, object, ref, string, type Infer } from '@kajitori/schema';
import { TypedLocalObjectReference } from '../core/references.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { keepStatus, resetStatus } from '../meta/status-split.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, listCell, nameColumn, none, textColumn } from '../meta/columns.ts';
import { validateIngress } from './validate-ingress.ts';

export const Ingress = topLevel('io.k8s.api.networking.v1.Ingress', {
  spec: ref(2, () => IngressSpec).always(),
  status: ref(3, () => IngressStatus).byValue(),
});
export type Ingress = Infer<typeof Ingress>;

export const IngressSpec = object('io.k8s.api.networking.v1.IngressSpec', {
  defaultBackend: ref(1, () => IngressBackend),
  tls: list(2, () => IngressTLS).atomic(),
  rules: list(3, () => IngressRule).atomic(),
  ingressClassName: string(4).keepsZero(),
});
export type IngressSpec = Infer<typeof IngressSpec>;

export const IngressRule = object('io.k8s.api.networking.v1.IngressRule', {
  host: string(1),
  ...inline(2, { http: ref(1, () => HTTPIngressRuleValue) }),
});
export type IngressRule = Infer<typeof IngressRule>;

export const HTTPIngressRuleValue = object('io.k8s.api.networking.v1.HTTPIngressRuleValue', {
  paths: list(1, () => HTTPIngressPath)
    .required()
    .atomic(),
});
export type HTTPIngressRuleValue = Infer<typeof HTTPIngressRuleValue>;

export const HTTPIngressPath = object('io.k8s.api.networking.v1.HTTPIngressPath', {
  path: string(1),
  backend: ref(2, () => IngressBackend).required(),
  pathType: string(3).required(),
});
export type HTTPIngressPath = Infer<typeof HTTPIngressPath>;

export const IngressBackend = object('io.k8s.api.networking.v1.IngressBackend', {
  resource: ref(3, () => TypedLocalObjectReference),
  service: ref(4, () => IngressServiceBackend),
});
export type IngressBackend = Infer<typeof IngressBackend>;

export const IngressServiceBackend = object('io.k8s.api.networking.v1.IngressServiceBackend', {
  name: string(1).required(),
  port: ref(2, () => ServiceBackendPort),
});
export type IngressServiceBackend = Infer<typeof IngressServiceBackend>;

export const ServiceBackendPort = object(
  'io.k8s.api.networking.v1.ServiceBackendPort',
  {
    name: string(1),
    number: int32(2),
  },
  { atomic: true },
);
export type ServiceBackendPort = Infer<typeof ServiceBackendPort>;

export const IngressTLS = object('io.k8s.api.networking.v1.IngressTLS', {
  hosts: list(1, string()).atomic(),
  secretName: string(2),
});
export type IngressTLS = Infer<typeof IngressTLS>;

export const IngressStatus = object('io.k8s.api.networking.v1.IngressStatus', {
  loadBalancer: ref(1, () => IngressLoadBalancerStatus).byValue(),
});
export type IngressStatus = Infer<typeof IngressStatus>;

export const IngressLoadBalancerStatus = object('io.k8s.api.networking.v1.IngressLoadBalancerStatus', {
  ingress: list(1, () => IngressLoadBalancerIngress).atomic(),
});
export type IngressLoadBalancerStatus = Infer<typeof IngressLoadBalancerStatus>;

export const IngressLoadBalancerIngress = object('io.k8s.api.networking.v1.IngressLoadBalancerIngress', {
  ip: string(1),
  hostname: string(2),
  ports: list(4, () => IngressPortStatus).atomic(),
});
export type IngressLoadBalancerIngress = Infer<typeof IngressLoadBalancerIngress>;

export const IngressPortStatus = object('io.k8s.api.networking.v1.IngressPortStatus', {
  port: int32(1).required(),
  protocol: string(2).required(),
  error: string(3).keepsZero(),
});
export type IngressPortStatus = Infer<typeof IngressPortStatus>;

export const ingresses: Kind<Ingress> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  singular: 'ingress',
  shortNames: ['ing'],
  namespaced: true,
  schema: Ingress,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    status: { kind: 'networking.k8s.io/v1/Ingress', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    prepareForCreate: resetStatus({ loadBalancer: {} }),
    prepareForUpdate: keepStatus,
    validate: validateIngress,
    warnings: ({ metadata }, old) =>
      old === undefined && metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined
        ? [`annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`]
        : [],
    allowUnconditionalUpdate: true,
  },
  columns: [
    nameColumn,
    textColumn('Class', 'Its ingress class.', ({ spec }) => spec.ingressClassName ?? none),
    textColumn('Hosts', 'Hosts that it answers for.', ({ spec }) =>
      listCell((spec.rules ?? []).map(({ host }) => (host === undefined || host === '' ? '*' : host))).replace(none, '*'),
    ),
    textColumn('Address', 'Where it can be reached.', ({ status }) =>
      (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '').join(','),
    ),
    textColumn('Ports', 'Ports that it answers on.', ({ spec }) => ((spec.tls ?? []).length > 0 ? '80, 443' : '80')),
    ageColumn,
  ],
};
