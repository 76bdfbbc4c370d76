import { and, eq, isNull, sql } from 'drizzle-orm';
import { AccountsError, nothingThere } from '../accounts-error.ts';
import { type AccountsDatabase, isTaken, type OrganizationTransaction } from '../database.ts';
import type { Actor, Deeds } from '../deed.ts';
import { newOrganizationId, newProjectId, type OrganizationId, type ProjectId, type UserId } from '../ids.ts';
import { revokeKeys } from '../keys/api-keys.ts';
import { type Page, pageOf, type PageQuery, toPage } from '../page.ts';
import { apiKeys, clusters, members, organizations, projects } from '../schema/index.ts';

export interface Organization {
  id: OrganizationId;
  name: string;
  createdAt: Date;
}

export interface Project {
  id: ProjectId;
  organizationId: OrganizationId;
  name: string;
  createdAt: Date;
}

/** The project that every organization begins with. */
export const firstProjectName = 'default';
const maxProjectsPerOrganization = 1_000;

/** Organizations and their projects. */
export class Organizations {
  readonly #database: AccountsDatabase;
  readonly #deeds: Deeds;

  constructor(database: AccountsDatabase, deeds: Deeds) {
    this.#database = database;
    this.#deeds = deeds;
  }

  /** A new organization with its first project, owned by the user. */
  async create(actor: Actor, { name, owner }: { name: string; owner: UserId }): Promise<{ organization: Organization; project: Project }> {
    const organizationId = newOrganizationId();
    return this.#deeds.perform(actor, organizationId, async (tx) => {
      const [row] = await tx.insert(organizations).values({ id: organizationId, name }).returning();
      if (row === undefined) throw new Error('the new organization was not returned');
      await tx.insert(members).values({ organizationId, userId: owner, role: 'owner' });
      const project = await insertProject(tx, firstProjectName);
      const organization = organizationOf(row);
      return { result: { organization, project }, note: { action: 'organizations.create', targetId: organizationId, targetName: name } };
    });
  }

  async get(id: OrganizationId): Promise<Organization | undefined> {
    return this.#database.inOrganization(id, async (tx) => {
      const [row] = await tx
        .select()
        .from(organizations)
        .where(and(eq(organizations.id, id), isNull(organizations.deletedAt)));
      return row === undefined ? undefined : organizationOf(row);
    });
  }

  async rename(actor: Actor, id: OrganizationId, name: string): Promise<Organization> {
    return this.#deeds.perform(actor, id, async (tx) => {
      const [row] = await tx.update(organizations).set({ name }).where(eq(organizations.id, id)).returning();
      if (row === undefined) throw nothingThere('organization', id);
      return { result: organizationOf(row), note: { action: 'organizations.rename', targetId: id, targetName: name } };
    });
  }

  /** @throws AccountsError `conflict` while it has clusters. */
  async delete(actor: Actor, id: OrganizationId): Promise<void> {
    await this.#deeds.perform(actor, id, async (tx) => {
      const [row] = await tx.select().from(organizations).where(eq(organizations.id, id)).for('update');
      if (row === undefined) throw nothingThere('organization', id);
      await lockProjects(tx);
      await refuseWhileClusters(tx, 'organization');
      await revokeKeys(tx, eq(apiKeys.organizationId, id));
      await tx
        .update(projects)
        .set({ deletedAt: sql`now()` })
        .where(isNull(projects.deletedAt));
      await tx
        .update(organizations)
        .set({ deletedAt: sql`now()` })
        .where(eq(organizations.id, id));
      return { result: undefined, note: { action: 'organizations.delete', targetId: id, targetName: row.name } };
    });
  }

  /** @throws AccountsError `conflict` when the name is taken. */
  async createProject(actor: Actor, organizationId: OrganizationId, name: string): Promise<Project> {
    try {
      return await this.#deeds.perform(actor, organizationId, async (tx) => {
        const [{ count } = { count: 0 }] = await tx
          .select({ count: sql<number>`count(*)::int` })
          .from(projects)
          .where(isNull(projects.deletedAt));
        if (count >= maxProjectsPerOrganization) {
          throw new AccountsError(
            'limit',
            `an organization has at most ${maxProjectsPerOrganization} projects`,
            'Delete those that are not used.',
          );
        }
        const project = await insertProject(tx, name);
        return { result: project, note: { action: 'projects.create', targetId: project.id, targetName: name } };
      });
    } catch (error) {
      if (!isTaken(error, 'projects_name')) throw error;
      throw new AccountsError('conflict', `the organization has a project ${JSON.stringify(name)} already`, 'Choose another name.', {
        field: 'name',
        cause: error,
      });
    }
  }

  async getProject(organizationId: OrganizationId, id: ProjectId): Promise<Project | undefined> {
    return this.#database.inOrganization(organizationId, async (tx) => {
      const [row] = await tx
        .select()
        .from(projects)
        .where(and(eq(projects.id, id), isNull(projects.deletedAt)));
      return row === undefined ? undefined : projectOf(row);
    });
  }

  async listProjects(
    organizationId: OrganizationId,
    query: PageQuery & { projectId?: ProjectId; name?: string } = {},
  ): Promise<Page<Project>> {
    return this.#database.inOrganization(organizationId, async (tx) => {
      const { after, order, limit } = pageOf(projects, query);
      const rows = await tx
        .select()
        .from(projects)
        .where(
          and(
            isNull(projects.deletedAt),
            after,
            query.projectId === undefined ? undefined : eq(projects.id, query.projectId),
            query.name === undefined ? undefined : eq(projects.name, query.name),
          ),
        )
        .orderBy(...order)
        .limit(limit);
      return toPage(rows.map(projectOf), limit);
    });
  }

  /** @throws AccountsError `conflict` while it has clusters. */
  async deleteProject(actor: Actor, organizationId: OrganizationId, id: ProjectId): Promise<void> {
    await this.#deeds.perform(actor, organizationId, async (tx) => {
      const [row] = await tx
        .select()
        .from(projects)
        .where(and(eq(projects.id, id), isNull(projects.deletedAt)))
        .for('update');
      if (row === undefined) throw nothingThere('project', id);
      await refuseWhileClusters(tx, 'project', id);
      await revokeKeys(tx, eq(apiKeys.projectId, id));
      await tx
        .update(projects)
        .set({ deletedAt: sql`now()` })
        .where(eq(projects.id, id));
      return { result: undefined, note: { action: 'projects.delete', targetId: id, targetName: row.name } };
    });
  }

  /** The organization of a project, whoever's it is: asked before it is known what the caller may see. */
  async organizationOfProject(id: ProjectId): Promise<OrganizationId | undefined> {
    const [row] = await this.#database.ask<{ organization_id: string }>(sql`SELECT organization_id FROM accounts.locate_project(${id})`);
    return row?.organization_id as OrganizationId | undefined;
  }
}

