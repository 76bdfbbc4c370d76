import { backOffMilliseconds, reconnectBackOff, refusedBackOff } from './back-off.ts';
import { RefusedError, SupersededError, remedyOf } from './refusal.ts';

/** How an attempt to hold the line ended. */
export interface AttemptEnd {
  /** Absent: a session was held and ended. */
  error: unknown;
  lastedMilliseconds: number;
}

export interface NextAttempt {
  waitMilliseconds: number;
  /** Only a person can help: it may be said once, and is not worth a line each time. */
  refused: { error: RefusedError; remedy: string; isNew: boolean } | undefined;
}

/** A session that lasted so long was no failure. */
const steadyMilliseconds = 20_000;
const supersededWaitMilliseconds = 30_000;

/**
 * Decides when the line is tried again: soon and then less and less after a failure; slowly from the start, down to once in some minutes, when the control plane says no.
 * It never gives up, since what was refused may be made valid again.
 */
export class ReconnectPace {
  #failures = 0;
  #refusals = 0;
  #reason: RefusedError['reason'] | undefined;

  /** `random` is in [0, 1). */
  after({ error, lastedMilliseconds }: AttemptEnd, random: number): NextAttempt {
    const remedy = error instanceof RefusedError ? remedyOf(error.reason) : undefined;
    if (error instanceof RefusedError && remedy !== undefined) {
      const isNew = this.#reason !== error.reason;
      this.#refusals = isNew ? 1 : this.#refusals + 1;
      this.#reason = error.reason;
      const waitMilliseconds = Math.max(
        backOffMilliseconds(refusedBackOff, this.#refusals - 1, random),
        (error.retryAfterSeconds ?? 0) * 1000,
      );
      return { waitMilliseconds, refused: { error, remedy, isNew } };
    }
    // A gateway that is away between two refusals has not changed its mind.
    if (error === undefined) {
      this.#reason = undefined;
      this.#refusals = 0;
    }
    this.#failures = lastedMilliseconds > steadyMilliseconds ? 0 : this.#failures + 1;
    return { waitMilliseconds: this.#waitAfterFailure(error, random), refused: undefined };
  }

  #waitAfterFailure(error: unknown, random: number): number {
    if (error instanceof SupersededError) return supersededWaitMilliseconds;
    if (error instanceof RefusedError && error.retryAfterSeconds !== undefined) return error.retryAfterSeconds * 1000;
    return backOffMilliseconds(reconnectBackOff, Math.max(this.#failures - 1, 0), random);
  }
}
