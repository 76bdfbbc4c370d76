import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clusterOfKey, FreshCache } from './fresh-cache.ts';

let loads: (number | undefined)[];
const load = async (before: number | undefined): Promise<number> => {
  loads.push(before);
  return loads.length;
};

describe('a fresh cache', () => {
  beforeEach(() => {
    loads = [];
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  });
  afterEach(() => vi.useRealTimers());

  it('looks once a second, and makes the next value of the last', async () => {
    const cache = new FreshCache<string, number>({ entriesMax: 10 });
    expect(await Promise.all([cache.get('a', load), cache.get('a', load)])).toEqual([1, 1]);
    vi.advanceTimersByTime(1_001);
    expect(await cache.get('a', load)).toBe(2);
    expect(loads).toEqual([undefined, 1]);
  });

  it('looks at once for who wants it newer, and after it was told', async () => {
    const cache = new FreshCache<string, number>({ entriesMax: 10 });
    await cache.get('a', load);
    expect(await cache.get('a', load, 0)).toBe(2);
    vi.advanceTimersByTime(200);
    expect(await cache.get('a', load, 100)).toBe(3);
    cache.expire('a');
    expect(await cache.get('a', load)).toBe(4);
  });

  it('lets who has the most give way', async () => {
    const cache = new FreshCache<string, number>({ entriesMax: 4, ownerOf: clusterOfKey });
    for (const key of ['c-1/a', 'c-2/a', 'c-2/b', 'c-2/c', 'c-2/d', 'c-2/e']) await cache.get(key, load);
    const before = loads.length;
    await cache.get('c-1/a', load);
    expect(loads.length).toBe(before);
    // A newcomer takes the oldest of all.
    await cache.get('c-3/a', load);
    expect(cache.size).toBe(4);
    await cache.get('c-3/a', load);
    expect(loads.length).toBe(before + 1);
  });

  it('remembers no failure', async () => {
    const cache = new FreshCache<string, number>({ entriesMax: 10 });
    await expect(cache.get('a', async () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await cache.get('a', load)).toBe(1);
    expect(loads).toEqual([undefined]);
  });

  it('holds what fits, and nothing that nobody asks for', async () => {
    const cache = new FreshCache<string, number>({ entriesMax: 2 });
    for (const key of ['a', 'b', 'c']) await cache.get(key, load);
    expect(cache.size).toBe(2);
    expect(await cache.get('c', load)).toBe(3);
    vi.advanceTimersByTime(20_000);
    expect(cache.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
