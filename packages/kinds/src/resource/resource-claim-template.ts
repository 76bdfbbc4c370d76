import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { object, ref, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import { topLevel } from '../meta/top-level.ts';
import { ResourceClaimSpec } from './resource-claim.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';

export const ResourceClaimTemplate = topLevel('io.k8s.api.resource.v1.ResourceClaimTemplate', {
  spec: ref(2, () => ResourceClaimTemplateSpec)
    .required()
    .always(),
});
export type ResourceClaimTemplate = Infer<typeof ResourceClaimTemplate>;

export const ResourceClaimTemplateSpec = object('io.k8s.api.resource.v1.ResourceClaimTemplateSpec', {
  metadata: ref(1, () => ObjectMeta),
  spec: ref(2, () => ResourceClaimSpec).required(),
});
export type ResourceClaimTemplateSpec = Infer<typeof ResourceClaimTemplateSpec>;

export const resourceClaimTemplates: Kind<ResourceClaimTemplate> = {
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  singular: 'resourceclaimtemplate',
  namespaced: true,
  schema: ResourceClaimTemplate,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    allowUnconditionalUpdate: true,
  },
  columns: [nameColumn, ageColumn],
};
