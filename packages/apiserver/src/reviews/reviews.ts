import { badRequest, type FieldError, formatTime, invalidObject, type KubeObject } from '@kajitori/apimachinery';
import { type Attributes, nodeNameOf, type PolicyRule, rulesFor, superuserGroup } from '@kajitori/authorization';
import type { Authentication } from '../authentication/authentication.ts';
import type { Authorize } from '../authorization/authorizer.ts';
import type { RbacSource } from '../authorization/rbac-source.ts';
import type { Call } from '../call.ts';
import { type AccessSpec, accessReviewErrors, localReviewErrors } from './access-review-errors.ts';

export interface ReviewServices {
  authorize: Authorize;
  authentication: Authentication;
  rbac: RbacSource;
}

/** Answers a kind that is asked, not stored: the object comes back with its status filled. */
export type Review = (services: ReviewServices, call: Call, object: KubeObject) => Promise<KubeObject>;

/** By `GROUP/KIND`. */
export const reviews: Readonly<Record<string, Review>> = {
  'authentication.k8s.io/SelfSubjectReview': async (_services, { user }, object) => ({
    ...object,
    metadata: { creationTimestamp: formatTime(new Date()) },
    status: { userInfo: userInfo(user) },
  }),
  'authentication.k8s.io/TokenReview': tokenReview,
  'authorization.k8s.io/SelfSubjectAccessReview': (services, call, object) =>
    accessReview(services, call, { object, user: call.user, errors: accessReviewErrors(object, { about: 'self' }) }),
  'authorization.k8s.io/SubjectAccessReview': (services, call, object) =>
    accessReview(services, call, { object, user: subjectOf(object), errors: accessReviewErrors(object, { about: 'anybody' }) }),
  'authorization.k8s.io/LocalSubjectAccessReview': (services, call, object) => {
    const errors = [...accessReviewErrors(object, { about: 'anybody' }), ...localReviewErrors(object, call.namespace)];
    return accessReview(services, call, { object, user: subjectOf(object), errors });
  },
  'authorization.k8s.io/SelfSubjectRulesReview': rulesReview,
};

function userInfo(user: Call['user']): object {
  return {
    username: user.name,
    ...(user.uid === undefined ? {} : { uid: user.uid }),
    groups: user.groups,
    ...(user.extra === undefined ? {} : { extra: user.extra }),
  };
}

function subjectOf(object: KubeObject): { name: string; groups: string[] } {
  const { user = '', groups = [] } = (object['spec'] ?? {}) as AccessSpec;
  return { name: user, groups };
}

interface Question {
  object: KubeObject;
  user: Attributes['user'];
  errors: readonly FieldError[];
}

async function accessReview({ authorize }: ReviewServices, call: Call, { object, user, errors }: Question): Promise<KubeObject> {
  if (errors.length > 0) throw invalidObject(call.kind, '', errors);
  const { resourceAttributes: resource, nonResourceAttributes: path } = (object['spec'] ?? {}) as AccessSpec;
  const attributes: Attributes =
    resource === undefined
      ? { user, verb: path?.verb ?? '', path: path?.path ?? '' }
      : {
          user,
          verb: resource.verb ?? '',
          resource: {
            group: resource.group ?? '',
            resource: resource.resource ?? '',
            subresource: resource.subresource ?? '',
            namespace: resource.namespace ?? '',
            name: resource.name ?? '',
          },
        };
  const { allowed, reason } = await authorize(call.cluster, attributes);
  return { ...object, metadata: { creationTimestamp: undefined }, status: { allowed, ...(reason === '' ? {} : { reason }) } };
}

async function tokenReview({ authentication }: ReviewServices, call: Call, object: KubeObject): Promise<KubeObject> {
  const { token = '', audiences = [] } = (object['spec'] ?? {}) as { token?: string; audiences?: string[] };
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  const reviewed = await authentication.review(call.cluster, token, audiences);
  const status =
    'error' in reviewed
      ? { user: {}, error: reviewed.error }
      : { authenticated: true, user: userInfo(reviewed.user), audiences: reviewed.audiences };
  return { ...object, metadata: {}, status };
}

/** What `kubectl auth can-i --list` prints. */
async function rulesReview({ rbac }: ReviewServices, call: Call, object: KubeObject): Promise<KubeObject> {
  const { namespace = '' } = (object['spec'] ?? {}) as { namespace?: string };
  if (namespace === '') throw badRequest('no namespace on request');
  const resourceRules: PolicyRule[] = [];
  const nonResourceRules: PolicyRule[] = [];
  const all = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  if (call.user.groups.includes(superuserGroup)) {
    resourceRules.push(all);
    nonResourceRules.push({ verbs: ['*'], nonResourceURLs: ['*'] });
  }
  for (const { rule } of rulesFor(await rbac.snapshot(call.cluster), call.user, namespace)) {
    if (rule.nonResourceURLs !== undefined && rule.nonResourceURLs.length > 0)
      nonResourceRules.push({ verbs: rule.verbs, nonResourceURLs: rule.nonResourceURLs });
    else resourceRules.push(rule);
  }
  const incomplete = nodeNameOf(call.user) !== undefined;
  return {
    ...object,
    metadata: {},
    status: {
      resourceRules,
      nonResourceRules,
      incomplete,
      ...(incomplete ? { evaluationError: 'node authorizer does not support user rule resolution' } : {}),
    },
  };
}
