import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { int64, list, object, ref, string, type Infer } from '@kajitori/schema';
import { MatchCondition, MatchResources, ParamKind, Variable } from './match-resources.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { Condition } from '../meta/condition.ts';
import { keepStatus, resetStatus } from '../meta/status-split.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, countColumn, nameColumn, textColumn } from '../meta/columns.ts';
import { validateValidatingPolicy } from './validate-policies.ts';

export const ValidatingAdmissionPolicy = topLevel('io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy', {
  spec: ref(2, () => ValidatingAdmissionPolicySpec).always(),
  status: ref(3, () => ValidatingAdmissionPolicyStatus).byValue(),
});
export type ValidatingAdmissionPolicy = Infer<typeof ValidatingAdmissionPolicy>;

export const ValidatingAdmissionPolicySpec = object('io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec', {
  paramKind: ref(1, () => ParamKind),
  matchConstraints: ref(2, () => MatchResources),
  validations: list(3, () => Validation).atomic(),
  failurePolicy: string(4).keepsZero().default('Fail'),
  auditAnnotations: list(5, () => AuditAnnotation).atomic(),
  matchConditions: list(6, () => MatchCondition)
    .mapBy('name')
    .patch('merge', 'name'),
  variables: list(7, () => Variable)
    .mapBy('name')
    .patch('merge', 'name'),
});
export type ValidatingAdmissionPolicySpec = Infer<typeof ValidatingAdmissionPolicySpec>;

export const ValidatingAdmissionPolicyStatus = object('io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyStatus', {
  observedGeneration: int64(1),
  typeChecking: ref(2, () => TypeChecking),
  conditions: list(3, () => Condition).mapBy('type'),
});
export type ValidatingAdmissionPolicyStatus = Infer<typeof ValidatingAdmissionPolicyStatus>;

export const Validation = object('io.k8s.api.admissionregistration.v1.Validation', {
  expression: string(1).required(),
  message: string(2),
  reason: string(3).keepsZero(),
  messageExpression: string(4),
});
export type Validation = Infer<typeof Validation>;

export const AuditAnnotation = object('io.k8s.api.admissionregistration.v1.AuditAnnotation', {
  key: string(1).required(),
  valueExpression: string(2).required(),
});
export type AuditAnnotation = Infer<typeof AuditAnnotation>;

export const ExpressionWarning = object('io.k8s.api.admissionregistration.v1.ExpressionWarning', {
  fieldRef: string(2).required(),
  warning: string(3).required(),
});
export type ExpressionWarning = Infer<typeof ExpressionWarning>;

export const TypeChecking = object('io.k8s.api.admissionregistration.v1.TypeChecking', {
  expressionWarnings: list(1, () => ExpressionWarning).atomic(),
});
export type TypeChecking = Infer<typeof TypeChecking>;

export const validatingAdmissionPolicies: Kind<ValidatingAdmissionPolicy> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  singular: 'validatingadmissionpolicy',
  categories: ['api-extensions'],
  namespaced: false,
  schema: ValidatingAdmissionPolicy,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    status: { kind: 'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    prepareForCreate: resetStatus({}),
    prepareForUpdate: keepStatus,
    validate: validateValidatingPolicy,
    allowUnconditionalUpdate: false,
  },
  columns: [
    nameColumn,
    countColumn('Validations', 'How many checks it makes.', ({ spec }) => spec.validations?.length ?? 0),
    textColumn('ParamKind', 'The kind that its bindings may parameterize it with.', ({ spec }) =>
      spec.paramKind === undefined ? '<unset>' : `${spec.paramKind.apiVersion ?? ''}/${spec.paramKind.kind ?? ''}`,
    ),
    ageColumn,
  ],
};
