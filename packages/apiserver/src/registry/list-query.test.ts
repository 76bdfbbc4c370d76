import { StatusError } from '@kajitori/apimachinery';
import { pods } from '@kajitori/kinds';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeContinue, encodeContinue, listParameters } from './list-query.ts';

function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('a continue token', () => {
  it('comes back as it went out', () => {
    const part = fc.stringMatching(/^[a-z0-9.-]{0,40}$/);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), part, part, (revision, namespace, name) => {
        expect(decodeContinue(encodeContinue({ revision, namespace, name }))).toEqual({ revision, namespace, name });
      }),
    );
  });

  it('is refused, never misread, when it is anything else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(thrownBy(() => decodeContinue(text)) ?? new StatusError('BadRequest', '')).toBeInstanceOf(StatusError);
      }),
    );
  });
});

describe('list parameters', () => {
  it('keeps Kubernetes’ rules for resourceVersionMatch', () => {
    expect(() => listParameters(pods, { resourceVersionMatch: 'Exact' })).toThrow(/unless resourceVersion is provided/);
    expect(() => listParameters(pods, { resourceVersionMatch: 'Exact', resourceVersion: '0' })).toThrow(
      /forbidden for resourceVersion "0"/,
    );
    expect(() => listParameters(pods, { resourceVersionMatch: 'Sometimes', resourceVersion: '5' })).toThrow(/Unsupported value/);
    expect(listParameters(pods, { resourceVersionMatch: 'NotOlderThan', resourceVersion: '5' }).resourceVersion).toBe(5);
  });

  it('names the field that cannot be selected by', () => {
    expect(() => listParameters(pods, { fieldSelector: 'spec.hostname=a' })).toThrow(/field label not supported: spec.hostname/);
  });

  it.each([{ limit: '-1' }, { limit: 'x' }, { resourceVersion: 'abc' }, { resourceVersion: '-1' }, { continue: '%%%' }])(
    'refuses %o',
    (raw) => {
      expect(() => listParameters(pods, raw)).toThrow(StatusError);
    },
  );
});
