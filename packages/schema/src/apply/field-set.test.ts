import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FieldSet, pathText } from './field-set.ts';

const element = fc.constantFrom('f:a', 'f:b', 'k:{"name":"x"}', 'v:"y"', 'i:0');
const set = fc
  .array(fc.array(element, { minLength: 1, maxLength: 4 }), { maxLength: 8 })
  .map((paths) => paths.map(single).reduce((all, one) => all.union(one), FieldSet.empty));

function single(path: readonly string[]): FieldSet {
  return path.toReversed().reduce((inner, step) => FieldSet.of(false, new Map([[step, inner]])), FieldSet.leaf);
}

const texts = (one: FieldSet): string[] => [...one.paths()].map((path) => path.join('/')).sort();

describe('FieldSet', () => {
  it('is what FieldsV1 says', () => {
    const fields = { 'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } }, 'f:spec': { 'k:{"name":"x"}': { '.': {}, 'f:image': {} } } };
    const parsed = FieldSet.fromFieldsV1(fields);
    expect(parsed.toFieldsV1()).toEqual(fields);
    expect([...parsed.paths()].map(pathText)).toEqual([
      '.metadata.labels',
      '.metadata.labels.app',
      '.spec[name="x"]',
      '.spec[name="x"].image',
    ]);
    expect(FieldSet.fromFieldsV1({}).isEmpty).toBe(true);
    for (const wrong of [{ spec: {} }, { 'f:a': 1 }, [], null]) expect(() => FieldSet.fromFieldsV1(wrong)).toThrow(/managedFields/);
  });

  it('is a set', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const left = new Set(texts(a));
        const right = new Set(texts(b));
        expect(texts(a.union(b))).toEqual([...left.union(right)].sort());
        expect(texts(a.difference(b))).toEqual([...left.difference(right)].sort());
        expect(texts(a.intersection(b))).toEqual([...left.intersection(right)].sort());
        expect(a.union(b).equals(b.union(a))).toBe(true);
        expect(FieldSet.fromFieldsV1(a.toFieldsV1()).equals(a)).toBe(true);
        expect(texts(a.differenceBelow(b)).every((path) => ![...right].some((one) => path === one || path.startsWith(`${one}/`)))).toBe(
          true,
        );
      }),
    );
  });
});
