import type { Clock, ClusterId } from '@kajitori/apimachinery';
import type { Fences, HeldFence, Renewal } from '../fences.ts';
import type { Occurrence, Occurrences, Settled } from '../occurrences.ts';
import type { DataKeys, WrappedKey } from '../sealing/data-keys.ts';
import type { Fence } from '../storage.ts';
import type { Wakeup, Wakeups } from '../wakeups.ts';

/** Fences, wake-ups, occurrences and data keys in memory. Each answers as its Postgres twin does. */
export class MemoryFences implements Fences {
  readonly #clock: Clock;
  readonly #wakeups: Wakeups;
  readonly #fences = new Map<string, { epoch: number; holder: string; expiresAt: number }>();

  constructor(clock: Clock, wakeups: Wakeups) {
    this.#clock = clock;
    this.#wakeups = wakeups;
  }

  async acquire(cluster: ClusterId, name: string, holder: string, durationSeconds: number): Promise<HeldFence | undefined> {
    const now = this.#clock.now().getTime();
    const current = this.#fences.get(`${cluster}/${name}`);
    if (current !== undefined && current.expiresAt > now && current.holder !== holder) return undefined;
    const epoch = (current?.epoch ?? 0) + 1;
    const expiresAt = now + durationSeconds * 1000;
    this.#fences.set(`${cluster}/${name}`, { epoch, holder, expiresAt });
    return { name, epoch, expiresAt: new Date(expiresAt) };
  }

  async renew(name: string, epochs: ReadonlyMap<ClusterId, number>, { durationSeconds, wakeup }: Renewal): Promise<ReadonlySet<ClusterId>> {
    const now = this.#clock.now().getTime();
    const held = [...epochs].filter(([cluster, epoch]) => this.#setEnd(cluster, { name, epoch }, now + durationSeconds * 1000));
    const dueAt = new Date(now + wakeup.inSeconds * 1000);
    for (const [cluster] of held) await this.#wakeups.set(cluster, wakeup.key, dueAt, 'replace');
    return new Set(held.map(([cluster]) => cluster));
  }

  async release(cluster: ClusterId, fence: Fence): Promise<void> {
    this.#setEnd(cluster, fence, -Infinity);
  }

  holds(cluster: ClusterId, { name, epoch }: Fence): boolean {
    return this.#fences.get(`${cluster}/${name}`)?.epoch === epoch;
  }

  #setEnd(cluster: ClusterId, fence: Fence, expiresAt: number): boolean {
    const current = this.#fences.get(`${cluster}/${fence.name}`);
    if (current === undefined || current.epoch !== fence.epoch) return false;
    current.expiresAt = expiresAt;
    return true;
  }
}

interface WakeupRow {
  cluster: ClusterId;
  key: string;
  dueAt: number;
  takenDueAt: number;
  retryAt: number;
}

const ringsAt = ({ dueAt, retryAt }: WakeupRow): number => Math.min(dueAt, retryAt);

/** In these rows Infinity stands for "not". */
export class MemoryWakeups implements Wakeups {
  readonly #clock: Clock;
  readonly #exists: (cluster: ClusterId) => boolean;
  readonly #rows = new Map<string, WakeupRow>();

  constructor(clock: Clock, exists: (cluster: ClusterId) => boolean) {
    this.#clock = clock;
    this.#exists = exists;
  }

