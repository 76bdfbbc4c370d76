import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { Quantity } from '../meta/quantity.ts';
import { keepStatus, resetStatus } from '../meta/status-split.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, nameColumn, textColumn } from '../meta/columns.ts';
import { quotaCell } from './resource-quota-cells.ts';
import { validateResourceQuota, validateResourceQuotaStatus, validateResourceQuotaUpdate } from './validate-quotas.ts';

export const ResourceQuota = topLevel('io.k8s.api.core.v1.ResourceQuota', {
  spec: ref(2, () => ResourceQuotaSpec).always(),
  status: ref(3, () => ResourceQuotaStatus).byValue(),
});
export type ResourceQuota = Infer<typeof ResourceQuota>;

export const ResourceQuotaSpec = object('io.k8s.api.core.v1.ResourceQuotaSpec', {
  hard: map(1, () => Quantity),
  scopes: list(2, string()).atomic(),
  scopeSelector: ref(3, () => ScopeSelector),
});
export type ResourceQuotaSpec = Infer<typeof ResourceQuotaSpec>;

export const ResourceQuotaStatus = object('io.k8s.api.core.v1.ResourceQuotaStatus', {
  hard: map(1, () => Quantity),
  used: map(2, () => Quantity),
});
export type ResourceQuotaStatus = Infer<typeof ResourceQuotaStatus>;

export const ScopeSelector = object(
  'io.k8s.api.core.v1.ScopeSelector',
  {
    matchExpressions: list(1, () => ScopedResourceSelectorRequirement).atomic(),
  },
  { atomic: true },
);
export type ScopeSelector = Infer<typeof ScopeSelector>;

export const ScopedResourceSelectorRequirement = object('io.k8s.api.core.v1.ScopedResourceSelectorRequirement', {
  scopeName: string(1).required(),
  operator: string(2).required(),
  values: list(3, string()).atomic(),
});
export type ScopedResourceSelectorRequirement = Infer<typeof ScopedResourceSelectorRequirement>;

export const resourceQuotas: Kind<ResourceQuota> = {
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  singular: 'resourcequota',
  shortNames: ['quota'],
  namespaced: true,
  schema: ResourceQuota,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    status: { kind: 'v1/ResourceQuota', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    prepareForCreate: resetStatus({}),
    prepareForUpdate: keepStatus,
    validate: validateResourceQuota,
    validateUpdate: validateResourceQuotaUpdate,
    validateStatusUpdate: validateResourceQuotaStatus,
    allowUnconditionalUpdate: true,
  },
  columns: [
    nameColumn,
    textColumn('Request', 'Used and allowed, of what counts by request.', (quota) => quotaCell(quota, 'requests')),
    textColumn('Limit', 'Used and allowed, of what counts by limit.', (quota) => quotaCell(quota, 'limits')),
    ageColumn,
  ],
};
