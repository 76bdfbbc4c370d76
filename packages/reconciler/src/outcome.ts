/** How a run ended. An error is thrown, and is retried with growing delays unless it is a TerminalError. */
export type Outcome =
  | { type: 'done' }
  /** Look again later, though nothing may have changed: a deadline, a time to live, a cron instant. */
  | { type: 'requeueAfter'; milliseconds: number };

export const done: Outcome = { type: 'done' };

export function requeueAfter(milliseconds: number): Outcome {
  return { type: 'requeueAfter', milliseconds: Math.max(0, milliseconds) };
}

/** Trying again cannot help until the object changes. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}
