import type { ClusterId } from '@kajitori/apimachinery';
import { ClusterGoneError, type HeldFence, type Revision, type StorageEngine, type Wake, type Wakeup } from '@kajitori/storage';
import type { Logger } from '@kajitori/telemetry';
import type { Backoff } from '../backoff.ts';
import { parseKey, type ReconcileKey } from '../key.ts';
import { MemoryQueue } from '../memory/memory-queue.ts';
import type { ReconcileMetrics } from '../metrics.ts';
import type { NextRun, ReconcileQueue } from '../queue.ts';
import { createRunner } from '../runner.ts';
import type { ActiveCluster } from './active-cluster.ts';
import { consumer, fenceName, HeldCluster, holderKey, leaseSeconds, renewMilliseconds } from './held-cluster.ts';
import { Periodic } from './periodic.ts';
import { UnansweredCalls } from './unanswered-calls.ts';

export interface ClusterHostOptions {
  storage: StorageEngine;
  wake: Wake;
  /** Shared by all processes: which clusters want to be taken up. */
  calls: ReconcileQueue;
  /** Opens a cluster that this process has just leased. */
  open: (lease: ClusterLease) => Promise<ActiveCluster>;
  /** Names this process in leases. */
  holder: string;
  metrics: ReconcileMetrics;
  backoff: Backoff;
  logger: Logger;
  /** Active clusters at most in this process. */
  clustersMax?: number;
  /** Objects in memory at most, over all of them: beyond, no further cluster is taken up and the quietest is given back. */
  objectsMax?: number;
  /** A cluster without any change for this long is given back. */
  idleMilliseconds?: number;
  sweepMilliseconds?: number;
}

export interface ClusterLease {
  cluster: ClusterId;
  /** To be carried by every write. */
  fence: HeldFence;
  /** Changes up to here were handled by an earlier holder. */
  since: Revision;
  enqueue: (keys: readonly ReconcileKey[]) => void;
  /** A write was refused: the cluster is another's now. */
  onFenced: () => void;
}

/** The controller name of a call: "this cluster has work; who has room takes it". */
const callController = 'take-up';
const sweepPageSize = 200;
const dueLimit = 200;
const dueRetrySeconds = 15;
/** How long a call waits when nobody had room for it. */
const noRoomMilliseconds = 500;
/** How long the shared queue may take to accept a call. */
const callMilliseconds = 1_000;

/**
 * Brings clusters with work to processes with room, one process a cluster. Owns which clusters are active here.
 * A ring (a commit anywhere, or a wake-up that is due) is a call in the shared queue; whoever takes it leases the cluster. Rings may be
 * lost: the sweep over dirty clusters and due wake-ups finds what they missed, so losing Redis costs only time. So may calls: the queue
 * keeps one for the process that took it, though it has died. A sweep's call that brought nobody is answered by the sweep's process.
 */
export class ClusterHost implements AsyncDisposable {
  readonly #options: ClusterHostOptions;
  readonly #queue: MemoryQueue;
  readonly #held = new Map<ClusterId, HeldCluster>();
  readonly #opening = new Map<ClusterId, Promise<void>>();
  /** The epochs of the leases of both, and of none that is being given back. */
  readonly #epochs = new Map<ClusterId, number>();
  /** Of the leases, when one is under way. Never rejects. */
  #renewal: Promise<void> = Promise.resolve();
  /** Objects in memory, as they were counted last, and those of clusters that came since. */
  #objects = 0;
  /** Calls that the shared queue has not accepted yet. */
  readonly #calling = new Set<ClusterId>();
  readonly #unanswered = new UnansweredCalls();
  readonly #ending = new Map<ClusterId, Promise<void>>();
  readonly #periodic: Periodic[] = [];
  #rung: Disposable | undefined;
  #closing = false;

  constructor(options: ClusterHostOptions) {
    this.#options = options;
    this.#queue = new MemoryQueue();
  }

