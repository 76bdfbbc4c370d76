import type { ClusterId } from '@kajitori/apimachinery';
import type { DirtyCluster, Dispatch } from '../dispatch.ts';
import type { ChangeBatch, Revision } from '../storage.ts';
import type { Database } from './database.ts';
import { Reader } from './reader.ts';

export class PostgresDispatch implements Dispatch {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async register(consumer: string): Promise<void> {
    await this.#database.repeatable(
      'register-consumer',
      (sql) => sql`SELECT storage.register_consumer(${consumer})`,
      this.#database.writes,
    );
  }

  async dirty(consumer: string, limit: number, after = ''): Promise<DirtyCluster[]> {
    const rows = await this.#database.repeatable(
      'dirty-clusters',
      (sql) => sql<DirtyCluster[]>`SELECT cluster, cursor, head FROM storage.dirty_clusters(${consumer}, ${after}, ${limit})`,
      this.#database.polls,
    );
    return [...rows];
  }

  async cursor(consumer: string, cluster: ClusterId): Promise<Revision> {
    const [row] = await this.#database.repeatable(
      'cursor',
      (sql) => sql<{ revision: Revision | null }[]>`SELECT storage.cursor(${cluster}, ${consumer}) AS revision`,
    );
    return row?.revision ?? 0;
  }

  async advance(consumer: string, cluster: ClusterId, to: Revision): Promise<void> {
    await this.#database.repeatable(
      'advance-cursor',
      (sql) => sql`SELECT storage.advance_cursor(${cluster}, ${consumer}, ${to})`,
      this.#database.writes,
    );
  }

  async changes(cluster: ClusterId, from: Revision): Promise<ChangeBatch> {
    const { changes, revision } = await new Reader(this.#database, cluster).changes(from, 'durable');
    return { changes, revision };
  }
}
