import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitForOptions {
  /** What is awaited, for the message when it never comes. */
  what: string;
  timeoutMilliseconds?: number;
  intervalMilliseconds?: number;
  signal?: AbortSignal;
}

/**
 * Asks again and again until the answer is neither undefined, null nor false, and returns it. An exception counts as
 * "not yet" and becomes the cause of the failure.
 * @throws Error naming `what` when the time is over.
 */
export async function waitFor<T>(ask: () => T | Promise<T>, options: WaitForOptions): Promise<NonNullable<T>> {
  const { what, timeoutMilliseconds = 10_000, intervalMilliseconds = 25, signal } = options;
  const deadline = performance.now() + timeoutMilliseconds;
  let cause: unknown;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMilliseconds} ms`, { cause });
    await sleep(intervalMilliseconds, undefined, signal ? { signal } : {});
  }
}
