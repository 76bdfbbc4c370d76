import type { Metrics } from '@kajitori/telemetry';

export type ReconcileResult = 'done' | 'requeueAfter' | 'error' | 'terminalError';

/** The five metrics of every controller. Labels name the controller and never a tenant. */
export class ReconcileMetrics {
  readonly #runs;
  readonly #errors;
  readonly #terminalErrors;
  readonly #durationSeconds;
  readonly #active;

  constructor(metrics: Metrics) {
    const labels = ['controller'] as const;
    this.#runs = metrics.counter('kajitori_reconcile_total', 'Runs of a controller, by result', ['controller', 'result']);
    this.#errors = metrics.counter('kajitori_reconcile_errors_total', 'Runs that failed and are retried', labels);
    this.#terminalErrors = metrics.counter('kajitori_reconcile_terminal_errors_total', 'Runs that failed and are not retried', labels);
    this.#durationSeconds = metrics.histogram('kajitori_reconcile_duration_seconds', 'Time of a run', labels);
    this.#active = metrics.gauge('kajitori_reconcile_active', 'Runs under way', labels);
  }

  started(controller: string): void {
    this.#active.inc({ controller });
  }

  finished(controller: string, result: ReconcileResult, seconds: number): void {
    this.#active.dec({ controller });
    this.#runs.inc({ controller, result });
    this.#durationSeconds.observe({ controller }, seconds);
    if (result === 'error') this.#errors.inc({ controller });
    if (result === 'terminalError') this.#terminalErrors.inc({ controller });
  }
}
