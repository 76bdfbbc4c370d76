import { describe, expect, it } from 'vitest';
import { SchemaPool } from './schema-pool.ts';

const made = (characters: number) => () => ({ schema: { type: 'object' as const }, characters });

describe('the pool of schemas', () => {
  it('makes a schema once', () => {
    const pool = new SchemaPool();
    expect(pool.get('a', made(10))).toBe(pool.get('a', made(10)));
  });

  it('forgets what went unused longest, and never the one just asked for', () => {
    const pool = new SchemaPool(100);
    const [first, second] = [pool.get('a', made(50)), pool.get('b', made(50))];
    expect(pool.get('a', made(50))).toBe(first);
    pool.get('c', made(40));
    expect(pool.get('a', made(50))).toBe(first);
    expect(pool.get('b', made(50))).not.toBe(second);
    pool.get('d', made(1000));
    expect(pool.size).toBe(1);
  });
});
