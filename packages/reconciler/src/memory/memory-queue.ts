import type { ClusterId } from '@kajitori/apimachinery';
import { keyText, type ReconcileKey } from '../key.ts';
import type { ReconcileQueue, Run } from '../queue.ts';
import { FairLine } from './fair-line.ts';

export interface MemoryQueueOptions {
  /** Runs at once, over all clusters. */
  concurrency?: number;
  /** Runs at once of one cluster, so that one tenant's flood leaves room for the others. */
  concurrencyPerCluster?: number;
}

type State = 'waiting' | 'active' | 'activeAndAdded';

/**
 * A work queue in this process. Owns which keys wait, run, or are due later; holds nothing for a key once it is done.
 * Clusters take turns.
 */
export class MemoryQueue implements ReconcileQueue {
  readonly #concurrency: number;
  readonly #line: FairLine;
  readonly #states = new Map<string, State>();
  readonly #timers = new Map<string, { due: number; timer: NodeJS.Timeout; key: ReconcileKey }>();
  readonly #closing = new AbortController();
  readonly #idleWaiters = new Map<ClusterId, (() => void)[]>();
  readonly #pending = new Map<ClusterId, number>();
  readonly #delayed = new Map<ClusterId, number>();
  #active = 0;
  #run: Run | undefined;
  #drained: (() => void) | undefined;

  constructor({ concurrency = 32, concurrencyPerCluster = 8 }: MemoryQueueOptions = {}) {
    this.#concurrency = concurrency;
    this.#line = new FairLine(concurrencyPerCluster);
  }

  async add(keys: readonly ReconcileKey[]): Promise<void> {
    for (const key of keys) this.#addNow(key);
    this.#pump();
  }

  async addAfter(key: ReconcileKey, delayMilliseconds: number): Promise<void> {
    this.#schedule(key, delayMilliseconds);
  }

  start(run: Run): void {
    if (this.#run !== undefined) throw new Error('the queue has been started already');
    this.#run = run;
    this.#pump();
  }

  /** Keys of a cluster that wait or run now; those that are due later are not counted. */
  pendingCount(cluster: ClusterId): number {
    return this.#pending.get(cluster) ?? 0;
  }

  /** Keys of a cluster that are due later. */
  delayedCount(cluster: ClusterId): number {
    return this.#delayed.get(cluster) ?? 0;
  }

  /** Resolves when no key of the cluster waits or runs. */
  idle(cluster: ClusterId): Promise<void> {
    if (this.pendingCount(cluster) === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idleWaiters.set(cluster, [...(this.#idleWaiters.get(cluster) ?? []), resolve]);
    return promise;
  }

  /** Forgets what waits or is due later for a cluster; runs under way are let finish. */
  drop(cluster: ClusterId): void {
    for (const [text, { key }] of this.#timers) if (key.cluster === cluster) this.#cancelTimer(text);
    for (const key of this.#line.remove(cluster)) this.#forget(key);
    for (const [text, state] of this.#states) {
      if (state === 'activeAndAdded' && text.startsWith(`${cluster}/`)) this.#states.set(text, 'active');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    for (const text of this.#timers.keys()) this.#cancelTimer(text);
    if (this.#active === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained = resolve;
    await promise;
  }

  #addNow(key: ReconcileKey): void {
    if (this.#closing.signal.aborted) return;
    const text = keyText(key);
    this.#cancelTimer(text);
    const state = this.#states.get(text);
    if (state === 'active') this.#states.set(text, 'activeAndAdded');
    if (state !== undefined) return;
    this.#states.set(text, 'waiting');
    this.#pending.set(key.cluster, this.pendingCount(key.cluster) + 1);
    this.#line.push(key);
  }

  #schedule(key: ReconcileKey, delayMilliseconds: number): void {
    const text = keyText(key);
    if (this.#closing.signal.aborted || this.#states.has(text)) return;
    if (delayMilliseconds <= 0) {
      this.#addNow(key);
      this.#pump();
      return;
    }
    const due = performance.now() + delayMilliseconds;
    const before = this.#timers.get(text);
    if (before !== undefined && before.due <= due) return;
    this.#cancelTimer(text);
    const timer = setTimeout(
      () => {
        this.#addNow(key);
        this.#pump();
      },
      Math.min(delayMilliseconds, timerMaxMilliseconds),
    );
    this.#timers.set(text, { due, timer, key });
    this.#delayed.set(key.cluster, this.delayedCount(key.cluster) + 1);
  }

  #cancelTimer(text: string): void {
    const entry = this.#timers.get(text);
    if (entry === undefined) return;
    clearTimeout(entry.timer);
    this.#timers.delete(text);
    decrement(this.#delayed, entry.key.cluster);
  }

  #pump(): void {
    const run = this.#run;
    if (run === undefined) return;
    while (this.#active < this.#concurrency && !this.#closing.signal.aborted) {
      const key = this.#line.take();
      if (key === undefined) return;
      this.#active += 1;
      void this.#execute(key, run);
    }
  }

  async #execute(key: ReconcileKey, run: Run): Promise<void> {
    const text = keyText(key);
    this.#states.set(text, 'active');
    const { afterMilliseconds } = await run(key, this.#closing.signal);
    const addedMeanwhile = this.#states.get(text) === 'activeAndAdded';
    this.#active -= 1;
    this.#line.finished(key.cluster);
    this.#states.delete(text);
    if (addedMeanwhile && !this.#closing.signal.aborted) {
      this.#states.set(text, 'waiting');
      this.#line.push(key);
    } else {
      if (afterMilliseconds !== undefined) this.#schedule(key, afterMilliseconds);
      this.#forget(key);
    }
    this.#pump();
    if (this.#active === 0) this.#drained?.();
  }

  /** One key less is pending. Its state is kept where it has been scheduled anew. */
  #forget(key: ReconcileKey): void {
    const text = keyText(key);
    if (this.#states.get(text) === 'waiting' && !this.#line.has(key)) this.#states.delete(text);
    decrement(this.#pending, key.cluster);
    if (this.pendingCount(key.cluster) > 0) return;
    const waiters = this.#idleWaiters.get(key.cluster) ?? [];
    this.#idleWaiters.delete(key.cluster);
    for (const resolve of waiters) resolve();
  }
}

/** Node's timers overflow beyond this; the key runs early then, which a level-triggered controller bears. */
const timerMaxMilliseconds = 2_147_483_647;

function decrement(counts: Map<ClusterId, number>, cluster: ClusterId): void {
  const count = (counts.get(cluster) ?? 0) - 1;
  if (count > 0) counts.set(cluster, count);
  else counts.delete(cluster);
}
