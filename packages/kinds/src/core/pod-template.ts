import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { ref, type Infer } from '@kajitori/schema';
import { PodTemplateSpec } from './pod/pod-spec.ts';
import { containerImages, containerNames, labelsCell, nameColumn, textColumn } from '../meta/columns.ts';
import { podWarnings } from './pod/pod-warnings.ts';
import { defaultPodSpec } from './pod/pod-defaults.ts';
import { validatePodTemplate } from './pod-template-validation.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';

export const PodTemplate = topLevel(
  'io.k8s.api.core.v1.PodTemplate',
  {
    template: ref(2, () => PodTemplateSpec)
      .always()
      .describe('The pods to be made.'),
  },
  { description: 'A description of pods to be made.' },
);
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
    defaults: ({ template }) => defaultPodSpec(template.spec),
    validate: ({ template }) => validatePodTemplate(template, 'template'),
    warnings: ({ template }) => podWarnings(template, 'template'),
    allowUnconditionalUpdate: true,
  },
  columns: [
    nameColumn,
    textColumn('Containers', 'Names of the containers of the pods made from it.', ({ template }) =>
      containerNames(template.spec.containers),
    ),
    textColumn('Images', 'Images of those containers.', ({ template }) => containerImages(template.spec.containers)),
    textColumn('Pod Labels', 'Labels that the pods will carry.', ({ template }) => labelsCell(template.metadata?.labels)),
  ],
};
