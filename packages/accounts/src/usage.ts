import type { ClusterId } from '@kajitori/apimachinery';
import { and, asc, eq, gte, lt, sql } from 'drizzle-orm';
import type { AccountsDatabase } from './database.ts';
import type { OrganizationId } from './ids.ts';
import { usageRecords } from './schema/index.ts';

/** A quantity that a cluster used within one full hour. */
export interface UsageRecord {
  clusterId: ClusterId;
  /** Its unit comes last: `node_seconds`. */
  metric: string;
  hour: Date;
  quantity: number;
}

const maxRecords = 10_000;

/** What clusters used, hour by hour. */
export class Usage {
  readonly #database: AccountsDatabase;

  constructor(database: AccountsDatabase) {
    this.#database = database;
  }

  /** Sets hours to what was measured: sending the same measurement again changes nothing. */
  async record(organizationId: OrganizationId, records: readonly UsageRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.#database.inOrganization(organizationId, async (tx) => {
      await tx
        .insert(usageRecords)
        .values(records.map((record) => ({ ...record, organizationId })))
        .onConflictDoUpdate({
          target: [usageRecords.organizationId, usageRecords.clusterId, usageRecords.metric, usageRecords.hour],
          set: { quantity: sql`excluded.quantity` },
        });
    });
  }

  /** Hours from `from` up to, without, `to`. */
  async list(
    organizationId: OrganizationId,
    { from, to, clusterId }: { from: Date; to: Date; clusterId?: ClusterId },
  ): Promise<UsageRecord[]> {
    const ofCluster = clusterId === undefined ? undefined : eq(usageRecords.clusterId, clusterId);
    const rows = await this.#database.inOrganization(organizationId, (tx) =>
      tx
        .select()
        .from(usageRecords)
        .where(and(gte(usageRecords.hour, from), lt(usageRecords.hour, to), ofCluster))
        .orderBy(asc(usageRecords.hour), asc(usageRecords.clusterId), asc(usageRecords.metric))
        .limit(maxRecords),
    );
    return rows.map(({ clusterId: cluster, metric, hour, quantity }) => ({ clusterId: cluster as ClusterId, metric, hour, quantity }));
  }
}
