import { describe, expect, it } from 'vitest';
import { ReconnectPace } from './reconnect-pace.ts';
import { RefusedError, SupersededError } from './refusal.ts';

const highest = 1 - Number.EPSILON;
const refused = new RefusedError('Unauthorized', 'the gateway answered 401');
const at = (error: unknown, lastedMilliseconds = 10) => ({ error, lastedMilliseconds });

function waits(pace: ReconnectPace, error: unknown, count: number, random = highest): number[] {
  return Array.from({ length: count }, () => pace.after(at(error), random).waitMilliseconds);
}

describe('the pace of an agent that cannot hold its line', () => {
  it('comes back soon after a failure, and then less and less, up to half a minute', () => {
    expect(waits(new ReconnectPace(), new Error('ECONNREFUSED'), 9)).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('is slow from the start when the control plane says no, down to once in five minutes', () => {
    expect(waits(new ReconnectPace(), refused, 10)).toEqual([2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000]);
    expect(waits(new ReconnectPace(), refused, 1, 0)).toEqual([667]);
  });

  it('says a refusal once with what helps, again only when it is another or after a session', () => {
    const pace = new ReconnectPace();
    const isNew = (error: unknown) => pace.after(at(error), 0).refused?.isNew;
    expect(pace.after(at(refused), 0).refused?.remedy).toContain('kaji nodes join-command');
    expect([isNew(refused), isNew(new Error('away')), isNew(refused)]).toEqual([false, undefined, false]);
    expect([isNew(new RefusedError('QuotaExceeded', 'full')), isNew(refused), isNew(undefined), isNew(refused)]).toEqual([
      true,
      true,
      undefined,
      true,
    ]);
  });

  it('starts anew after a session, the sooner the longer it was', () => {
    const pace = new ReconnectPace();
    waits(pace, refused, 8);
    expect(pace.after(at(undefined, 60_000), highest).waitMilliseconds).toBe(250);
    expect(pace.after(at(refused), highest).waitMilliseconds).toBe(2000);
  });

  it('waits as long as it was told, and lets the machine be that took over', () => {
    const pace = new ReconnectPace();
    expect(pace.after(at(new RefusedError('Unavailable', 'draining', 7)), 0).waitMilliseconds).toBe(7000);
    expect(pace.after(at(new RefusedError('QuotaExceeded', 'full', 600)), 0).waitMilliseconds).toBe(600_000);
    expect(pace.after(at(new SupersededError()), 0).waitMilliseconds).toBe(30_000);
  });
});
