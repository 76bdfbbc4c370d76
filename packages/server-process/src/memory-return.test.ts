import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '@kajitori/telemetry';
import { afterEach, expect, test, vi } from 'vitest';
import { MemoryReturn } from './memory-return.ts';

const mebibyte = 1024 * 1024;
const sampleMilliseconds = 5_000;

afterEach(() => {
  vi.useRealTimers();
});

/** Fills old space, and forgets it. */
function leaveGarbage(): void {
  const kept = Array.from({ length: 500_000 }, (_, index) => ({ index, next: { text: `${index}` } }));
  expect(kept.length).toBe(500_000);
}

test('a quiet process gives back what a busy time has left', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  using returns = new MemoryReturn(silentLogger);
  let isAsked = true;
  returns.spare(() => isAsked);
  leaveGarbage();
  const before = process.memoryUsage().heapTotal;
  vi.advanceTimersByTime(sampleMilliseconds);
  for (let samples = 0; samples < 3; samples += 1) {
    await sleep(200);
    vi.advanceTimersByTime(sampleMilliseconds);
  }
  expect(before - process.memoryUsage().heapTotal).toBeLessThan(10 * mebibyte);
  isAsked = false;
  for (let samples = 0; samples < 2; samples += 1) {
    await sleep(200);
    vi.advanceTimersByTime(sampleMilliseconds);
  }
  expect(before - process.memoryUsage().heapTotal).toBeGreaterThan(10 * mebibyte);
});
