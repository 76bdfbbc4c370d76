import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyDefaults } from './defaults/apply-defaults.ts';
import { normalize } from './normalize/normalize.ts';
import { fitting, randomStructural } from './random-structural.fixture.ts';
import { validate } from './validate/validate.ts';

const cases = randomStructural().chain((schema) => fc.tuple(fc.constant(schema), fc.oneof(fitting(schema), fc.jsonValue({ maxDepth: 4 }))));

/** What a write makes of what was sent. */
function prunedAndDefaulted(schema: Parameters<typeof normalize>[0], sent: unknown): unknown {
  const { value } = normalize(schema, structuredClone(sent), { unknown: 'drop' });
  applyDefaults(schema, value);
  return value;
}

describe('random structural schemas', () => {
  it('prune and default once and for all', () => {
    fc.assert(
      fc.property(cases, ([schema, sent]) => {
        const once = prunedAndDefaulted(schema, sent);
        expect(prunedAndDefaulted(schema, once)).toEqual(once);
        expect(normalize(schema, structuredClone(once), { unknown: 'drop' }).unknown).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('judge any value without throwing or changing it, and twice the same', () => {
    fc.assert(
      fc.property(cases, ([schema, sent]) => {
        const before = structuredClone(sent);
        const errors = validate(schema, sent);
        expect(sent).toEqual(before);
        expect(validate(schema, sent)).toEqual(errors);
      }),
      { numRuns: 500 },
    );
  });
});
