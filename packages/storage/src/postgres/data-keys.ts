import type { ClusterId } from '@kajitori/apimachinery';
import type { DataKeys, WrappedKey } from '../sealing/data-keys.ts';
import type { Database } from './database.ts';

export class PostgresDataKeys implements DataKeys {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(cluster: ClusterId): Promise<WrappedKey[]> {
    return this.#database.bound('list-data-keys', cluster, async (sql) => [
      ...(await sql<WrappedKey[]>`SELECT number, wrapped FROM storage.data_keys WHERE cluster = ${cluster} ORDER BY number`),
    ]);
  }

  async add(cluster: ClusterId, { number, wrapped }: WrappedKey): Promise<boolean> {
    const rows = await this.#database.bound(
      'add-data-key',
      cluster,
      // Only to a living cluster: a key added behind a deletion would stay for ever.
      (sql) =>
        sql`INSERT INTO storage.data_keys (cluster, number, wrapped)
          SELECT cluster, ${number}, ${wrapped} FROM storage.heads WHERE cluster = ${cluster} AND NOT deleting
          ON CONFLICT DO NOTHING RETURNING 1`,
    );
    return rows.length === 1;
  }

  async deleteBelow(cluster: ClusterId, number: number): Promise<void> {
    await this.#database.bound(
      'delete-data-keys',
      cluster,
      (sql) => sql`DELETE FROM storage.data_keys WHERE cluster = ${cluster} AND number < ${number}`,
    );
  }
}
