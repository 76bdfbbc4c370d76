import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { object, ref, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, nameColumn, none, textColumn } from '../meta/columns.ts';
import { immutableField } from '../meta/immutable.ts';

export const IngressClass = topLevel('io.k8s.api.networking.v1.IngressClass', {
  spec: ref(2, () => IngressClassSpec).always(),
});
export type IngressClass = Infer<typeof IngressClass>;

export const IngressClassSpec = object('io.k8s.api.networking.v1.IngressClassSpec', {
  controller: string(1),
  parameters: ref(2, () => IngressClassParametersReference),
});
export type IngressClassSpec = Infer<typeof IngressClassSpec>;

export const IngressClassParametersReference = object('io.k8s.api.networking.v1.IngressClassParametersReference', {
  apiGroup: string(1).keepsZero(),
  kind: string(2).required(),
  name: string(3).required(),
  scope: string(4).keepsZero().default('Cluster'),
  namespace: string(5).keepsZero(),
});
export type IngressClassParametersReference = Infer<typeof IngressClassParametersReference>;

export const ingressClasses: Kind<IngressClass> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  singular: 'ingressclass',
  namespaced: false,
  schema: IngressClass,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    validateUpdate: ({ spec }, old) => immutableField('spec.controller', spec.controller, old.spec.controller),
    allowUnconditionalUpdate: true,
  },
  columns: [
    nameColumn,
    textColumn('Controller', 'Who serves it.', ({ spec }) => spec?.controller ?? ''),
    textColumn('Parameters', 'Its settings.', ({ spec }) => {
      const to = spec?.parameters;
      return to === undefined ? none : `${to.kind}${to.apiGroup === undefined ? '' : `.${to.apiGroup}`}/${to.name}`;
    }),
    ageColumn,
  ],
};
