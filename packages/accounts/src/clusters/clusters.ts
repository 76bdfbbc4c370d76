import { type ClusterId, dns1123LabelError, newClusterId } from '@kajitori/apimachinery';
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { AccountsError, nothingThere } from '../accounts-error.ts';
import { type AccountsDatabase, isTaken, type OrganizationTransaction } from '../database.ts';
import type { Actor, Deeds } from '../deed.ts';
import type { OrganizationId, ProjectId } from '../ids.ts';
import { revokeKeys } from '../keys/api-keys.ts';
import { type Page, pageOf, type PageQuery, toPage } from '../page.ts';
import { apiKeys, clusters, joinTokens, nodeCredentials, platformKeys, projects } from '../schema/index.ts';
import type { ClusterRows } from './cluster-rows.ts';

/** What happens to StatefulSet pods of a node that lost the control plane: nothing, or they stop before their replacement starts. */
export type Fencing = 'none' | 'stop';

export interface ClusterRecord {
  id: ClusterId;
  organizationId: OrganizationId;
  projectId: ProjectId;
  name: string;
  fencing: Fencing;
  /** Which loopback address is its own: see localAddress. */
  localIndex: number;
  createdAt: Date;
  /** From here on nobody can use it. */
  deletionRequestedAt: Date | undefined;
  deletedAt: Date | undefined;
}

export interface NewCluster {
  organizationId: OrganizationId;
  projectId: ProjectId;
  name: string;
  fencing?: Fencing;
}

const maxClustersPerOrganization = 20_000;

/**
 * Clusters as the account knows them. Invariant: a cluster's record and its place in storage come into being together,
 * and begin to end together; names are unique among the live clusters of a project.
 */
export class Clusters {
  readonly #database: AccountsDatabase;
  readonly #deeds: Deeds;
  readonly #rows: ClusterRows;

  constructor(database: AccountsDatabase, deeds: Deeds, rows: ClusterRows) {
    this.#database = database;
    this.#deeds = deeds;
    this.#rows = rows;
  }

  /** @throws AccountsError `invalid` or `conflict` for the name, `notFound` for the project, `limit`. */
  async create(actor: Actor, { organizationId, projectId, name, fencing = 'none' }: NewCluster): Promise<ClusterRecord> {
    const wrong = dns1123LabelError(name);
    if (wrong !== undefined)
      throw new AccountsError('invalid', `the name of a cluster ${wrong}`, 'Choose a name like staging-1.', { field: 'name' });
    try {
      return await this.#deeds.perform(actor, organizationId, async (tx) => {
        await lockProject(tx, projectId);
        await refuseTooMany(tx);
        const [row] = await tx.insert(clusters).values({ id: newClusterId(), organizationId, projectId, name, fencing }).returning();
        if (row === undefined) throw new Error('the new cluster was not returned');
        const cluster = fromRow(row);
        await this.#rows.create(runIn(tx), cluster.id);
        return { result: cluster, note: note('clusters.create', cluster, { projectId, fencing }) };
      });
    } catch (error) {
      if (!isTaken(error, 'clusters_name')) throw error;
      throw new AccountsError(
        'conflict',
        `the project has a cluster ${JSON.stringify(name)} already`,
        'Choose another name, or delete that cluster first.',
        {
          field: 'name',
          cause: error,
        },
      );
    }
  }

  /** A live cluster, or one that is being deleted. */
  async get(organizationId: OrganizationId, id: ClusterId): Promise<ClusterRecord | undefined> {
    return this.#database.inOrganization(organizationId, async (tx) => {
      const [row] = await tx
        .select()
        .from(clusters)
        .where(and(eq(clusters.id, id), isNull(clusters.deletedAt)));
      return row === undefined ? undefined : fromRow(row);
    });
  }

  async list(
    organizationId: OrganizationId,
    query: PageQuery & { projectId?: ProjectId; clusterId?: ClusterId; name?: string } = {},
  ): Promise<Page<ClusterRecord>> {
    return this.#database.inOrganization(organizationId, async (tx) => {
      const { after, order, limit } = pageOf(clusters, query);
      const conditions: (SQL | undefined)[] = [isNull(clusters.deletedAt), after];
      if (query.projectId !== undefined) conditions.push(eq(clusters.projectId, query.projectId));
      if (query.clusterId !== undefined) conditions.push(eq(clusters.id, query.clusterId));
      if (query.name !== undefined) conditions.push(eq(clusters.name, query.name));
      const rows = await tx
        .select()
        .from(clusters)
        .where(and(...conditions))
        .orderBy(...order)
        .limit(limit);
      return toPage(rows.map(fromRow), limit);
    });
  }

  /**
   * Begins the end: from the commit on no write, key, token or node of the cluster is taken. Its objects are removed
   * afterwards, by whoever sweeps. Once more does nothing.
   */
  async delete(actor: Actor, organizationId: OrganizationId, id: ClusterId): Promise<ClusterRecord> {
    return this.#deeds.perform(actor, organizationId, async (tx) => {
      const [before] = await tx
        .select()
        .from(clusters)
        .where(and(eq(clusters.id, id), isNull(clusters.deletedAt)))
        .for('update');
      if (before === undefined) throw nothingThere('cluster', id);
      if (before.deletionRequestedAt !== null) return { result: fromRow(before), note: undefined };
      const now = sql`now()`;
      const [row] = await tx.update(clusters).set({ deletionRequestedAt: now }).where(eq(clusters.id, id)).returning();
      if (row === undefined) throw nothingThere('cluster', id);
      await revokeKeys(tx, eq(apiKeys.clusterId, id));
      await tx
        .update(joinTokens)
        .set({ revokedAt: now })
        .where(and(eq(joinTokens.clusterId, id), isNull(joinTokens.revokedAt)));
      await tx
        .update(nodeCredentials)
        .set({ revokedAt: now })
        .where(and(eq(nodeCredentials.clusterId, id), isNull(nodeCredentials.revokedAt)));
      await this.#rows.beginDeletion(runIn(tx), id);
      const cluster = fromRow(row);
      return { result: cluster, note: note('clusters.delete', cluster) };
    });
  }

  /** For a sweep: clusters whose objects are to be removed, longest waiting first. */
  async beingDeleted(limit: number): Promise<ClusterRecord[]> {
    const rows = await this.#database.ask<RawCluster>(sql`SELECT * FROM accounts.clusters_being_deleted(${limit})`);
    return rows.map(fromRaw);
  }

  /** The sweep has removed all that the cluster was: its keys go with it, and its name is kept for the record. */
  async deleted({ id, organizationId }: Pick<ClusterRecord, 'id' | 'organizationId'>): Promise<void> {
    await this.#database.inOrganization(organizationId, async (tx) => {
      await tx
        .update(clusters)
        .set({ deletedAt: sql`now()` })
        .where(and(eq(clusters.id, id), sql`${clusters.deletionRequestedAt} IS NOT NULL`, isNull(clusters.deletedAt)));
      await tx.delete(platformKeys).where(eq(platformKeys.scope, id));
    });
  }

  /** Any tenant's, by id or by the index of its loopback address: for what serves requests to clusters. */
  async find(by: { id: ClusterId } | { localIndex: number }): Promise<ClusterRecord | undefined> {
    const id = 'id' in by ? by.id : null;
    const index = 'localIndex' in by ? by.localIndex : null;
    const [row] = await this.#database.ask<RawCluster>(sql`SELECT * FROM accounts.find_cluster(${id}, ${index})`);
    return row === undefined || row.deleted_at !== null ? undefined : fromRaw(row);
  }
}

