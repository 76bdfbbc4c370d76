import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { list, object, ref, string } from '../builder.ts';
import { ConfigMap, Deployment, Everything, Pod, samplePod, Time, widget } from '../sample-types.fixture.ts';
import { normalize } from './normalize.ts';

const drop = { unknown: 'drop' } as const;

describe('normalize of built-in types', () => {
  it('leaves a proper manifest alone', () => {
    const pod = samplePod();
    expect(normalize(Pod.schema, pod, drop)).toEqual({ value: samplePod(), errors: [], unknown: [] });
  });

  it('drops unknown fields and names them', () => {
    const pod = { spec: { containers: [{ name: 'a', imagee: 'x' }], foo: 1 }, stray: {} };
    expect(normalize(Pod.schema, pod, drop)).toEqual({
      value: { spec: { containers: [{ name: 'a' }] } },
      errors: [],
      unknown: ['spec.containers[0].imagee', 'spec.foo', 'stray'],
    });
    const kept = { spec: { containers: [], foo: 1 } };
    expect(normalize(Pod.schema, kept, { unknown: 'keep' })).toEqual({
      value: { spec: { containers: [], foo: 1 } },
      errors: [],
      unknown: ['spec.foo'],
    });
  });

  it.each([
    [
      { spec: { replicas: '3' } },
      'spec.replicas',
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      { spec: { replicas: 1.5 } },
      'spec.replicas',
      'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      { spec: { replicas: 3e9 } },
      'spec.replicas',
      'json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      { metadata: { labels: { a: 1 } } },
      'metadata.labels.a',
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    [
      { spec: { template: { spec: { containers: {} } } } },
      'spec.template.spec.containers',
      'json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container',
    ],
    [
      { spec: { template: { spec: { containers: [{ tty: 'yes' }] } } } },
      'spec.template.spec.containers[0].tty',
      'json: cannot unmarshal string into Go struct field Container.spec.template.spec.containers.tty of type bool',
    ],
    [{ metadata: [] }, 'metadata', 'json: cannot unmarshal array into Go struct field Deployment.metadata of type v1.ObjectMeta'],
    [
      { metadata: { generation: 2 ** 53 } },
      'metadata.generation',
      'json: cannot unmarshal number 9007199254740992 into Go struct field ObjectMeta.metadata.generation of type int64',
    ],
    [[], '', 'json: cannot unmarshal array into Go value of type v1.Deployment'],
    [
      { metadata: { creationTimestamp: 'now' } },
      'metadata.creationTimestamp',
      'metadata.creationTimestamp: parsing time "now" as "2006-01-02T15:04:05Z07:00": cannot parse it as RFC 3339',
    ],
  ])('reports a wrong type in %j', (value, field, message) => {
    expect(normalize(Deployment.schema, value, drop).errors).toEqual([{ reason: 'FieldValueTypeInvalid', field, message }]);
  });

  it('writes times, amounts and bytes in one form', () => {
    const { value, errors } = normalize(
      Everything.schema,
      {
        time: '2020-02-29T01:02:03.9+09:00',
        micro: '2020-01-01T00:00:00.1234567Z',
        amounts: { cpu: 0.5, memory: '1024Mi', none: null },
        blob: 'aGVs\nbG8=\n',
      },
      drop,
    );
    expect(errors).toEqual([]);
    expect(value).toEqual({
      time: '2020-02-28T16:02:03Z',
      micro: '2020-01-01T00:00:00.123456Z',
      amounts: { cpu: '500m', memory: '1Gi', none: '0' },
      blob: 'aGVsbG8=',
    });
    expect(normalize(Everything.schema, { time: '2021-02-29T00:00:00Z' }, drop).errors).toHaveLength(1);
    expect(normalize(Everything.schema, { blob: 'a' }, drop).errors[0]?.message).toBe('blob: illegal base64 data at input byte 0');
    expect(normalize(Everything.schema, { amount: 'many' }, drop).errors[0]?.message).toMatch(/quantities must match/);
    expect(normalize(Time.schema, '2020-01-01T00:00:00+00:00', drop).value).toBe('2020-01-01T00:00:00Z');
  });

  it('lets null and empty values vanish as Go does', () => {
    const { value } = normalize(
      Deployment.schema,
      {
        metadata: { name: 'a', creationTimestamp: null, labels: {}, finalizers: [] },
        spec: {
          replicas: 0,
          minReadySeconds: 0,
          paused: false,
          selector: {},
          template: { spec: { containers: null, serviceAccountName: '', volumes: [{ name: 'v', emptyDir: {} }] } },
        },
      },
      drop,
    );
    expect(value).toEqual({
      metadata: { name: 'a' },
      spec: { replicas: 0, selector: {}, template: { spec: { containers: [], volumes: [{ name: 'v', emptyDir: {} }] } } },
    });
  });

  it('gives null items their zero', () => {
    const Lists = object('test.v1.Lists', { texts: list(1, string()), objects: list(2, () => ConfigMap), one: ref(3, () => ConfigMap) });
    expect(normalize(Lists.schema, { texts: [null, 'a'], objects: [null], one: { data: { a: null } } }, drop).value).toEqual({
      texts: ['', 'a'],
      objects: [{}],
      one: { data: { a: '' } },
    });
  });

  it('never throws, never pollutes, and does nothing the second time', () => {
    fc.assert(
      fc.property(
        fc.object({
          key: fc.constantFrom(...Object.keys(Everything.schema.properties ?? {}), '__proto__', 'constructor', 'x'),
          maxDepth: 5,
        }),
        (given) => {
          const value = JSON.parse(JSON.stringify(given)) as unknown;
          const first = normalize(Everything.schema, value, drop);
          expect(({} as Record<string, unknown>).x).toBeUndefined();
          if (first.errors.length > 0) return;
          const text = JSON.stringify(first.value);
          expect(normalize(Everything.schema, first.value, drop)).toEqual({ value: JSON.parse(text), errors: [], unknown: [] });
        },
      ),
    );
  });
});

describe('normalize of structural types', () => {
  it('prunes, and keeps what is preserved, embedded or additional', () => {
    const value = {
      metadata: { name: 'w', oddity: 1, creationTimestamp: null },
      spec: {
        size: 'wrong types stay for validation',
        extra: 1,
        color: null,
        note: null,
        free: { known: true, unknown: { deep: 1 } },
        template: { apiVersion: 'v1', kind: 'Pod', metadata: {}, spec: {} },
        labels: { any: 'text' },
        parts: [{ id: 'a', odd: 1 }],
      },
      other: true,
    };
    expect(normalize(widget, value, drop)).toEqual({
      value: {
        metadata: { name: 'w' },
        spec: {
          size: 'wrong types stay for validation',
          note: null,
          free: { known: true, unknown: { deep: 1 } },
          template: { apiVersion: 'v1', kind: 'Pod', metadata: {}, spec: {} },
          labels: { any: 'text' },
          parts: [{ id: 'a' }],
        },
      },
      errors: [],
      unknown: ['metadata.oddity', 'spec.extra', 'spec.parts[0].odd', 'other'],
    });
  });

  it('reports wrong types in the metadata only', () => {
    expect(normalize(widget, { metadata: { labels: 1 }, spec: 4 }, drop).errors.map(({ field }) => field)).toEqual(['metadata.labels']);
  });
});
