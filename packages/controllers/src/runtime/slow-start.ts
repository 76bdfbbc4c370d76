/** The first batch; each that succeeds whole doubles the next. */
const firstBatchSize = 1;

export interface SlowStartResult {
  succeeded: number;
  /** The first failure of the batch that stopped it. */
  failure?: Error;
}

/**
 * Makes `count` calls in batches of 1, 2, 4, …, and stops at the first batch with a failure: when each call is going to fail
 * (a quota, a webhook), few are tried.
 */
export async function slowStart(count: number, call: (index: number) => Promise<void>): Promise<SlowStartResult> {
  let succeeded = 0;
  for (let size = firstBatchSize; succeeded < count; size *= 2) {
    const batch = Array.from({ length: Math.min(size, count - succeeded) }, (_, index) => call(succeeded + index));
    const results = await Promise.allSettled(batch);
    const failed = results.find((result) => result.status === 'rejected');
    succeeded += results.filter((result) => result.status === 'fulfilled').length;
    if (failed !== undefined) return { succeeded, failure: asError(failed.reason) };
  }
  return { succeeded };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('a call failed', { cause: reason });
}
