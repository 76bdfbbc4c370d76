import { expect, test } from 'vitest';
import { Random } from './random.ts';

const draw = (seed: number): number[] => {
  const random = new Random(seed);
  return Array.from({ length: 1000 }, () => random.integer(0, 9));
};

test('a seed repeats, and another does not', () => {
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test('each number comes about as often as the others', () => {
  const counts = new Map<number, number>();
  for (const number of draw(42)) counts.set(number, (counts.get(number) ?? 0) + 1);
  expect(counts.size).toBe(10);
  for (const count of counts.values()) expect(count).toBeGreaterThan(60);
});

test('a fork goes on by itself', () => {
  const one = new Random(7);
  const other = new Random(7);
  one.fork().integer(0, 100);
  other.fork();
  expect(one.integer(0, 1000)).toBe(other.integer(0, 1000));
});
