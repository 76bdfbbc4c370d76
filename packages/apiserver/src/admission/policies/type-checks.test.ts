import { validatingAdmissionPolicies, type ValidatingAdmissionPolicy } from '@kajitori/kinds';
import { describe, expect, it } from 'vitest';
import { memoryApi } from '../../testing/memory-api.testing.ts';

async function checked(spec: object): Promise<ValidatingAdmissionPolicy['status']> {
  await using world = await memoryApi();
  const { status } = await world.client.resource(validatingAdmissionPolicies).create({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'x' },
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments', 'deployments/scale', '*/status'] },
        ],
      },
      ...spec,
    },
  });
  return status;
}

describe('the types of a policy’s expressions', () => {
  it('are checked when it is written', async () => {
    const status = await checked({
      variables: [{ name: 'replicas', expression: 'object.spec.replicas' }],
      validations: [
        { expression: 'object.spec.replicas > 1' },
        { expression: "object.spec.replicas > '1'" },
        { expression: 'object.spec.maxRetries > 1', messageExpression: "'have ' + variables.replicas" },
      ],
    });
    expect(status?.observedGeneration).toBe(1);
    expect(status?.typeChecking?.expressionWarnings?.map(({ fieldRef }) => fieldRef)).toEqual([
      'spec.validations[1].expression',
      'spec.validations[2].expression',
      'spec.validations[2].messageExpression',
    ]);
    const [first, second] = status?.typeChecking?.expressionWarnings ?? [];
    expect(first?.warning).toMatch(
      /^apps\/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_>_' applied to '\(int, string\)'/,
    );
    expect(second?.warning).toMatch(/undefined field 'maxRetries'/);
  });

  it('have nothing to say of what is right', async () => {
    const status = await checked({
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      validations: [
        { expression: "object.spec.template.spec.containers.all(c, !has(c.resources) || 'cpu' in c.resources.limits)" },
        {
          expression:
            "object.metadata.labels['app'] == params.data['app'] && object.metadata.creationTimestamp < timestamp('2100-01-01T00:00:00Z')",
        },
        { expression: 'object.spec.strategy.rollingUpdate.maxSurge == 1 || oldObject == null' },
      ],
    });
    expect(status?.typeChecking).toEqual({});
  });
});
