import type { ClusterId } from '@kajitori/apimachinery';
import type { Fences, HeldFence, Renewal } from '../fences.ts';
import { ClusterGoneError, type Fence } from '../storage.ts';
import { type Database, hasState, textArray } from './database.ts';

export class PostgresFences implements Fences {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async acquire(cluster: ClusterId, name: string, holder: string, durationSeconds: number): Promise<HeldFence | undefined> {
    try {
      const [row] = await this.#database.repeatable(
        'acquire-fence',
        (sql) =>
          sql<
            { epoch: number; expires_at: Date }[]
          >`SELECT * FROM storage.acquire_fence(${cluster}, ${name}, ${holder}, make_interval(secs => ${durationSeconds}))`,
        this.#database.writes,
      );
      return row === undefined ? undefined : { name, epoch: row.epoch, expiresAt: row.expires_at };
    } catch (error) {
      if (hasState(error, 'clusterGone')) throw new ClusterGoneError(cluster);
      throw error;
    }
  }

  async renew(name: string, epochs: ReadonlyMap<ClusterId, number>, { durationSeconds, wakeup }: Renewal): Promise<ReadonlySet<ClusterId>> {
    const clusters = textArray([...epochs.keys()]);
    const numbers = textArray([...epochs.values()].map(String));
    const rows = await this.#database.repeatable(
      'renew-fences',
      (sql) =>
        sql<{ cluster: ClusterId }[]>`SELECT cluster FROM storage.hold_clusters(${name}, ${clusters}::text::text[],
          ${numbers}::text::bigint[], make_interval(secs => ${durationSeconds}), ${wakeup.key}, make_interval(secs => ${wakeup.inSeconds}))`,
      this.#database.writes,
    );
    return new Set(rows.map(({ cluster }) => cluster));
  }

  async release(cluster: ClusterId, { name, epoch }: Fence): Promise<void> {
    await this.#database.bound(
      'release-fence',
      cluster,
      (sql) => sql`UPDATE storage.fences SET expires_at = '-infinity' WHERE cluster = ${cluster} AND name = ${name} AND epoch = ${epoch}`,
    );
  }
}
