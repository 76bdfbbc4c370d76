import type { ClusterId } from '@kajitori/apimachinery';
import { type SQL, sql } from 'drizzle-orm';
import { AccountsError } from '../accounts-error.ts';
import type { ClusterRecord } from '../clusters/clusters.ts';
import type { AccountsDatabase, Queryable } from '../database.ts';
import type { Actor, Deeds } from '../deed.ts';
import { defaultPageSize, maxPageSize, type Page } from '../page.ts';

/** An audit.k8s.io/v1 Event with what it is found by. */
export interface ClusterAuditRow {
  cluster: ClusterId;
  at: string;
  username: string;
  verb: string;
  /** `pods`, `pods/exec`; empty for paths that name none. */
  resource: string;
  namespace: string;
  name: string;
  event: Readonly<Record<string, unknown>>;
}

/** Each that is given must be met. */
export interface ClusterAuditFilter {
  from?: Date | undefined;
  to?: Date | undefined;
  user?: string | undefined;
  verb?: string | undefined;
  resource?: string | undefined;
  namespace?: string | undefined;
  name?: string | undefined;
}

/** How long events are kept, and how much of a cluster's. */
export const clusterAuditKept = { days: 7, bytes: 64 * 1024 * 1024 } as const;

const pruneRowsMax = 20_000;
const exportPageSize = 500;

/**
 * The audit logs of clusters and their policies, as rows. Events are added in batches and never change; a reader sees those of one cluster.
 * What a policy means is not known here. The deeds of an account are another thing (audit.ts).
 */
export class ClusterAudit {
  readonly #database: AccountsDatabase;
  readonly #deeds: Deeds;

  constructor(database: AccountsDatabase, deeds: Deeds) {
    this.#database = database;
    this.#deeds = deeds;
  }

  /** One statement, whatever clusters they are of. */
  async append(rows: readonly ClusterAuditRow[]): Promise<void> {
    // Text of Postgres has no NUL; in JSON it would come as this escape.
    const batch = JSON.stringify(rows).replaceAll(String.raw`\u0000`, String.raw`\ufffd`);
    await this.#database.unbound.execute(sql`SELECT audit.append(${batch}::json)`);
  }

  /** What was set; undefined: nothing, the default holds. */
  async policyOf(cluster: ClusterId): Promise<unknown> {
    const [row] = await this.#database.ask<{ policy: unknown }>(sql`SELECT policy FROM audit.find_policy(${cluster})`);
    return row?.policy;
  }

  /** Who changes what is kept is told in the account's own audit trail. */
  async setPolicy(
    actor: Actor,
    { id, organizationId, name }: Pick<ClusterRecord, 'id' | 'organizationId' | 'name'>,
    policy: object,
  ): Promise<void> {
    await this.#deeds.perform(actor, organizationId, async (tx) => {
      await bindCluster(tx, id);
      await tx.execute(
        sql`INSERT INTO audit.policies (cluster, policy) VALUES (${id}, ${JSON.stringify(policy)}::json)
            ON CONFLICT (cluster) DO UPDATE SET policy = excluded.policy, changed_at = now()`,
      );
      return { result: undefined, note: { action: 'clusters.set-audit-policy', targetId: id, targetName: name } };
    });
  }

  /** Newest first. */
  async list(
    cluster: ClusterId,
    filter: ClusterAuditFilter & { limit?: number | undefined; cursor?: string | undefined },
  ): Promise<Page<string>> {
    const size = Math.min(Math.max(filter.limit ?? defaultPageSize, 1), maxPageSize);
    const conditions = [sql`cluster = ${cluster}`, ...conditionsOf(filter)];
    if (filter.cursor !== undefined) conditions.push(beforeCursor(filter.cursor));
    const rows = await this.#inCluster(cluster, async (tx) => [
      ...(await tx.execute<{ at: string; id: string; event: string }>(
        sql`SELECT at::text AS at, id::text AS id, event::text AS event FROM audit.events
            WHERE ${sql.join(conditions, sql` AND `)} ORDER BY at DESC, id DESC LIMIT ${size + 1}`,
      )),
    ]);
    const items = rows.slice(0, size);
    const last = items.at(-1);
    const next = rows.length > size && last !== undefined ? encodeCursor(last) : undefined;
    return { items: items.map(({ event }) => event), next };
  }

  /** All of them page by page, newest first; each item is the JSON of an event. No transaction stays open while a reader is slow. */
  async *pages(cluster: ClusterId, filter: ClusterAuditFilter): AsyncGenerator<string[]> {
    let cursor: string | undefined;
    do {
      // Each page begins where the one before ended.
      const { items, next } = await this.list(cluster, { ...filter, limit: exportPageSize, cursor });
      if (items.length > 0) yield items;
      cursor = next;
    } while (cursor !== undefined);
  }

  /** Lets go of what is old or too much; a worker calls it now and then. */
  async prune({ days, bytes }: { days: number; bytes: number } = clusterAuditKept): Promise<void> {
    await this.#database.unbound.execute(sql`SELECT audit.prune(make_interval(days => ${days}), ${bytes}::bigint, ${pruneRowsMax})`);
  }

  /** The cluster has ended. */
  async forget(cluster: ClusterId): Promise<void> {
    await this.#database.unbound.execute(sql`SELECT audit.forget(${cluster})`);
  }

  async #inCluster<T>(cluster: ClusterId, work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.#database.unbound.transaction(async (tx) => {
      await bindCluster(tx, cluster);
      return work(tx);
    });
  }
}

async function bindCluster(tx: Queryable, cluster: ClusterId): Promise<void> {
  await tx.execute(sql`SELECT set_config('kajitori.cluster', ${cluster}, true)`);
}

function conditionsOf({ from, to, user, verb, resource, namespace, name }: ClusterAuditFilter): SQL[] {
  const conditions: SQL[] = [];
  if (from !== undefined) conditions.push(sql`at >= ${from.toISOString()}::timestamptz`);
  if (to !== undefined) conditions.push(sql`at < ${to.toISOString()}::timestamptz`);
  if (user !== undefined) conditions.push(sql`username = ${user}`);
  if (verb !== undefined) conditions.push(sql`verb = ${verb}`);
  if (resource !== undefined) conditions.push(sql`resource = ${resource}`);
  if (namespace !== undefined) conditions.push(sql`namespace = ${namespace}`);
  if (name !== undefined) conditions.push(sql`name = ${name}`);
  return conditions;
}

function encodeCursor({ at, id }: { at: string; id: string }): string {
  return Buffer.from(JSON.stringify([new Date(at).toISOString(), id])).toString('base64url');
}

const cursorForm = /^\["(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)","(\d{1,18})"\]$/;

function beforeCursor(cursor: string): SQL {
  const [, at, id] = cursorForm.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (at === undefined || id === undefined || Number.isNaN(Date.parse(at))) {
    throw new AccountsError('invalid', 'this cursor is not one that a list gave', 'Start again without a cursor.', { field: 'cursor' });
  }
  return sql`(at, id) < (${at}::timestamptz, ${id}::bigint)`;
}
