import type { ClusterId } from '@kajitori/apimachinery';
import type { Fences, HeldFence } from '../fences.ts';
import { ClusterGoneError, type Fence } from '../storage.ts';
import { type Database, hasState } from './database.ts';

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

  async renew(cluster: ClusterId, { name, epoch }: Fence, durationSeconds: number): Promise<boolean> {
    const rows = await this.#database.bound(
      'renew-fence',
      cluster,
      (sql) =>
        sql`UPDATE storage.fences SET expires_at = clock_timestamp() + make_interval(secs => ${durationSeconds})
          WHERE cluster = ${cluster} AND name = ${name} AND epoch = ${epoch} RETURNING 1`,
    );
    return rows.length === 1;
  }

  async release(cluster: ClusterId, { name, epoch }: Fence): Promise<void> {
    await this.#database.bound(
      'release-fence',
      cluster,
      (sql) => sql`UPDATE storage.fences SET expires_at = '-infinity' WHERE cluster = ${cluster} AND name = ${name} AND epoch = ${epoch}`,
    );
  }
}
