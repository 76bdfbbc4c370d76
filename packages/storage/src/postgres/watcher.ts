import { type ClusterId } from '@kajitori/apimachinery';
import type { ChangeBatch, Line, Revision } from '../storage.ts';
import type { Wake } from '../wake.ts';
import { type Database, textArray } from './database.ts';
import { Reader } from './reader.ts';

/**
 * Owns: waiting for changes. A watcher that waits holds no connection and asks nothing: a wake stirs it, and behind it one slow call for all
 * waiting watchers of the process finds what a lost wake left unseen. Without watchers there is no timer.
 */
const pollMilliseconds = 2_000;
/** Clusters that one poll asks about in one call. */
const pollClustersMax = 1_000;

interface Waiter {
  cluster: ClusterId;
  line: Line;
  at: Revision;
  stir(): void;
}

export class Watchers implements AsyncDisposable {
  readonly #database: Database;
  readonly #wake: Wake;
  readonly #waiters = new Set<Waiter>();
  #timer: NodeJS.Timeout | undefined;
  readonly #closed = new AbortController();

  constructor(database: Database, wake: Wake) {
    this.#database = database;
    this.#wake = wake;
  }

  async *watch(cluster: ClusterId, from: Revision, line: Line, caller: AbortSignal): AsyncGenerator<ChangeBatch, void, void> {
    const reader = new Reader(this.#database, cluster);
    const signal = AbortSignal.any([caller, this.#closed.signal]);
    let bell = Promise.withResolvers<void>();
    const waiter: Waiter = { cluster, line, at: from, stir: () => bell.resolve() };
    using _listening = this.#wake.listen(cluster, (rung, revision) => {
      if (rung === line && revision > waiter.at) waiter.stir();
    });
    const stop = (): void => waiter.stir();
    signal.addEventListener('abort', stop, { once: true });
    this.#add(waiter);
    try {
      while (!signal.aborted) {
        // A new bell before looking: what is committed after the look rings it.
        bell = Promise.withResolvers<void>();
        if (signal.aborted) return;
        const { changes, revision, head } = await reader.changes(waiter.at, line);
        if (changes.length > 0) {
          waiter.at = revision;
          yield { changes, revision };
        }
        if (revision === head) await bell.promise;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      this.#waiters.delete(waiter);
    }
  }

  #add(waiter: Waiter): void {
    this.#waiters.add(waiter);
    this.#timer ??= setTimeout(() => void this.#poll(), pollMilliseconds).unref();
  }

  async #poll(): Promise<void> {
    try {
      const clusters = [...new Set([...this.#waiters].map(({ cluster }) => cluster))];
      for (let at = 0; at < clusters.length; at += pollClustersMax) await this.#pollSome(clusters.slice(at, at + pollClustersMax));
    } catch (error) {
      this.#database.logger.warn({ error }, 'the poll behind the wakes failed and is tried again');
    } finally {
      this.#timer = undefined;
      if (this.#waiters.size > 0 && !this.#closed.signal.aborted)
        this.#timer = setTimeout(() => void this.#poll(), pollMilliseconds).unref();
    }
  }

  async #pollSome(clusters: string[]): Promise<void> {
    const rows = await this.#database.repeatable(
      'newest-revisions',
      (sql) =>
        sql<
          { cluster: ClusterId; durable: Revision; volatile: Revision }[]
        >`SELECT * FROM storage.newest_revisions(${textArray(clusters)}::text::text[])`,
      this.#database.polls,
    );
    const newest = new Map(rows.map((row) => [row.cluster, row]));
    for (const waiter of this.#waiters) {
      // A cluster that is gone, or whose revision went back, stirs as well: the look that follows says so to the watcher.
      if (newest.get(waiter.cluster)?.[waiter.line] !== waiter.at) waiter.stir();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    clearTimeout(this.#timer);
    for (const waiter of this.#waiters) waiter.stir();
  }
}
