import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { list, map, object, ref, string, type Infer } from '@kajitori/schema';
import type { Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';

export const SelfSubjectReview = topLevel('io.k8s.api.authentication.v1.SelfSubjectReview', {
  status: ref(2, () => SelfSubjectReviewStatus).byValue(),
});
export type SelfSubjectReview = Infer<typeof SelfSubjectReview>;

export const SelfSubjectReviewStatus = object('io.k8s.api.authentication.v1.SelfSubjectReviewStatus', {
  userInfo: ref(1, () => UserInfo),
});
export type SelfSubjectReviewStatus = Infer<typeof SelfSubjectReviewStatus>;

export const UserInfo = object('io.k8s.api.authentication.v1.UserInfo', {
  username: string(1),
  uid: string(2),
  groups: list(3, string()).atomic(),
  extra: map(4, list(undefined, string())),
});
export type UserInfo = Infer<typeof UserInfo>;

export const selfSubjectReviews: Kind<SelfSubjectReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  singular: 'selfsubjectreview',
  namespaced: false,
  schema: SelfSubjectReview,
  verbs: ['create'],
  stored: false,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    allowUnconditionalUpdate: true,
  },
};
