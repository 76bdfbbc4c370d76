import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { boolean, list, object, ref, string, type Infer } from '@kajitori/schema';
import { UserInfo } from './self-subject-review.ts';
import type { Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';

export const TokenReview = topLevel('io.k8s.api.authentication.v1.TokenReview', {
  spec: ref(2, () => TokenReviewSpec)
    .required()
    .always(),
  status: ref(3, () => TokenReviewStatus).byValue(),
});
export type TokenReview = Infer<typeof TokenReview>;

export const TokenReviewSpec = object('io.k8s.api.authentication.v1.TokenReviewSpec', {
  token: string(1).required(),
  audiences: list(2, string()).atomic(),
});
export type TokenReviewSpec = Infer<typeof TokenReviewSpec>;

export const TokenReviewStatus = object('io.k8s.api.authentication.v1.TokenReviewStatus', {
  authenticated: boolean(1),
  user: ref(2, () => UserInfo),
  error: string(3),
  audiences: list(4, string()).atomic(),
});
export type TokenReviewStatus = Infer<typeof TokenReviewStatus>;

export const tokenReviews: Kind<TokenReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  singular: 'tokenreview',
  namespaced: false,
  schema: TokenReview,
  verbs: ['create'],
  stored: false,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    allowUnconditionalUpdate: true,
  },
};
