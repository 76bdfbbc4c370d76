import { type Change, type ClusterStorage, ExpiredError, type Revision } from '@kajitori/storage';
import type { Logger } from '@kajitori/telemetry';

export interface ChangeListener {
  /** Every change of the cluster, of whatever kind. */
  changed(change: Change): void;
  /** All changes up to a revision have been told. */
  told?(revision: Revision): void;
  /** Changes were missed: look at everything. */
  missed(): void;
}

const retryMilliseconds = 1_000;

/**
 * Every durable change of a cluster, of all kinds in one stream: for controllers that care for kinds of which they keep no cache.
 * Starts where the cluster's last holder left off, so that nothing is missed between two holders.
 */
export class ChangeFeed implements AsyncDisposable {
  readonly #storage: Pick<ClusterStorage, 'watch' | 'revision'>;
  readonly #listeners: readonly ChangeListener[];
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #revision: Revision;

  constructor({
    storage,
    since,
    listeners,
    logger,
  }: {
    storage: Pick<ClusterStorage, 'watch' | 'revision'>;
    since: Revision;
    listeners: readonly ChangeListener[];
    logger: Logger;
  }) {
    this.#storage = storage;
    this.#listeners = listeners;
    this.#logger = logger;
    this.#revision = since;
    this.#running = this.#run();
  }

  /** Everything up to here has been told. */
  get revision(): Revision {
    return this.#revision;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        for await (const { changes, revision } of this.#storage.watch({ from: this.#revision, signal })) {
          for (const change of changes) for (const listener of this.#listeners) listener.changed(change);
          this.#revision = revision;
          for (const listener of this.#listeners) listener.told?.(revision);
        }
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ExpiredError) await this.#skip();
        else this.#logger.warn({ error }, 'the change feed was interrupted and goes on');
        await new Promise((resolve) => setTimeout(resolve, retryMilliseconds));
      }
    }
  }

  async #skip(): Promise<void> {
    try {
      this.#revision = await this.#storage.revision();
      for (const listener of this.#listeners) listener.missed();
    } catch (error) {
      this.#logger.warn({ error }, 'the change feed could not find its place yet');
    }
  }
}
