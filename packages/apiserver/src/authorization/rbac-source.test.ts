import { newClusterId } from '@kajitori/apimachinery';
import { openMemoryStorage } from '@kajitori/storage';
import { afterEach, expect, test, vi } from 'vitest';
import { RbacSource } from './rbac-source.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('the roles of a cluster are held while somebody asks about it, and go with the timer when nobody does', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  await using storage = openMemoryStorage();
  const cluster = newClusterId();
  await storage.clusters.create(cluster);
  const source = new RbacSource(storage);
  const first = await source.snapshot(cluster);
  for (let asked = 0; asked < 5; asked += 1) {
    vi.advanceTimersByTime(4_000);
    expect(await source.snapshot(cluster)).toBe(first);
  }
  vi.advanceTimersByTime(20_000);
  expect(vi.getTimerCount()).toBe(0);
  expect(await source.snapshot(cluster)).not.toBe(first);
});
