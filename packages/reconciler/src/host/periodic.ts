import type { Logger } from '@kajitori/telemetry';

/** Does something again and again, never twice at once; a failure is logged and the next turn tries again. */
export class Periodic implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor({ milliseconds, work, logger, what }: { milliseconds: number; work: () => Promise<void>; logger: Logger; what: string }) {
    this.#running = this.#run(milliseconds, work, (error) => logger.warn({ error, what }, 'a periodic task failed'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(milliseconds: number, work: () => Promise<void>, onError: (error: unknown) => void): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await work().catch(onError);
      await sleep(milliseconds, signal);
    }
  }
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}
