import { describe, expect, it } from 'vitest';
import { QuietDetector } from './quiet-detector.ts';

const quiet = 0.01;
const busy = 0.6;

/** The numbers of the samples, from 1, at which it was time to tidy up. */
function tidied(samples: readonly number[]): number[] {
  const detector = new QuietDetector();
  return samples.flatMap((sample, index) => (detector.sample(sample) ? [index + 1] : []));
}

describe('a process becomes quiet', () => {
  it('after its start: once soon, and once when its caches have expired', () => {
    expect(tidied(Array.from({ length: 100 }, () => quiet))).toEqual([2, 8]);
  });

  it('not while it works', () => {
    expect(tidied([busy, quiet, busy, quiet, busy, quiet, busy])).toEqual([]);
  });

  it('not while somebody asks now and then', () => {
    const detector = new QuietDetector();
    const asked = Array.from({ length: 20 }, () => detector.sample(quiet, true));
    expect(asked).not.toContain(true);
    expect([detector.sample(quiet), detector.sample(quiet)]).toEqual([false, true]);
  });

  it('again after each busy time', () => {
    const rest = Array.from({ length: 20 }, () => quiet);
    expect(tidied([...rest, busy, ...rest])).toEqual([2, 8, 23, 29]);
  });

  it('anew when it is disturbed between the two', () => {
    expect(tidied([quiet, quiet, quiet, busy, quiet, quiet, quiet, quiet, quiet, quiet, quiet, quiet])).toEqual([2, 6, 12]);
  });
});
