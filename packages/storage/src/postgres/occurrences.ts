import type { ClusterId } from '@kajitori/apimachinery';
import type { Occurrence, Occurrences, Settled } from '../occurrences.ts';
import type { Database } from './database.ts';

export class PostgresOccurrences implements Occurrences {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async schedule(cluster: ClusterId, cronJobUid: string, scheduledAt: Date): Promise<boolean> {
    const rows = await this.#database.bound(
      'schedule-occurrence',
      cluster,
      (sql) =>
        sql`INSERT INTO storage.occurrences (cluster, cron_job_uid, scheduled_at, state)
          VALUES (${cluster}, ${cronJobUid}, ${scheduledAt}, 'scheduled') ON CONFLICT DO NOTHING RETURNING 1`,
    );
    return rows.length === 1;
  }

  async settle(cluster: ClusterId, cronJobUid: string, scheduledAt: Date, { state, detail }: Settled): Promise<boolean> {
    const rows = await this.#database.bound(
      'settle-occurrence',
      cluster,
      (sql) =>
        sql`INSERT INTO storage.occurrences AS o (cluster, cron_job_uid, scheduled_at, state, detail)
          VALUES (${cluster}, ${cronJobUid}, ${scheduledAt}, ${state}, ${detail})
          ON CONFLICT (cluster, cron_job_uid, scheduled_at) DO UPDATE
          SET state = excluded.state, detail = excluded.detail, changed_at = clock_timestamp() 
          WHERE o.state = 'scheduled' OR (o.state = excluded.state AND o.detail = excluded.detail) RETURNING 1`,
    );
    return rows.length === 1;
  }

  async list(cluster: ClusterId, cronJobUid: string, { limit, before }: { limit: number; before?: Date }): Promise<Occurrence[]> {
    const rows = await this.#database.bound(
      'list-occurrences',
      cluster,
      (sql) =>
        sql<OccurrenceRow[]>`SELECT cron_job_uid, scheduled_at, state, detail, changed_at FROM storage.occurrences
          WHERE cluster = ${cluster} AND cron_job_uid = ${cronJobUid} AND (${before ?? null}::timestamptz IS NULL OR scheduled_at < ${before ?? null})
          ORDER BY scheduled_at DESC LIMIT ${limit}`,
    );
    return rows.map((row) => ({
      cronJobUid: row.cron_job_uid,
      scheduledAt: row.scheduled_at,
      state: row.state,
      detail: row.detail,
      changedAt: row.changed_at,
    }));
  }

  async prune(cluster: ClusterId, cronJobUid: string, keep: number): Promise<void> {
    await this.#database.bound(
      'prune-occurrences',
      cluster,
      (sql) =>
        sql`DELETE FROM storage.occurrences WHERE cluster = ${cluster} AND cron_job_uid = ${cronJobUid} AND scheduled_at <= (
            SELECT scheduled_at FROM storage.occurrences WHERE cluster = ${cluster} AND cron_job_uid = ${cronJobUid}
            ORDER BY scheduled_at DESC OFFSET ${keep} LIMIT 1)`,
    );
  }
}

interface OccurrenceRow {
  cron_job_uid: string;
  scheduled_at: Date;
  state: Occurrence['state'];
  detail: string;
  changed_at: Date;
}
