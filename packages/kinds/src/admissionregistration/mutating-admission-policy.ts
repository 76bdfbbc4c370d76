import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { list, object, ref, string, type Infer } from '@kajitori/schema';
import { MatchCondition, MatchResources, ParamKind, Variable } from './match-resources.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, countColumn, nameColumn, textColumn } from '../meta/columns.ts';
import { validateMutatingPolicy } from './validate-policies.ts';

export const MutatingAdmissionPolicy = topLevel('io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicy', {
  spec: ref(2, () => MutatingAdmissionPolicySpec).always(),
});
export type MutatingAdmissionPolicy = Infer<typeof MutatingAdmissionPolicy>;

export const MutatingAdmissionPolicySpec = object('io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicySpec', {
  paramKind: ref(1, () => ParamKind),
  matchConstraints: ref(2, () => MatchResources),
  variables: list(3, () => Variable).atomic(),
  mutations: list(4, () => Mutation).atomic(),
  failurePolicy: string(5).keepsZero().default('Fail'),
  matchConditions: list(6, () => MatchCondition)
    .mapBy('name')
    .patch('merge', 'name'),
  reinvocationPolicy: string(7),
});
export type MutatingAdmissionPolicySpec = Infer<typeof MutatingAdmissionPolicySpec>;

export const Mutation = object('io.k8s.api.admissionregistration.v1.Mutation', {
  patchType: string(2).required(),
  applyConfiguration: ref(3, () => ApplyConfiguration),
  jsonPatch: ref(4, () => JSONPatch),
});
export type Mutation = Infer<typeof Mutation>;

export const ApplyConfiguration = object('io.k8s.api.admissionregistration.v1.ApplyConfiguration', {
  expression: string(1),
});
export type ApplyConfiguration = Infer<typeof ApplyConfiguration>;

export const JSONPatch = object('io.k8s.api.admissionregistration.v1.JSONPatch', {
  expression: string(1),
});
export type JSONPatch = Infer<typeof JSONPatch>;

export const mutatingAdmissionPolicies: Kind<MutatingAdmissionPolicy> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  singular: 'mutatingadmissionpolicy',
  categories: ['api-extensions'],
  namespaced: false,
  schema: MutatingAdmissionPolicy,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    validate: validateMutatingPolicy,
    allowUnconditionalUpdate: false,
  },
  columns: [
    nameColumn,
    countColumn('Mutations', 'How many changes it makes.', ({ spec }) => spec.mutations?.length ?? 0),
    textColumn('ParamKind', 'The kind that its bindings may parameterize it with.', ({ spec }) =>
      spec.paramKind === undefined ? '<unset>' : `${spec.paramKind.apiVersion ?? ''}/${spec.paramKind.kind ?? ''}`,
    ),
    ageColumn,
  ],
};
