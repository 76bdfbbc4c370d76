import type { ReconcileKey } from './key.ts';

/**
 * Where keys wait. Drivers: memory/ and bullmq/; both pass conformance/.
 *
 * Invariants that every driver holds:
 * - a key that is added runs at least once after that, however often it was added;
 * - a key that is added while it runs, runs once more afterwards: no change is lost;
 * - a key never runs twice at once;
 * - a key that waits for a later time runs at once when it is added: a change beats a delay.
 */
export interface ReconcileQueue extends AsyncDisposable {
  /** Asks for a run of each key as soon as there is room. */
  add(keys: readonly ReconcileKey[]): Promise<void>;
  /** Asks for a run no earlier than that from now, unless one is asked for already. */
  addAfter(key: ReconcileKey, delayMilliseconds: number): Promise<void>;
  /** Starts taking keys. Once. `run` never rejects. */
  start(run: Run): void;
}

/** The signal ends when the queue is being closed. */
export type Run = (key: ReconcileKey, signal: AbortSignal) => Promise<NextRun>;

/** When to run again, though nothing may change until then; absent: only when added. */
export interface NextRun {
  afterMilliseconds?: number;
}

export const notAgain: NextRun = {};
