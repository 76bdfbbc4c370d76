import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstPending, formatIndexes, parseIndexes } from './completion-indexes.ts';

test('ranges are written as Kubernetes does', () => {
  expect(formatIndexes(new Set([7, 1, 3, 5, 4, 8]))).toBe('1,3-5,7-8');
  expect(formatIndexes(new Set())).toBe('');
  expect([...parseIndexes('1,3-5,7', 5)]).toEqual([1, 3, 4]);
});

test('what is written is read back', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 200 })), (indexes) => {
      expect(parseIndexes(formatIndexes(new Set(indexes)), 201)).toEqual(new Set(indexes));
    }),
  );
});

test('the lowest free indexes come first', () => {
  expect(firstPending(3, 6, new Set([0, 2]), new Set([3]))).toEqual([1, 4, 5]);
  expect(firstPending(9, 2, new Set([0]))).toEqual([1]);
});
