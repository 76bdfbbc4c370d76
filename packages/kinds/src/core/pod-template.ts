import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { ref, type Infer } from '@kajitori/schema';
import { PodTemplateSpec } from './pod/pod-spec.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';

export const PodTemplate = topLevel('io.k8s.api.core.v1.PodTemplate', {
  template: ref(2, () => PodTemplateSpec),
});
export type PodTemplate = Infer<typeof PodTemplate>;

export const podTemplates: Kind<PodTemplate> = {
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  singular: 'podtemplate',
  namespaced: true,
  schema: PodTemplate,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    allowUnconditionalUpdate: true,
  },
};
