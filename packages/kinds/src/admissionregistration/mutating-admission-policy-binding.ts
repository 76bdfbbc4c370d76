import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { object, ref, string, type Infer } from '@kajitori/schema';
import { MatchResources, ParamRef } from './match-resources.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, nameColumn, textColumn } from '../meta/columns.ts';
import { validateMutatingBinding } from './validate-policies.ts';

export const MutatingAdmissionPolicyBinding = topLevel('io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBinding', {
  spec: ref(2, () => MutatingAdmissionPolicyBindingSpec).always(),
});
export type MutatingAdmissionPolicyBinding = Infer<typeof MutatingAdmissionPolicyBinding>;

export const MutatingAdmissionPolicyBindingSpec = object('io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBindingSpec', {
  policyName: string(1),
  paramRef: ref(2, () => ParamRef),
  matchResources: ref(3, () => MatchResources),
});
export type MutatingAdmissionPolicyBindingSpec = Infer<typeof MutatingAdmissionPolicyBindingSpec>;

export const mutatingAdmissionPolicyBindings: Kind<MutatingAdmissionPolicyBinding> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  singular: 'mutatingadmissionpolicybinding',
  categories: ['api-extensions'],
  namespaced: false,
  schema: MutatingAdmissionPolicyBinding,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    validate: validateMutatingBinding,
    allowUnconditionalUpdate: false,
  },
  columns: [
    nameColumn,
    textColumn('PolicyName', 'The policy that it puts to work.', ({ spec }) => spec.policyName ?? ''),
    textColumn('ParamRef', 'What parameterizes it.', ({ spec }) => {
      const { paramRef } = spec;
      if (paramRef === undefined) return '<unset>';
      return paramRef.name === undefined
        ? `${paramRef.namespace ?? ''}/*`
        : `${paramRef.namespace === undefined ? '' : `${paramRef.namespace}/`}${paramRef.name}`;
    }),
    ageColumn,
  ],
};