async function insertProject(tx: OrganizationTransaction, name: string): Promise<Project> {
  const [row] = await tx.insert(projects).values({ id: newProjectId(), organizationId: tx.organizationId, name }).returning();
  if (row === undefined) throw new Error('the new project was not returned');
  return projectOf(row);
}

/** Waits for creations of clusters that are under way, and lets no new one begin. */
async function lockProjects(tx: OrganizationTransaction): Promise<void> {
  await tx.select({ id: projects.id }).from(projects).where(isNull(projects.deletedAt)).for('update');
}

async function refuseWhileClusters(tx: OrganizationTransaction, what: string, projectId?: ProjectId): Promise<void> {
  const inProject = projectId === undefined ? undefined : eq(clusters.projectId, projectId);
  const [cluster] = await tx
    .select({ name: clusters.name })
    .from(clusters)
    .where(and(isNull(clusters.deletionRequestedAt), inProject))
    .limit(1);
  if (cluster === undefined) return;
  throw new AccountsError(
    'conflict',
    `the ${what} has clusters, for example ${JSON.stringify(cluster.name)}`,
    'Delete its clusters first.',
  );
}

function organizationOf({ id, name, createdAt }: typeof organizations.$inferSelect): Organization {
  return { id: id as OrganizationId, name, createdAt };
}

function projectOf({ id, organizationId, name, createdAt }: typeof projects.$inferSelect): Project {
  return { id: id as ProjectId, organizationId: organizationId as OrganizationId, name, createdAt };
}
