import type { Probe } from '@kajitori/kinds';
import type { ProbeResult } from './check.ts';

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

/** What a run of results means: undefined while it is not long enough to mean anything new. */
export type Verdict = 'success' | 'failure' | undefined;

/**
 * Counts results in a row against the thresholds of a probe. Pure but for its own count. An `unknown` result says nothing about the container and leaves the
 * count as it is.
 */
export class ProbeCounter {
  readonly #probe: Probe;
  #last: 'success' | 'failure' | undefined;
  #run = 0;

  constructor(probe: Probe) {
    this.#probe = probe;
  }

  add({ outcome }: ProbeResult): Verdict {
    if (outcome === 'unknown') return undefined;
    this.#run = outcome === this.#last ? this.#run + 1 : 1;
    this.#last = outcome;
    const threshold = outcome === 'success' ? (this.#probe.successThreshold ?? 1) : (this.#probe.failureThreshold ?? 3);
    return this.#run >= threshold ? outcome : undefined;
  }
}
