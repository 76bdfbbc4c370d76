import { customResourceDefinitions, validatingAdmissionPolicies } from '@kajitori/kinds';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestCluster } from '../test-cluster.testing.ts';
import { validatingAdmissionPolicy } from './validating-admission-policy.controller.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await TestCluster.open({ descriptors: [validatingAdmissionPolicy] });
});
afterEach(() => cluster[Symbol.asyncDispose]());

const warnings = async (name: string): Promise<string[]> => {
  const { status } = await cluster.get(validatingAdmissionPolicies, name);
  return (status?.typeChecking?.expressionWarnings ?? []).map(({ fieldRef }) => fieldRef);
};
const version = (properties: object): object => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
});
const policy = (name: string, group: string, expression: string): Promise<unknown> =>
  cluster.create(validatingAdmissionPolicies, {
    metadata: { name },
    spec: {
      matchConstraints: { resourceRules: [{ apiGroups: [group], apiVersions: ['v1'], resources: ['widgets'], operations: ['*'] }] },
      validations: [{ expression }],
    },
  });

test('a policy is checked against the kinds of definitions that come, change and go after it', async () => {
  await policy('sized', 'example.com', 'object.spec.size > 0');
  await policy('other', 'other.com', 'object.spec.size > 0');
  await cluster.settle();
  expect(await warnings('sized')).toEqual([]);
  await cluster.create(customResourceDefinitions, {
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [version({ weight: { type: 'integer' } })],
    },
  });
  await cluster.settle();
  await cluster.advance(2_000);
  expect(await warnings('sized')).toEqual(['spec.validations[0].expression']);
  expect(await warnings('other')).toEqual([]);
  const checked = await cluster.get(validatingAdmissionPolicies, 'sized');
  expect(checked.status?.observedGeneration).toBe(checked.metadata.generation);
  await cluster.patch(customResourceDefinitions, 'widgets.example.com', {
    spec: { versions: [version({ size: { type: 'integer' } })] },
  });
  await cluster.settle();
  await cluster.advance(2_000);
  expect(await warnings('sized')).toEqual([]);
  expect(cluster.errors).toEqual([]);
});
