import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { list, object, ref, string, type Infer } from '@kajitori/schema';
import { MatchResources, ParamRef } from './match-resources.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, nameColumn, textColumn } from '../meta/columns.ts';
import { validateValidatingBinding } from './validate-policies.ts';

export const ValidatingAdmissionPolicyBinding = topLevel('io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding', {
  spec: ref(2, () => ValidatingAdmissionPolicyBindingSpec)
    .required()
    .always(),
});
export type ValidatingAdmissionPolicyBinding = Infer<typeof ValidatingAdmissionPolicyBinding>;

export const ValidatingAdmissionPolicyBindingSpec = object('io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec', {
  policyName: string(1).required(),
  paramRef: ref(2, () => ParamRef),
  matchResources: ref(3, () => MatchResources),
  validationActions: list(4, string()).required().set(),
});
export type ValidatingAdmissionPolicyBindingSpec = Infer<typeof ValidatingAdmissionPolicyBindingSpec>;

export const validatingAdmissionPolicyBindings: Kind<ValidatingAdmissionPolicyBinding> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  singular: 'validatingadmissionpolicybinding',
  categories: ['api-extensions'],
  namespaced: false,
  schema: ValidatingAdmissionPolicyBinding,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    validate: validateValidatingBinding,
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
