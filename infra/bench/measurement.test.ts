import { expect, test } from 'vitest';
import { completed, percentile, reaches } from './measurement.ts';

test('the ratio is of value and floor, and the goal is its', () => {
  const line = completed({ name: 'create', value: 5_000, unit: '1/s', floor: 8_000, goal: 0.5, better: 'higher' });
  expect(line).toEqual({ name: 'create', value: 5_000, unit: '1/s', floor: 8_000, ratio: 0.625, goal: 0.5, better: 'higher' });
  expect(reaches(line)).toBe(true);
  expect(reaches({ ...line, ratio: 0.4 })).toBe(false);
});

test('without a floor the goal is of the value', () => {
  const line = completed({ name: 'p99', value: 12.3456, unit: 'ms', goal: 10, better: 'lower' });
  expect(line).toEqual({ name: 'p99', value: 12.35, unit: 'ms', goal: 10, better: 'lower' });
  expect(reaches(line)).toBe(false);
});

test('percentiles go by nearest rank', () => {
  const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(samples, 0.5)).toBe(50);
  expect(percentile(samples, 0.99)).toBe(99);
  expect(percentile([7], 0.99)).toBe(7);
  expect(() => percentile([], 0.5)).toThrow(RangeError);
});
