import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { boolean, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import type { Kind } from '../kind.ts';
import { FieldSelectorRequirement, LabelSelectorRequirement } from '../meta/label-selector.ts';
import { topLevel } from '../meta/top-level.ts';

export const SubjectAccessReview = topLevel('io.k8s.api.authorization.v1.SubjectAccessReview', {
  spec: ref(2, () => SubjectAccessReviewSpec)
    .required()
    .always(),
  status: ref(3, () => SubjectAccessReviewStatus).byValue(),
});
export type SubjectAccessReview = Infer<typeof SubjectAccessReview>;

export const SubjectAccessReviewSpec = object('io.k8s.api.authorization.v1.SubjectAccessReviewSpec', {
  resourceAttributes: ref(1, () => ResourceAttributes),
  nonResourceAttributes: ref(2, () => NonResourceAttributes),
  user: string(3),
  groups: list(4, string()).atomic(),
  extra: map(5, list(undefined, string())),
  uid: string(6),
});
export type SubjectAccessReviewSpec = Infer<typeof SubjectAccessReviewSpec>;

export const SubjectAccessReviewStatus = object('io.k8s.api.authorization.v1.SubjectAccessReviewStatus', {
  allowed: boolean(1).required().default(false),
  reason: string(2),
  evaluationError: string(3),
  denied: boolean(4),
});
export type SubjectAccessReviewStatus = Infer<typeof SubjectAccessReviewStatus>;

export const LocalSubjectAccessReview = topLevel('io.k8s.api.authorization.v1.LocalSubjectAccessReview', {
  spec: ref(2, () => SubjectAccessReviewSpec)
    .required()
    .always(),
  status: ref(3, () => SubjectAccessReviewStatus).byValue(),
});
export type LocalSubjectAccessReview = Infer<typeof LocalSubjectAccessReview>;

export const SelfSubjectAccessReview = topLevel('io.k8s.api.authorization.v1.SelfSubjectAccessReview', {
  spec: ref(2, () => SelfSubjectAccessReviewSpec)
    .required()
    .always(),
  status: ref(3, () => SubjectAccessReviewStatus).byValue(),
});
export type SelfSubjectAccessReview = Infer<typeof SelfSubjectAccessReview>;

export const SelfSubjectAccessReviewSpec = object('io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec', {
  resourceAttributes: ref(1, () => ResourceAttributes),
  nonResourceAttributes: ref(2, () => NonResourceAttributes),
});
export type SelfSubjectAccessReviewSpec = Infer<typeof SelfSubjectAccessReviewSpec>;

export const ResourceAttributes = object('io.k8s.api.authorization.v1.ResourceAttributes', {
  namespace: string(1),
  verb: string(2),
  group: string(3),
  version: string(4),
  resource: string(5),
  subresource: string(6),
  name: string(7),
  fieldSelector: ref(8, () => FieldSelectorAttributes),
  labelSelector: ref(9, () => LabelSelectorAttributes),
});
export type ResourceAttributes = Infer<typeof ResourceAttributes>;

export const NonResourceAttributes = object('io.k8s.api.authorization.v1.NonResourceAttributes', {
  path: string(1),
  verb: string(2),
});
export type NonResourceAttributes = Infer<typeof NonResourceAttributes>;

export const FieldSelectorAttributes = object('io.k8s.api.authorization.v1.FieldSelectorAttributes', {
  rawSelector: string(1),
  requirements: list(2, () => FieldSelectorRequirement).atomic(),
});
export type FieldSelectorAttributes = Infer<typeof FieldSelectorAttributes>;

export const LabelSelectorAttributes = object('io.k8s.api.authorization.v1.LabelSelectorAttributes', {
  rawSelector: string(1),
  requirements: list(2, () => LabelSelectorRequirement).atomic(),
});
export type LabelSelectorAttributes = Infer<typeof LabelSelectorAttributes>;

export const subjectAccessReviews: Kind<SubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  singular: 'subjectaccessreview',
  namespaced: false,
  schema: SubjectAccessReview,
  verbs: ['create'],
  stored: false,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    allowUnconditionalUpdate: true,
  },
};

export const localSubjectAccessReviews: Kind<LocalSubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  singular: 'localsubjectaccessreview',
  namespaced: true,
  schema: LocalSubjectAccessReview,
  verbs: ['create'],
  stored: false,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    allowUnconditionalUpdate: true,
  },
};

export const selfSubjectAccessReviews: Kind<SelfSubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  singular: 'selfsubjectaccessreview',
  namespaced: false,
  schema: SelfSubjectAccessReview,
  verbs: ['create'],
  stored: false,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    allowUnconditionalUpdate: true,
  },
};
