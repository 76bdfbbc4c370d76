import type { ClusterId } from '@kajitori/apimachinery';
import type { HeldFence, StorageEngine } from '@kajitori/storage';
import type { Logger } from '@kajitori/telemetry';
import type { ActiveCluster } from './active-cluster.ts';
import { keyText, type ReconcileKey } from '../key.ts';
import type { MemoryQueue } from '../memory/memory-queue.ts';
import type { Outcome } from '../outcome.ts';

export type HeldStorage = Pick<StorageEngine, 'dispatch' | 'fences' | 'wakeups'>;

export interface HeldClusterParts {
  cluster: ClusterId;
  fence: HeldFence;
  active: ActiveCluster;
  storage: HeldStorage;
  queue: MemoryQueue;
  logger: Logger;
  /** The cluster is to be given back: it is idle, or another process has taken it. */
  onEnd(why: 'idle' | 'lost'): void;
}

/** The consumer of the change log that the controllers are. */
export const consumer = 'controllers';
export const fenceName = 'controllers';
/** A dead holder's cluster is free after this. */
export const leaseSeconds = 6;
/** How often a holder renews its leases. */
export const renewMilliseconds = 1_500;
const cursorMilliseconds = 1_000;
/** The log keeps what the cursor has not passed, so a cluster that is never quiet must let it go on too. */
const cursorLagMilliseconds = 60_000;
/** A later run that is further away than this is written down; nearer ones are held in memory, and keep the cluster active. */
export const durableDelayMilliseconds = 5_000;
/** The wake-up that says "someone holds this cluster": it rings only if its holder dies. */
export const holderKey = 'holder';

/**
 * One cluster in this process's hands: moves its cursor, and writes down when its keys are due next. Its lease is renewed by the host, together
 * with those of the others.
 * Invariant: if this process dies now, the holder's wake-up brings the cluster to another one, which reads everything anew; and when it
 * is given back in peace, all that is still to come lies in wake-up rows.
 */
export class HeldCluster implements AsyncDisposable {
  readonly #parts: HeldClusterParts;
  readonly #idleMilliseconds: number;
  readonly #written = new Set<string>();
  readonly #timers: NodeJS.Timeout[] = [];
  #renewedAt = performance.now();
  #advancedAt = performance.now();
  #cursor = 0;
  #ended = false;
  #lost = false;
  #working: Promise<void> = Promise.resolve();

  constructor(parts: HeldClusterParts, idleMilliseconds: number) {
    this.#parts = parts;
    this.#idleMilliseconds = idleMilliseconds;
    this.#every(cursorMilliseconds, () => this.#advance());
  }

  get objects(): number {
    return this.#parts.active.objects;
  }

  get lastChangeAt(): number {
    return this.#parts.active.lastChangeAt;
  }

  /** Whether nothing waits, runs, or is about to. */
  get isQuiet(): boolean {
    const { queue, cluster } = this.#parts;
    return queue.pendingCount(cluster) === 0 && queue.delayedCount(cluster) <= this.#written.size;
  }

  async reconcile(key: ReconcileKey, signal: AbortSignal): Promise<Outcome> {
    if (this.#ended) throw new Error('the cluster is not held any more');
    return this.#parts.active.reconcile(key, signal);
  }

  /** Writes down when a key is due next, so that it is remembered without this process. */
  async due(key: ReconcileKey, afterMilliseconds: number | undefined): Promise<void> {
    const { storage, cluster } = this.#parts;
    const text = keyText(key);
    if (afterMilliseconds !== undefined && afterMilliseconds >= durableDelayMilliseconds) {
      await storage.wakeups.set(cluster, text, new Date(Date.now() + afterMilliseconds), 'replace');
      this.#written.add(text);
    } else if (this.#written.delete(text)) await storage.wakeups.delete(cluster, text);
  }

  /** Says durably that this process holds the cluster. */
  async mark(): Promise<void> {
    const { storage, cluster } = this.#parts;
    await storage.wakeups.set(cluster, holderKey, new Date(Date.now() + (leaseSeconds + 1) * 1000), 'replace');
  }

  /** The lease was renewed by a call that began then, by `performance.now()`. */
  renewed(startedAt: number): void {
    this.#renewedAt = startedAt;
  }

  /** Another process has the cluster: from now on nothing is said in its name. */
  lose(): void {
    this.#lost = true;
    this.#end('lost');
  }

  /** Gives the cluster back. What was not finished is found by whoever takes it next. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    for (const timer of this.#timers) clearInterval(timer);
    const { queue, cluster, active, storage, fence } = this.#parts;
    const peaceful = this.isQuiet;
    queue.drop(cluster);
    await queue.idle(cluster);
    await this.#working;
    await active[Symbol.asyncDispose]();
    if (this.#lost) return;
    await storage.dispatch.advance(consumer, cluster, active.revision);
    if (peaceful) await storage.wakeups.delete(cluster, holderKey);
    else await storage.wakeups.set(cluster, holderKey, new Date(), 'replace');
    await storage.fences.release(cluster, fence);
  }

  #every(milliseconds: number, work: () => Promise<void>): void {
    let busy = false;
    const timer = setInterval(() => {
      if (busy || this.#ended) return;
      busy = true;
      const running = work()
        .catch((error: unknown) => this.#parts.logger.warn({ cluster: this.#parts.cluster, error }, 'a held cluster could not be kept up'))
        .finally(() => {
          busy = false;
        });
      this.#working = Promise.all([this.#working, running]).then(() => undefined);
    }, milliseconds);
    this.#timers.push(timer);
  }

  async #advance(): Promise<void> {
    const { storage, cluster, active } = this.#parts;
    // Writes are fenced anyway; a holder that cannot reach the database for this long only spares itself the work.
    if (performance.now() - this.#renewedAt > leaseSeconds * 1000) return this.lose();
    const { revision } = active;
    // What the cursor has passed must have been handled, not only seen: whoever comes next starts from there.
    if (revision > this.#cursor && (this.isQuiet || performance.now() - this.#advancedAt > cursorLagMilliseconds)) {
      await storage.dispatch.advance(consumer, cluster, revision);
      this.#cursor = revision;
      this.#advancedAt = performance.now();
    }
    if (this.isQuiet && performance.now() - active.lastChangeAt > this.#idleMilliseconds) this.#end('idle');
  }

  #end(why: 'idle' | 'lost'): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#parts.onEnd(why);
  }
}