  async set(cluster: ClusterId, key: string, dueAt: Date, mode: 'earliest' | 'replace'): Promise<void> {
    if (!this.#exists(cluster)) return;
    const current = mode === 'replace' ? undefined : this.#rows.get(`${cluster}/${key}`);
    const { takenDueAt = Infinity, retryAt = Infinity } = current ?? {};
    this.#rows.set(`${cluster}/${key}`, {
      cluster,
      key,
      dueAt: Math.min(current?.dueAt ?? Infinity, dueAt.getTime()),
      takenDueAt,
      retryAt,
    });
  }

  async takeDue(limit: number, retrySeconds: number): Promise<Wakeup[]> {
    const now = this.#clock.now().getTime();
    const due = [...this.#rows.values()].filter((row) => ringsAt(row) <= now).sort((a, b) => ringsAt(a) - ringsAt(b));
    return due.slice(0, limit).map((row) => {
      if (row.dueAt <= now) {
        row.takenDueAt = Math.min(row.takenDueAt, row.dueAt);
        row.dueAt = Infinity;
      }
      row.retryAt = now + retrySeconds * 1000;
      return { cluster: row.cluster, key: row.key, dueAt: new Date(row.takenDueAt) };
    });
  }

  async delete(cluster: ClusterId, key: string, dueAt?: Date): Promise<void> {
    const row = this.#rows.get(`${cluster}/${key}`);
    if (row === undefined) return;
    const outstanding = row.takenDueAt === Infinity ? row.dueAt : row.takenDueAt;
    if (dueAt !== undefined && outstanding !== dueAt.getTime()) return;
    if (dueAt === undefined || row.takenDueAt === Infinity || row.dueAt === Infinity) this.#rows.delete(`${cluster}/${key}`);
    else row.takenDueAt = row.retryAt = Infinity;
  }

  async nextAt(): Promise<Date | undefined> {
    const next = Math.min(...[...this.#rows.values()].map(ringsAt));
    return next === Infinity ? undefined : new Date(next);
  }

  deleteCluster(cluster: ClusterId): void {
    for (const [id, row] of this.#rows) if (row.cluster === cluster) this.#rows.delete(id);
  }
}

export class MemoryOccurrences implements Occurrences {
  readonly #clock: Clock;
  readonly #rows = new Map<string, Map<number, Occurrence>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async schedule(cluster: ClusterId, cronJobUid: string, scheduledAt: Date): Promise<boolean> {
    const rows = this.#of(cluster, cronJobUid);
    if (rows.has(scheduledAt.getTime())) return false;
    rows.set(scheduledAt.getTime(), { cronJobUid, scheduledAt, state: 'scheduled', detail: '', changedAt: this.#clock.now() });
    return true;
  }

  async settle(cluster: ClusterId, cronJobUid: string, scheduledAt: Date, settled: Settled): Promise<boolean> {
    const rows = this.#of(cluster, cronJobUid);
    const current = rows.get(scheduledAt.getTime());
    if (current?.state === settled.state && current.detail === settled.detail) return true;
    if (current !== undefined && current.state !== 'scheduled') return false;
    rows.set(scheduledAt.getTime(), { cronJobUid, scheduledAt, ...settled, changedAt: this.#clock.now() });
    return true;
  }

  async list(cluster: ClusterId, cronJobUid: string, { limit, before }: { limit: number; before?: Date }): Promise<Occurrence[]> {
    const earlier = this.#newestFirst(cluster, cronJobUid).filter(({ scheduledAt }) => before === undefined || scheduledAt < before);
    return structuredClone(earlier.slice(0, limit));
  }

  async prune(cluster: ClusterId, cronJobUid: string, keep: number): Promise<void> {
    const rows = this.#of(cluster, cronJobUid);
    for (const { scheduledAt } of this.#newestFirst(cluster, cronJobUid).slice(keep)) rows.delete(scheduledAt.getTime());
  }

  #newestFirst(cluster: ClusterId, cronJobUid: string): Occurrence[] {
    return [...this.#of(cluster, cronJobUid).values()].sort((a, b) => b.scheduledAt.getTime() - a.scheduledAt.getTime());
  }

  #of(cluster: ClusterId, cronJobUid: string): Map<number, Occurrence> {
    const id = `${cluster}/${cronJobUid}`;
    const rows = this.#rows.get(id) ?? new Map<number, Occurrence>();
    this.#rows.set(id, rows);
    return rows;
  }
}

export class MemoryDataKeys implements DataKeys {
  readonly #keys = new Map<ClusterId, WrappedKey[]>();

  async list(cluster: ClusterId): Promise<WrappedKey[]> {
    return [...(this.#keys.get(cluster) ?? [])];
  }

  async add(cluster: ClusterId, key: WrappedKey): Promise<boolean> {
    const keys = this.#keys.get(cluster) ?? [];
    if (keys.some(({ number }) => number === key.number)) return false;
    this.#keys.set(
      cluster,
      [...keys, key].sort((a, b) => a.number - b.number),
    );
    return true;
  }

  async deleteBelow(cluster: ClusterId, below: number): Promise<void> {
    const keys = this.#keys.get(cluster) ?? [];
    this.#keys.set(
      cluster,
      keys.filter(({ number }) => number >= below),
    );
  }
}
