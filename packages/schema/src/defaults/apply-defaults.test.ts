import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalize } from '../normalize/normalize.ts';
import { Deployment, Everything, Pod, samplePod, widget } from '../sample-types.fixture.ts';
import type { Schema } from '../schema.ts';
import { applyDefaults } from './apply-defaults.ts';

const defaulted = (schema: Schema, value: unknown): unknown => {
  applyDefaults(schema, value);
  return value;
};

describe('applyDefaults', () => {
  it('fills absent fields of present objects, structures held by value included', () => {
    expect(
      defaulted(Deployment.schema, { spec: { replicas: 0, template: { spec: { containers: [{ ports: [{ containerPort: 80 }] }] } } } }),
    ).toEqual({
      spec: {
        replicas: 0,
        strategy: { type: 'RollingUpdate' },
        template: {
          metadata: {},
          spec: {
            restartPolicy: 'Always',
            terminationGracePeriodSeconds: 30,
            containers: [{ ports: [{ containerPort: 80, protocol: 'TCP' }], resources: {} }],
          },
        },
      },
    });
    expect(defaulted(Deployment.schema, {})).toEqual({});
    expect(defaulted(Everything.schema, { self: { self: {} } })).toEqual({ self: { self: {} } });
  });

  it('fills structural defaults, in defaults too, and leaves nullable nulls', () => {
    expect(defaulted(widget, { spec: { note: null, color: null, parts: [{ id: 'a' }, null, 1] } })).toEqual({
      spec: { note: null, color: 'red', nested: { level: 3 }, parts: [{ id: 'a', on: true }, null, 1] },
    });
  });

  it('gives every object a default of its own', () => {
    const one = defaulted(widget, { spec: {} }) as { spec: { nested: { level: number } } };
    one.spec.nested.level = 9;
    expect(defaulted(widget, { spec: {} })).toEqual({ spec: { color: 'red', nested: { level: 3 } } });
  });

  it('with normalize, does nothing the second time', () => {
    const keys = ['spec', 'containers', 'ports', 'metadata', 'volumes', 'secret', 'nested', 'parts', 'color', '__proto__', 'x'];
    fc.assert(
      fc.property(fc.constantFrom(Pod.schema, widget), fc.object({ key: fc.constantFrom(...keys), maxDepth: 5 }), (schema, object) => {
        const value = JSON.parse(JSON.stringify({ ...samplePod(), ...object })) as unknown;
        const once = (input: unknown): string => {
          const { value: normalized } = normalize(schema, input, { unknown: 'drop' });
          applyDefaults(schema, normalized);
          return JSON.stringify(normalized);
        };
        const text = once(value);
        if (normalize(schema, JSON.parse(text), { unknown: 'drop' }).errors.length > 0) return;
        expect(once(JSON.parse(text))).toBe(text);
        expect(({} as Record<string, unknown>).x).toBeUndefined();
      }),
    );
  });
});
