import type { Failure } from '../model/pod-activity.ts';

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** One more in a row. */
export function failureAfter(before: Failure | undefined, message: string): Failure {
  return { message, at: new Date(), count: (before?.count ?? 0) + 1 };
}
