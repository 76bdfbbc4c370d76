import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { boolean, list, object, ref, string, type Infer } from '@kajitori/schema';
import type { Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';

export const SelfSubjectRulesReview = topLevel('io.k8s.api.authorization.v1.SelfSubjectRulesReview', {
  spec: ref(2, () => SelfSubjectRulesReviewSpec)
    .required()
    .always(),
  status: ref(3, () => SubjectRulesReviewStatus),
});
export type SelfSubjectRulesReview = Infer<typeof SelfSubjectRulesReview>;

export const SelfSubjectRulesReviewSpec = object('io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec', {
  namespace: string(1),
});
export type SelfSubjectRulesReviewSpec = Infer<typeof SelfSubjectRulesReviewSpec>;

export const SubjectRulesReviewStatus = object('io.k8s.api.authorization.v1.SubjectRulesReviewStatus', {
  resourceRules: list(1, () => ResourceRule)
    .required()
    .atomic(),
  nonResourceRules: list(2, () => NonResourceRule)
    .required()
    .atomic(),
  incomplete: boolean(3).required(),
  evaluationError: string(4),
});
export type SubjectRulesReviewStatus = Infer<typeof SubjectRulesReviewStatus>;

export const ResourceRule = object('io.k8s.api.authorization.v1.ResourceRule', {
  verbs: list(1, string()).required().atomic(),
  apiGroups: list(2, string()).atomic(),
  resources: list(3, string()).atomic(),
  resourceNames: list(4, string()).atomic(),
});
export type ResourceRule = Infer<typeof ResourceRule>;

export const NonResourceRule = object('io.k8s.api.authorization.v1.NonResourceRule', {
  verbs: list(1, string()).required().atomic(),
  nonResourceURLs: list(2, string()).atomic(),
});
export type NonResourceRule = Infer<typeof NonResourceRule>;

export const selfSubjectRulesReviews: Kind<SelfSubjectRulesReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  singular: 'selfsubjectrulesreview',
  namespaced: false,
  schema: SelfSubjectRulesReview,
  verbs: ['create'],
  stored: false,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    allowUnconditionalUpdate: true,
  },
};
