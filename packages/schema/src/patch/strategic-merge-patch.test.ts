import { isStatusError } from '@kajitori/apimachinery';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalize } from '../normalize/normalize.ts';
import { Deployment, ObjectMeta, Pod, PodSpec, samplePod } from '../sample-types.fixture.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';

const live = {
  containers: [
    {
      name: 'a',
      image: 'a:1',
      env: [
        { name: 'X', value: '1' },
        { name: 'Y', value: '2' },
      ],
      args: ['1', '2'],
    },
    { name: 'b', image: 'b:1' },
  ],
  volumes: [
    { name: 'v', emptyDir: {} },
    { name: 'w', secret: { secretName: 's' } },
  ],
  nodeSelector: { zone: 'x', disk: 'ssd' },
};

describe('applyStrategicMergePatch', () => {
  it.each([
    [
      'merges elements by their key',
      { containers: [{ name: 'b', image: 'b:2' }] },
      { ...live, containers: [live.containers[0], { name: 'b', image: 'b:2' }] },
    ],
    [
      'merges lists inside elements',
      {
        containers: [
          {
            name: 'a',
            env: [
              { name: 'Y', value: '3' },
              { name: 'Z', value: '4' },
            ],
          },
        ],
      },
      {
        ...live,
        containers: [
          {
            ...live.containers[0],
            env: [
              { name: 'X', value: '1' },
              { name: 'Y', value: '3' },
              { name: 'Z', value: '4' },
            ],
          },
          live.containers[1],
        ],
      },
    ],
    [
      'adds elements',
      { containers: [{ name: 'c', image: null, args: ['x'] }] },
      { ...live, containers: [{ name: 'c', args: ['x'] }, ...live.containers] },
    ],
    ['deletes an element', { containers: [{ name: 'a', $patch: 'delete' }] }, { ...live, containers: [live.containers[1]] }],
    ['replaces a list', { containers: [{ name: 'c' }, { $patch: 'replace' }] }, { ...live, containers: [{ name: 'c' }] }],
    [
      'replaces a list without merge strategy',
      { containers: [{ name: 'a', args: ['3'] }] },
      { ...live, containers: [{ ...live.containers[0], args: ['3'] }, live.containers[1]] },
    ],
    ['replaces a map', { nodeSelector: { $patch: 'replace', a: 'b' } }, { ...live, nodeSelector: { a: 'b' } }],
    ['empties a map', { nodeSelector: { $patch: 'delete' } }, { ...live, nodeSelector: {} }],
    ['merges a map that says so', { nodeSelector: { $patch: 'merge', zone: null } }, { ...live, nodeSelector: { disk: 'ssd' } }],
    ['removes a field', { volumes: null }, { containers: live.containers, nodeSelector: live.nodeSelector }],
    [
      'retains keys',
      { volumes: [{ name: 'v', $retainKeys: ['name', 'secret'], secret: { secretName: 't' } }] },
      { ...live, volumes: [{ name: 'v', secret: { secretName: 't' } }, live.volumes[1]] },
    ],
    [
      'orders elements',
      {
        $setElementOrder: undefined,
        '$setElementOrder/containers': [{ name: 'b' }, { name: 'c' }, { name: 'a' }],
        containers: [{ name: 'c' }, { name: 'a', image: 'a:2' }],
      },
      { ...live, containers: [live.containers[1], { name: 'c' }, { ...live.containers[0], image: 'a:2' }] },
    ],
    [
      'orders without changing',
      { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
      { ...live, containers: live.containers.toReversed() },
    ],
    [
      'keeps no order inside new values',
      { nodeSelector: null, volumes: [{ name: 'n', $retainKeys: ['name'], emptyDir: null }] },
      { containers: live.containers, volumes: [{ name: 'n' }, ...live.volumes] },
    ],
  ])('%s', (_what, patch, expected) => {
    const given = JSON.parse(JSON.stringify(patch)) as unknown;
    const before = JSON.stringify([live, given]);
    expect(applyStrategicMergePatch(PodSpec.schema, live, given)).toEqual(expected);
    expect(JSON.stringify([live, given])).toBe(before);
  });

  it('adds to and deletes from lists of scalars', () => {
    const metadata = { finalizers: ['a', 'b', 'c'] };
    expect(applyStrategicMergePatch(ObjectMeta.schema, metadata, { finalizers: ['d', 'a'] })).toEqual({ finalizers: ['d', 'a', 'b', 'c'] });
    expect(applyStrategicMergePatch(ObjectMeta.schema, metadata, { '$deleteFromPrimitiveList/finalizers': ['b', 'x'] })).toEqual({
      finalizers: ['a', 'c'],
    });
    expect(applyStrategicMergePatch(ObjectMeta.schema, metadata, { '$setElementOrder/finalizers': ['c', 'd'], finalizers: ['d'] })).toEqual(
      {
        finalizers: ['a', 'b', 'c', 'd'],
      },
    );
  });

  it('treats a list of objects by their second key as Kubernetes does', () => {
    const ports = [{ containerPort: 80, protocol: 'TCP' }];
    expect(
      applyStrategicMergePatch(
        PodSpec.schema,
        { containers: [{ name: 'a', ports }] },
        { containers: [{ name: 'a', ports: [{ containerPort: 80, name: 'x' }] }] },
      ),
    ).toEqual({
      containers: [{ name: 'a', ports: [{ containerPort: 80, protocol: 'TCP', name: 'x' }] }],
    });
  });

  it.each([
    [{ containers: [{ image: 'x' }] }, /does not contain declared merge key: name/],
    [{ containers: [{ name: 'a', $patch: 'explode' }] }, /unknown patch type: explode/],
    [{ nodeSelector: { $patch: 'explode' } }, /unknown patch type/],
    [{ containers: ['text'] }, /not identical/],
    [{ containers: [[]] }, /lists of lists/],
    [{ volumes: [{ name: 'v', $retainKeys: 'name' }] }, /invalid patch format of retainKeys/],
    [{ volumes: [{ name: 'v', $retainKeys: ['name'], secret: {} }] }, /invalid patch format of retainKeys/],
    [{ '$setElementOrder/containers': {} }, /expected a \[\]interface/],
    [
      { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }], containers: [{ name: 'a' }, { name: 'b' }] },
      /The order in patch list/,
    ],
    [{ '$deleteFromPrimitiveList/containers': 'a' }, /invalid patch format of primitive list/],
    [[], /expected a map/],
  ])('refuses %j', (patch, message) => {
    const run = (): unknown => applyStrategicMergePatch(PodSpec.schema, live, patch);
    expect(run).toThrow(message);
    expect(run).toThrow(expect.toSatisfy((error) => isStatusError(error, 'BadRequest')));
  });

  const patches = fc.object({
    key: fc.constantFrom(
      'spec',
      'containers',
      'volumes',
      'name',
      'image',
      'metadata',
      'labels',
      'finalizers',
      '$patch',
      '$retainKeys',
      '$setElementOrder/containers',
      '__proto__',
    ),
    values: [fc.constantFrom('a', 'c0', 'delete', 'replace', null), fc.constant([{ name: 'c0' }])],
    maxDepth: 5,
  });

  it('throws a StatusError or returns, changes no input and never reaches the prototype', () => {
    fc.assert(
      fc.property(patches, (object) => {
        const patch = JSON.parse(JSON.stringify(object)) as unknown;
        const pod = samplePod();
        const before = JSON.stringify([pod, patch]);
        try {
          const result = applyStrategicMergePatch(Pod.schema, pod, patch);
          normalize(Pod.schema, result, { unknown: 'drop' });
        } catch (error) {
          if (!isStatusError(error)) throw error;
        }
        expect(JSON.stringify([pod, patch])).toBe(before);
        expect(({} as Record<string, unknown>).name).toBeUndefined();
      }),
    );
  });

  it('is idempotent, and an object patched by itself is itself', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const container = fc.record({
      name,
      image: name,
      env: fc.uniqueArray(fc.record({ name, value: name }), { selector: (one) => one.name }),
    });
    const deployment = fc.record({
      metadata: fc.record({ labels: fc.dictionary(name, name), finalizers: fc.uniqueArray(name) }),
      spec: fc.record({
        template: fc.record({ spec: fc.record({ containers: fc.uniqueArray(container, { selector: (one) => one.name }) }) }),
      }),
    });
    fc.assert(
      fc.property(deployment, deployment, (one, other) => {
        expect(applyStrategicMergePatch(Deployment.schema, one, one)).toEqual(one);
        expect(applyStrategicMergePatch(Deployment.schema, one, {})).toEqual(one);
        const once = applyStrategicMergePatch(Deployment.schema, one, other);
        expect(applyStrategicMergePatch(Deployment.schema, once, other)).toEqual(once);
      }),
    );
  });
});