/** Creations in a project and its deletion wait for each other: no cluster is born into a project that is gone. */
async function lockProject(tx: OrganizationTransaction, id: ProjectId): Promise<void> {
  const [project] = await tx
    .select({ id: projects.id })
    .from(projects)
    .where(and(eq(projects.id, id), isNull(projects.deletedAt)))
    .for('share');
  if (project === undefined) throw nothingThere('project', id);
}

async function refuseTooMany(tx: OrganizationTransaction): Promise<void> {
  const live = and(eq(clusters.organizationId, tx.organizationId), isNull(clusters.deletedAt));
  const [row] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(clusters)
    .where(live);
  if ((row?.count ?? 0) < maxClustersPerOrganization) return;
  throw new AccountsError(
    'limit',
    `an organization has at most ${maxClustersPerOrganization} clusters`,
    'Delete clusters that are not used.',
  );
}

const runIn =
  (tx: OrganizationTransaction) =>
  async (strings: TemplateStringsArray, ...values: unknown[]): Promise<void> => {
    await tx.execute(sql(strings, ...values));
  };

function note(action: string, { id, name }: ClusterRecord, details?: Record<string, unknown>) {
  return { action, targetId: id, targetName: name, details };
}

function fromRow(row: typeof clusters.$inferSelect): ClusterRecord {
  return {
    id: row.id as ClusterId,
    organizationId: row.organizationId as OrganizationId,
    projectId: row.projectId as ProjectId,
    name: row.name,
    fencing: row.fencing,
    localIndex: row.localIndex,
    createdAt: row.createdAt,
    deletionRequestedAt: row.deletionRequestedAt ?? undefined,
    deletedAt: row.deletedAt ?? undefined,
  };
}

/** A row as a function of migration 0101 gives it: names of columns, and instants as text. */
interface RawCluster extends Record<string, unknown> {
  id: string;
  organization_id: string;
  project_id: string;
  name: string;
  fencing: Fencing;
  local_index: number;
  created_at: string;
  deletion_requested_at: string | null;
  deleted_at: string | null;
}

function fromRaw(row: RawCluster): ClusterRecord {
  const instant = (text: string | null): Date | null => (text === null ? null : new Date(text));
  return fromRow({
    id: row.id,
    organizationId: row.organization_id,
    projectId: row.project_id,
    name: row.name,
    fencing: row.fencing,
    localIndex: row.local_index,
    createdAt: new Date(row.created_at),
    deletionRequestedAt: instant(row.deletion_requested_at),
    deletedAt: instant(row.deleted_at),
  });
}
