import { isStatusError } from '@kajitori/apimachinery';
import type { Logger } from '@kajitori/telemetry';
import type { Backoff } from './backoff.ts';
import { keyText, type ReconcileKey } from './key.ts';
import type { ReconcileMetrics, ReconcileResult } from './metrics.ts';
import { type Outcome, TerminalError } from './outcome.ts';
import { type NextRun, notAgain, type Run } from './queue.ts';

export type Reconcile = (key: ReconcileKey, signal: AbortSignal) => Promise<Outcome>;

export interface RunnerParts {
  reconcile: Reconcile;
  backoff: Backoff;
  metrics: ReconcileMetrics;
  logger: Logger;
}

/** Turns outcomes and errors of a reconcile function into a queue's next run, with metrics and one log line a failure. */
export function createRunner({ reconcile, backoff, metrics, logger }: RunnerParts): Run {
  return async (key, signal) => {
    const started = performance.now();
    metrics.started(key.controller);
    let result: ReconcileResult = 'done';
    try {
      const outcome = await reconcile(key, signal);
      backoff.forget(keyText(key));
      result = outcome.type;
      return outcome.type === 'done' ? notAgain : { afterMilliseconds: outcome.milliseconds };
    } catch (error) {
      result = error instanceof TerminalError ? 'terminalError' : 'error';
      return signal.aborted ? notAgain : nextAfterError(key, error, { backoff, logger });
    } finally {
      metrics.finished(key.controller, result, (performance.now() - started) / 1000);
    }
  };
}

function nextAfterError(key: ReconcileKey, error: unknown, { backoff, logger }: Pick<RunnerParts, 'backoff' | 'logger'>): NextRun {
  if (error instanceof TerminalError) {
    backoff.forget(keyText(key));
    logger.warn({ ...key, error }, 'reconcile failed and is not retried until the object changes');
    return notAgain;
  }
  const afterMilliseconds = backoff.next(keyText(key));
  // A conflict says that the cache was behind: the retry reads a newer object. It is part of normal life.
  if (isStatusError(error, 'Conflict')) logger.debug({ ...key, afterMilliseconds }, 'reconcile met a newer object');
  else logger.warn({ ...key, error, afterMilliseconds }, 'reconcile failed');
  return { afterMilliseconds };
}