  /** Clusters that are active here. */
  get clusters(): ClusterId[] {
    return [...this.#held.keys()];
  }

  async start(): Promise<void> {
    const { storage, wake, calls, metrics, backoff, logger, sweepMilliseconds = 5_000 } = this.#options;
    await storage.dispatch.register(consumer);
    const run = createRunner({ reconcile: (key, signal) => this.#reconcile(key, signal), backoff, metrics, logger });
    this.#queue.start(async (key, signal) => {
      const next = await run(key, signal);
      await this.#remember(key, next);
      return next;
    });
    calls.start((key) => this.#answer(key.cluster));
    this.#rung = wake.listenToAll((cluster) => this.#ring(cluster));
    this.#periodic.push(
      new Periodic({ milliseconds: renewMilliseconds, work: () => this.#renew(), logger, what: 'renewal of leases' }),
      new Periodic({ milliseconds: sweepMilliseconds, work: () => this.#sweepDirty(), logger, what: 'sweep over dirty clusters' }),
      new Periodic({ milliseconds: 1_000, work: () => this.#sweepDue(), logger, what: 'sweep over due wake-ups' }),
      new Periodic({ milliseconds: 1_000, work: () => this.#answerUnanswered(), logger, what: 'sweep over calls without an answer' }),
    );
  }

  /** Gives every cluster back, after the runs that are under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    this.#rung?.[Symbol.dispose]();
    await Promise.all(this.#periodic.map((one) => one[Symbol.asyncDispose]()));
    await Promise.allSettled(this.#opening.values());
    await Promise.all([...this.#held.keys()].map((cluster) => this.#giveBack(cluster)));
    await this.#queue[Symbol.asyncDispose]();
  }

  async #reconcile(key: ReconcileKey, signal: AbortSignal): ReturnType<HeldCluster['reconcile']> {
    const held = this.#held.get(key.cluster) ?? (await this.#opened(key.cluster));
    // Given back meanwhile: whoever has it now sees the same change.
    return held === undefined ? { type: 'done' } : held.reconcile(key, signal);
  }

  /** Informers ask for keys while the cluster is still being opened. */
  async #opened(cluster: ClusterId): Promise<HeldCluster | undefined> {
    await this.#opening.get(cluster);
    return this.#held.get(cluster);
  }

  async #remember(key: ReconcileKey, { afterMilliseconds }: NextRun): Promise<void> {
    try {
      await this.#held.get(key.cluster)?.due(key, afterMilliseconds);
    } catch (error) {
      this.#options.logger.warn({ ...key, error }, 'a later run was not written down; it is held in memory only');
    }
  }

  #ring(cluster: ClusterId): void {
    if (this.#closing || this.#held.has(cluster) || this.#opening.has(cluster) || this.#calling.has(cluster)) return;
    this.#calling.add(cluster);
    // While Redis does not answer, the call waits for it, and this process takes the cluster up itself.
    const late = setTimeout(() => void this.#answer(cluster), callMilliseconds);
    this.#options.calls
      .add([{ cluster, controller: callController, namespace: '', name: '' }])
      .catch((error: unknown) => this.#options.logger.warn({ cluster, error }, 'a call was not made; the sweep will make it'))
      .finally(() => {
        clearTimeout(late);
        this.#calling.delete(cluster);
      });
  }

  /** Takes a cluster up when there is room and nobody else has it. */
  async #answer(cluster: ClusterId): Promise<NextRun> {
    if (this.#closing) return { afterMilliseconds: noRoomMilliseconds };
    if (this.#held.has(cluster) || this.#opening.has(cluster)) return {};
    // Room that is promised to others is no room: who is opening counts from here on.
    const opening = this.#hasRoom() ? this.#takeUp(cluster) : this.#makeRoom()?.then(() => this.#takeUp(cluster));
    if (opening === undefined) return { afterMilliseconds: noRoomMilliseconds };
    this.#opening.set(cluster, opening);
    try {
      await opening;
      this.#unanswered.answered(cluster);
      return {};
    } catch (error) {
      if (error instanceof ClusterGoneError) return {};
      this.#options.logger.warn({ cluster, error }, 'a cluster could not be taken up');
      this.#unanswered.called(cluster);
      return { afterMilliseconds: this.#options.backoff.next(cluster) + noRoomMilliseconds };
    } finally {
      this.#opening.delete(cluster);
    }
  }

  async #takeUp(cluster: ClusterId): Promise<void> {
    const { storage, holder, open, logger, idleMilliseconds = 30_000, backoff } = this.#options;
    await this.#ending.get(cluster);
    const fence = await storage.fences.acquire(cluster, fenceName, holder, leaseSeconds);
    if (fence === undefined) return;
    this.#epochs.set(cluster, fence.epoch);
    try {
      const onFenced = (): void => this.#held.get(cluster)?.lose();
      const since = Math.max(await storage.dispatch.cursor(consumer, cluster), (await storage.cluster(cluster).birth()).revision);
      const active = await open({ cluster, fence, since, onFenced, enqueue: (keys) => void this.#queue.add(keys) });
      const onEnd = (why: 'idle' | 'lost'): void => {
        if (why === 'lost') logger.warn({ cluster }, 'the cluster is not held by this process any more');
        void this.#giveBack(cluster);
      };
      const held = new HeldCluster({ cluster, fence, active, storage, queue: this.#queue, logger, onEnd }, idleMilliseconds);
      await held.mark();
      this.#held.set(cluster, held);
      this.#objects += held.objects;
      backoff.forget(cluster);
    } catch (error) {
      this.#queue.drop(cluster);
      this.#epochs.delete(cluster);
      await this.#renewal;
      await storage.fences.release(cluster, fence);
      throw error;
    }
  }

  #giveBack(cluster: ClusterId): Promise<void> {
    const held = this.#held.get(cluster);
    if (held === undefined) return this.#ending.get(cluster) ?? Promise.resolve();
    this.#held.delete(cluster);
    this.#epochs.delete(cluster);
    // A renewal that is under way would undo the release.
    const ending = this.#renewal
      .then(() => held[Symbol.asyncDispose]())
      .catch((error: unknown) => this.#options.logger.warn({ cluster, error }, 'a cluster was not given back in peace; its lease runs out'))
      .then(() => this.#ringIfDirty(cluster))
      .finally(() => this.#ending.delete(cluster));
    this.#ending.set(cluster, ending);
    return ending;
  }

  /** A change that came while the cluster was being given back. */
  async #ringIfDirty(cluster: ClusterId): Promise<void> {
    if (this.#closing) return;
    const { storage, logger } = this.#options;
    try {
      const [head, cursor] = await Promise.all([storage.cluster(cluster).revision(), storage.dispatch.cursor(consumer, cluster)]);
      if (head > cursor) this.#ring(cluster);
    } catch (error) {
      if (!(error instanceof ClusterGoneError)) logger.debug({ cluster, error }, 'the sweep will see whether the cluster is dirty');
    }
  }

  /** Puts the ends of all leases off, in one call: what holding a cluster costs must not grow with their number. */
  async #renew(): Promise<void> {
    this.#objects = this.#held.values().reduce((sum, held) => sum + held.objects, 0);
    if (this.#epochs.size === 0) return;
    const started = performance.now();
    const epochs = new Map(this.#epochs);
    const renewal = this.#options.storage.fences.renew(fenceName, epochs, {
      durationSeconds: leaseSeconds,
      wakeup: { key: holderKey, inSeconds: leaseSeconds + 1 },
    });
    this.#renewal = renewal.then(
      () => undefined,
      () => undefined,
    );
    const still = await renewal;
    for (const [cluster, epoch] of epochs) {
      if (this.#epochs.get(cluster) !== epoch) continue;
      if (still.has(cluster)) this.#held.get(cluster)?.renewed(started);
      else this.#held.get(cluster)?.lose();
    }
  }

  #hasRoom(): boolean {
    const { clustersMax = 1_000, objectsMax = 1_000_000 } = this.#options;
    return this.#held.size + this.#opening.size < clustersMax && this.#objects < objectsMax;
  }

  /** Gives back the cluster that has been quiet longest; undefined when all have work. */
  #makeRoom(): Promise<void> | undefined {
    let quietest: { cluster: ClusterId; since: number } | undefined;
    for (const [cluster, held] of this.#held) {
      if (held.isQuiet && held.lastChangeAt < (quietest?.since ?? Infinity)) quietest = { cluster, since: held.lastChangeAt };
    }
    return quietest === undefined ? undefined : this.#giveBack(quietest.cluster);
  }

  /** A call of a sweep: unlike a commit's ring nothing else comes after it. */
  #call(cluster: ClusterId): void {
    if (this.#held.has(cluster)) return;
    this.#unanswered.called(cluster);
    this.#ring(cluster);
  }

  /** Whether somebody else has taken such a cluster up only the lease tells, so it is asked for. */
  async #answerUnanswered(): Promise<void> {
    await Promise.all(this.#unanswered.overdue().map((cluster) => this.#answer(cluster)));
  }

  async #sweepDirty(): Promise<void> {
    let after: ClusterId | undefined;
    for (;;) {
      const dirty = await this.#options.storage.dispatch.dirty(consumer, sweepPageSize, after);
      for (const { cluster } of dirty) this.#call(cluster);
      after = dirty.at(-1)?.cluster;
      if (dirty.length < sweepPageSize || this.#closing) return;
    }
  }

  async #sweepDue(): Promise<void> {
    const due = await this.#options.storage.wakeups.takeDue(dueLimit, dueRetrySeconds);
    for (const wakeup of due) {
      await this.#wakeUp(wakeup).catch((error: unknown) =>
        this.#options.logger.warn({ ...wakeup, error }, 'a wake-up was not followed; it rings again'),
      );
    }
  }

  /** For a cluster that is active here, the key runs; else the cluster is called for, and reads everything when it is taken up. */
  async #wakeUp({ cluster, key, dueAt }: Wakeup): Promise<void> {
    const { wakeups } = this.#options.storage;
    const wanted = key === holderKey ? undefined : parseKey(key);
    if (this.#held.has(cluster)) {
      if (wanted !== undefined) await this.#queue.add([wanted]);
      await wakeups.delete(cluster, key, dueAt);
    } else this.#call(cluster);
  }
}
