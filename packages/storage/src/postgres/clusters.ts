import type { ClusterId } from '@kajitori/apimachinery';
import { bytesMaxDefault, type Clusters, type NewCluster, objectsMaxDefault } from '../clusters.ts';
import type { Database } from './database.ts';

/** Rows that one transaction of a deletion removes. */
const rowsMax = 2_000;

export class PostgresClusters implements Clusters {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async create(
    id: ClusterId,
    { overlayVersion = 0, objectsMax = objectsMaxDefault, bytesMax = bytesMaxDefault }: NewCluster = {},
  ): Promise<boolean> {
    let attempts = 0;
    const [row] = await this.#database.repeatable(
      'create-cluster',
      (sql) => {
        attempts += 1;
        return sql<{ created: boolean }[]>`SELECT storage.create_cluster(${id}, ${overlayVersion}, ${objectsMax}, ${bytesMax}) AS created`;
      },
      this.#database.writes,
    );
    // Ids are random: one that is taken when a lost call is repeated was taken by that call.
    return row?.created === true || attempts > 1;
  }

  async delete(id: ClusterId): Promise<void> {
    const { writes } = this.#database;
    await this.#database.repeatable('delete-cluster', (sql) => sql`SELECT storage.begin_cluster_deletion(${id})`, writes);
    for (let done = false; !done;) {
      const [row] = await this.#database.repeatable(
        'delete-cluster',
        (sql) => sql<{ done: boolean }[]>`SELECT storage.delete_cluster_rows(${id}, ${rowsMax}) AS done`,
        writes,
      );
      done = row?.done !== false;
    }
  }

  async deleting(limit: number): Promise<ClusterId[]> {
    const rows = await this.#database.repeatable(
      'deleting-clusters',
      (sql) => sql<{ cluster: ClusterId }[]>`SELECT * FROM storage.deleting_clusters(${limit})`,
    );
    return rows.map(({ cluster }) => cluster);
  }
}
