import { expect, it, vi } from 'vitest';
import { ShortLivedCache } from './short-lived-cache.ts';

it('shares a look-up, forgets with time, and keeps within its bound', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const cache = new ShortLivedCache<number, number>({ maxAgeMilliseconds: 100, maxEntries: 3 });
    let asked = 0;
    const ask = (key: number) => cache.get(key, async () => (asked += 1));
    expect(await Promise.all([ask(1), ask(1)])).toEqual([1, 1]);
    vi.advanceTimersByTime(101);
    expect(await ask(1)).toBe(2);
    for (let key = 2; key < 10; key += 1) await ask(key);
    expect(cache.size).toBe(3);
  } finally {
    vi.useRealTimers();
  }
});

it('remembers neither failures nor, unless told, absence', async () => {
  let asked = 0;
  const nothing = async (): Promise<undefined> => {
    asked += 1;
    return undefined;
  };
  const forgetful = new ShortLivedCache<string, undefined>({ maxAgeMilliseconds: 1000, maxEntries: 3 });
  await forgetful.get('a', nothing);
  await forgetful.get('a', nothing);
  expect(asked).toBe(2);
  const mindful = new ShortLivedCache<string, undefined>({ maxAgeMilliseconds: 1000, maxEntries: 3, rememberAbsence: true });
  await mindful.get('a', nothing);
  await mindful.get('a', nothing);
  expect(asked).toBe(3);
  await expect(mindful.get('b', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
  await expect(mindful.get('b', nothing)).resolves.toBeUndefined();
});
