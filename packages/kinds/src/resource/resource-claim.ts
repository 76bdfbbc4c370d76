import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { list, object, ref, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { keepStatus, resetStatus } from '../meta/status-split.ts';
import { topLevel } from '../meta/top-level.ts';
import { AllocatedDeviceStatus, AllocationResult } from './allocation.ts';
import { DeviceClaim } from './device-request.ts';
import { ageColumn, nameColumn, textColumn } from '../meta/columns.ts';

export const ResourceClaim = topLevel('io.k8s.api.resource.v1.ResourceClaim', {
  spec: ref(2, () => ResourceClaimSpec)
    .required()
    .always(),
  status: ref(3, () => ResourceClaimStatus).byValue(),
});
export type ResourceClaim = Infer<typeof ResourceClaim>;

export const ResourceClaimSpec = object('io.k8s.api.resource.v1.ResourceClaimSpec', {
  devices: ref(1, () => DeviceClaim),
});
export type ResourceClaimSpec = Infer<typeof ResourceClaimSpec>;

export const ResourceClaimStatus = object('io.k8s.api.resource.v1.ResourceClaimStatus', {
  allocation: ref(1, () => AllocationResult),
  reservedFor: list(2, () => ResourceClaimConsumerReference)
    .mapBy('uid')
    .patch('merge', 'uid'),
  devices: list(4, () => AllocatedDeviceStatus).mapBy('driver', 'device', 'pool', 'shareID'),
});
export type ResourceClaimStatus = Infer<typeof ResourceClaimStatus>;

export const ResourceClaimConsumerReference = object('io.k8s.api.resource.v1.ResourceClaimConsumerReference', {
  apiGroup: string(1),
  resource: string(3).required(),
  name: string(4).required(),
  uid: string(5).required(),
});
export type ResourceClaimConsumerReference = Infer<typeof ResourceClaimConsumerReference>;

function stateCell({ metadata, status }: ResourceClaim): string {
  const words: string[] = [];
  if (metadata.deletionTimestamp !== undefined) words.push('deleted');
  if (status?.allocation === undefined) words.push('pending');
  else words.push('allocated');
  if ((status?.reservedFor ?? []).length > 0) words.push('reserved');
  return words.join(',');
}

export const resourceClaims: Kind<ResourceClaim> = {
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  singular: 'resourceclaim',
  namespaced: true,
  schema: ResourceClaim,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    status: { kind: 'resource.k8s.io/v1/ResourceClaim', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    prepareForCreate: resetStatus({}),
    prepareForUpdate: keepStatus,
    allowUnconditionalUpdate: true,
  },
  columns: [nameColumn, textColumn('State', 'Whether it is allocated, and to whom.', stateCell), ageColumn],
};
