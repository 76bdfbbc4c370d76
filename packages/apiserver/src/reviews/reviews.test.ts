import { apiVersionOf, type KubeObject } from '@kajitori/apimachinery';
import {
  type Kind,
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectRulesReviews,
  subjectAccessReviews,
  tokenReviews,
} from '@kajitori/kinds';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type MemoryApi, memoryApi } from '../testing/memory-api.testing.ts';

let world: MemoryApi;
beforeEach(async () => {
  world = await memoryApi();
});
afterEach(() => world[Symbol.asyncDispose]());

function ask<T extends KubeObject>(kind: Kind<T>, spec: object, metadata: object = {}): Promise<T> {
  const body = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, spec };
  return world.client.resource(kind).create(body as unknown as T);
}

const pods = { verb: 'list', resource: 'pods', namespace: 'default' };
const version = { verb: 'get', path: '/version' };

it('answers who may do what', async () => {
  const asked = await ask(subjectAccessReviews, { user: 'eve', groups: ['system:masters'], nonResourceAttributes: version });
  expect(asked.status).toEqual({ allowed: true });
  expect((await ask(subjectAccessReviews, { user: 'eve', resourceAttributes: pods })).status).toEqual({ allowed: false });
  expect((await ask(selfSubjectAccessReviews, { resourceAttributes: pods })).status).toEqual({ allowed: true });
  const local = await ask(localSubjectAccessReviews, { user: 'eve', resourceAttributes: pods }, { namespace: 'default' });
  expect(local.status).toEqual({ allowed: false });
});

it.each([
  [{}, 'spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified'],
  [
    { resourceAttributes: pods, nonResourceAttributes: version },
    'spec.nonResourceAttributes: Invalid value: {"verb":"get","path":"/version"}: cannot be specified in combination with resourceAttributes',
  ],
  [
    { resourceAttributes: { ...pods, labelSelector: {} } },
    'spec.resourceAttributes.labelSelector.requirements: Required value: when spec.resourceAttributes.labelSelector is specified, requirements or rawSelector is required',
  ],
])('refuses a question that is none: %j', async (spec, why) => {
  await expect(ask(selfSubjectAccessReviews, spec)).rejects.toMatchObject({
    code: 422,
    message: `SelfSubjectAccessReview.authorization.k8s.io "" is invalid: ${why}`,
  });
});

it('wants to know of whom, and keeps a local question to its namespace', async () => {
  await expect(ask(subjectAccessReviews, { resourceAttributes: pods })).rejects.toThrow(
    'SubjectAccessReview.authorization.k8s.io "" is invalid: spec.user: Invalid value: "": at least one of user or group must be specified',
  );
  const local = (resourceAttributes: object) =>
    ask(localSubjectAccessReviews, { user: 'eve', resourceAttributes }, { namespace: 'default' });
  await expect(local({ ...pods, namespace: 'other' })).rejects.toMatchObject({
    code: 422,
    message:
      'LocalSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes.namespace: Invalid value: "other": must match metadata.namespace',
  });
});

it('lists rules of one namespace, which must be named', async () => {
  await expect(ask(selfSubjectRulesReviews, {})).rejects.toMatchObject({ code: 400, message: 'no namespace on request' });
  expect((await ask(selfSubjectRulesReviews, { namespace: 'default' })).status?.resourceRules).toContainEqual({
    verbs: ['*'],
    apiGroups: ['*'],
    resources: ['*'],
  });
});

it('gives a token’s review back as it was asked', async () => {
  const { spec, status } = await ask(tokenReviews, { token: 'nonsense' });
  expect({ spec, status }).toEqual({ spec: { token: 'nonsense' }, status: { user: {}, error: 'invalid bearer token' } });
});
