/** Share of the time in which the event loop was busy below which a process counts as quiet: polls and renewals alone stay under it. */
const quietUtilization = 0.1;
/** Quiet samples in a row after which a busy time is over, and after which what it left in caches has expired. */
const quietSamples: readonly number[] = [2, 8];

/**
 * Decides when a process that was busy has become quiet. Pure: a sample is the share of the time since the sample before in which the
 * process worked.
 */
export class QuietDetector {
  // A start is work.
  #busy = true;
  #quiet = 0;

  /** Whether now is the time to tidy up after a busy time. `isAsked`: somebody waits for answers, however little they take. */
  sample(utilization: number, isAsked = false): boolean {
    if (utilization >= quietUtilization || isAsked) {
      this.#busy = true;
      this.#quiet = 0;
      return false;
    }
    if (!this.#busy) return false;
    this.#quiet += 1;
    this.#busy = this.#quiet < (quietSamples.at(-1) ?? 0);
    return quietSamples.includes(this.#quiet);
  }
}
