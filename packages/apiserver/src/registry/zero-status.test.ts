import { customResourceDefinitions, nodes } from '@kajitori/kinds';
import { validate } from '@kajitori/schema';
import { expect, it } from 'vitest';
import { withZeroStatus } from './zero-status.ts';

it('fills what a status leaves out with nothing, and demands the rest', () => {
  const { schema } = customResourceDefinitions.schema;
  const object = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.com' },
    status: { conditions: [{ message: 'patched' }] },
  };
  const left = withZeroStatus(schema, object, validate(schema, object));
  expect(left.map(({ field }) => field)).toEqual(['spec']);
  expect(object.status.conditions).toEqual([{ type: '', status: '', message: 'patched' }]);
});

it('leaves times out', () => {
  const { schema } = nodes.schema;
  const object = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n' },
    status: { addresses: [{ address: '10.0.0.1' }], conditions: [{}] },
  };
  expect(withZeroStatus(schema, object, validate(schema, object))).toEqual([]);
  expect(object.status).toEqual({ addresses: [{ type: '', address: '10.0.0.1' }], conditions: [{ type: '', status: '' }] });
});
