import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { list, object, ref, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { Condition } from '../meta/condition.ts';
import { keepStatus, resetStatus } from '../meta/status-split.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, listCell, nameColumn, textColumn } from '../meta/columns.ts';

export const ServiceCIDR = topLevel('io.k8s.api.networking.v1.ServiceCIDR', {
  spec: ref(2, () => ServiceCIDRSpec).always(),
  status: ref(3, () => ServiceCIDRStatus).byValue(),
});
export type ServiceCIDR = Infer<typeof ServiceCIDR>;

export const ServiceCIDRSpec = object('io.k8s.api.networking.v1.ServiceCIDRSpec', {
  cidrs: list(1, string()).atomic(),
});
export type ServiceCIDRSpec = Infer<typeof ServiceCIDRSpec>;

export const ServiceCIDRStatus = object('io.k8s.api.networking.v1.ServiceCIDRStatus', {
  conditions: list(1, () => Condition)
    .mapBy('type')
    .patch('merge', 'type'),
});
export type ServiceCIDRStatus = Infer<typeof ServiceCIDRStatus>;

export const serviceCIDRs: Kind<ServiceCIDR> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  singular: 'servicecidr',
  namespaced: false,
  schema: ServiceCIDR,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    status: { kind: 'networking.k8s.io/v1/ServiceCIDR', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    prepareForCreate: resetStatus({}),
    prepareForUpdate: keepStatus,
    allowUnconditionalUpdate: true,
  },
  columns: [nameColumn, textColumn('CIDRs', 'Ranges that service addresses come from.', ({ spec }) => listCell(spec.cidrs)), ageColumn],
};
