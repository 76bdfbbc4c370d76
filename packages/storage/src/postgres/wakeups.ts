import type { ClusterId } from '@kajitori/apimachinery';
import type { Wakeup, Wakeups } from '../wakeups.ts';
import type { Database } from './database.ts';

export class PostgresWakeups implements Wakeups {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async set(cluster: ClusterId, key: string, dueAt: Date, mode: 'earliest' | 'replace'): Promise<void> {
    await this.#database.repeatable(
      'set-wakeup',
      (sql) => sql`SELECT storage.set_wakeup(${cluster}, ${key}, ${dueAt}, ${mode === 'replace'})`,
      this.#database.writes,
    );
  }

  async takeDue(limit: number, retrySeconds: number): Promise<Wakeup[]> {
    const rows = await this.#database.repeatable(
      'take-due-wakeups',
      (sql) =>
        sql<
          { cluster: ClusterId; key: string; due_at: Date }[]
        >`SELECT * FROM storage.take_due_wakeups(${limit}, make_interval(secs => ${retrySeconds}))`,
      this.#database.polls,
    );
    return rows.map(({ cluster, key, due_at: dueAt }) => ({ cluster, key, dueAt }));
  }

  async delete(cluster: ClusterId, key: string, dueAt?: Date): Promise<void> {
    await this.#database.repeatable(
      'delete-wakeup',
      (sql) => sql`SELECT storage.delete_wakeup(${cluster}, ${key}, ${dueAt ?? null})`,
      this.#database.writes,
    );
  }

  async nextAt(): Promise<Date | undefined> {
    const [row] = await this.#database.repeatable('next-wakeup', (sql) => sql<{ at: Date | null }[]>`SELECT storage.next_wakeup() AS at`);
    return row?.at ?? undefined;
  }
}
