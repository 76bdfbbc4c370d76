import type { Metrics } from '@kajitori/telemetry';

/** What the API counts of itself: by verb and answer, never by tenant. */
export class ApiMetrics {
  readonly #requests;
  readonly #duration;
  readonly #watches;
  readonly auditDropped;

  constructor(metrics: Metrics) {
    this.#requests = metrics.counter('kajitori_api_requests_total', 'Requests to clusters, by verb and status code.', ['verb', 'code']);
    this.#duration = metrics.histogram('kajitori_api_request_seconds', 'Time to answer a request that is no watch.', ['verb']);
    this.#watches = metrics.gauge('kajitori_api_watches', 'Watches that run now.');
    this.auditDropped = metrics.counter(
      'kajitori_api_audit_dropped_total',
      'Audit events that came faster than they could be written, or could not be.',
    );
  }

  answered(verb: string, code: number, startedAt: number): void {
    this.#requests.inc({ verb, code });
    this.#duration.observe({ verb }, (performance.now() - startedAt) / 1000);
  }

  async watching<T>(run: () => Promise<T>): Promise<T> {
    this.#watches.inc();
    try {
      return await run();
    } finally {
      this.#watches.dec();
    }
  }
}
