import { type ClusterId, newSecretToken, secretTokenHash, secretTokenHint } from '@kajitori/apimachinery';
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { AccountsError, nothingThere } from '../accounts-error.ts';
import { type AccountsDatabase, isDangling, type OrganizationTransaction } from '../database.ts';
import type { Actor, Deeds } from '../deed.ts';
import { type ApiKeyId, newApiKeyId, type OrganizationId, type ProjectId, type UserId } from '../ids.ts';
import { type Page, pageOf, type PageQuery, toPage } from '../page.ts';
import type { KeyScope } from '../principal.ts';
import type { Role } from '../roles.ts';
import { apiKeys } from '../schema/index.ts';

export interface ApiKey {
  id: ApiKeyId;
  organizationId: OrganizationId;
  scope: KeyScope;
  name: string;
  role: Role;
  /** The person that it speaks for. */
  userId: UserId | undefined;
  /** The beginning of the token, to tell keys apart. */
  hint: string;
  createdAt: Date;
  expiresAt: Date | undefined;
  revokedAt: Date | undefined;
  /** To the minute. */
  lastUsedAt: Date | undefined;
}

export interface NewApiKey {
  name: string;
  role: Role;
  scope: KeyScope;
  userId?: UserId;
  expiresAt?: Date;
}

export interface IssuedKey {
  key: ApiKey;
  /** Given once: only its hash is kept. */
  token: string;
}

const maxLiveKeysPerOrganization = 50_000;

/** The keys of organizations. Who may issue which is decided before (principal.ts); here they are made and ended. */
export class ApiKeys {
  readonly #database: AccountsDatabase;
  readonly #deeds: Deeds;

  constructor(database: AccountsDatabase, deeds: Deeds) {
    this.#database = database;
    this.#deeds = deeds;
  }

  /** @throws AccountsError `notFound` when the scope names nothing of this organization. */
  async create(actor: Actor, wanted: NewApiKey): Promise<IssuedKey> {
    const { scope } = wanted;
    try {
      return await this.#deeds.perform(actor, scope.organizationId, async (tx) => {
        const issued = await issueKey(tx, actor, wanted);
        return { result: issued, note: createdNote(issued.key) };
      });
    } catch (error) {
      if (scope.type === 'project' && isDangling(error, 'api_keys_project')) throw nothingThere('project', scope.projectId);
      if (scope.type === 'cluster' && isDangling(error, 'api_keys_cluster')) throw nothingThere('cluster', scope.clusterId);
      throw error;
    }
  }

  async list(
    organizationId: OrganizationId,
    query: PageQuery & { projectId?: ProjectId; clusterId?: ClusterId } = {},
  ): Promise<Page<ApiKey>> {
    return this.#database.inOrganization(organizationId, async (tx) => {
      const { after, order, limit } = pageOf(apiKeys, query);
      const conditions: (SQL | undefined)[] = [isNull(apiKeys.revokedAt), after];
      if (query.projectId !== undefined) conditions.push(eq(apiKeys.projectId, query.projectId));
      if (query.clusterId !== undefined) conditions.push(eq(apiKeys.clusterId, query.clusterId));
      const rows = await tx
        .select()
        .from(apiKeys)
        .where(and(...conditions))
        .orderBy(...order)
        .limit(limit);
      return toPage(rows.map(fromRow), limit);
    });
  }

  async get(organizationId: OrganizationId, id: ApiKeyId): Promise<ApiKey | undefined> {
    return this.#database.inOrganization(organizationId, async (tx) => {
      const [row] = await tx.select().from(apiKeys).where(eq(apiKeys.id, id));
      return row === undefined ? undefined : fromRow(row);
    });
  }

  /** Ends a key; no process takes it two seconds later. Once more does nothing. */
  async revoke(actor: Actor, organizationId: OrganizationId, id: ApiKeyId): Promise<void> {
    await this.#deeds.perform(actor, organizationId, async (tx) => {
      const [row] = await tx.select({ name: apiKeys.name }).from(apiKeys).where(eq(apiKeys.id, id));
      if (row === undefined) throw nothingThere('API key', id);
      const revoked = await revokeKeys(tx, eq(apiKeys.id, id));
      return { result: undefined, note: revoked === 0 ? undefined : { action: 'keys.revoke', targetId: id, targetName: row.name } };
    });
  }
}

/** Makes a key inside another deed. */
export async function issueKey(
  tx: OrganizationTransaction,
  actor: Actor,
  { name, role, scope, userId, expiresAt }: NewApiKey,
): Promise<IssuedKey> {
  const live = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(apiKeys)
    .where(isNull(apiKeys.revokedAt));
  if ((live[0]?.count ?? 0) >= maxLiveKeysPerOrganization) {
    throw new AccountsError(
      'limit',
      `an organization has at most ${maxLiveKeysPerOrganization} API keys`,
      'Revoke those that are not used.',
    );
  }
  const token = newSecretToken('apiKey');
  const [row] = await tx
    .insert(apiKeys)
    .values({
      id: newApiKeyId(),
      organizationId: tx.organizationId,
      projectId: scope.type === 'project' ? scope.projectId : null,
      clusterId: scope.type === 'cluster' ? scope.clusterId : null,
      userId,
      name,
      role,
      tokenHash: secretTokenHash(token),
      tokenHint: secretTokenHint(token),
      createdBy: actor.id,
      expiresAt,
    })
    .returning();
  if (row === undefined) throw new Error('the new key was not returned');
  return { key: fromRow(row), token };
}

export function createdNote(key: ApiKey) {
  const expires = key.expiresAt?.toISOString();
  return { action: 'keys.create', targetId: key.id, targetName: key.name, details: { role: key.role, scope: key.scope, expires } };
}

/** Ends every live key that the condition names; says how many. */
export async function revokeKeys(tx: OrganizationTransaction, condition: SQL): Promise<number> {
  const ended = await tx
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(and(condition, isNull(apiKeys.revokedAt)))
    .returning({ id: apiKeys.id });
  return ended.length;
}

function fromRow(row: typeof apiKeys.$inferSelect): ApiKey {
  const organizationId = row.organizationId as OrganizationId;
  return {
    id: row.id as ApiKeyId,
    organizationId,
    scope: scopeOf({ organizationId, projectId: row.projectId, clusterId: row.clusterId }),
    name: row.name,
    role: row.role,
    userId: (row.userId as UserId | null) ?? undefined,
    hint: row.tokenHint,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt ?? undefined,
    revokedAt: row.revokedAt ?? undefined,
    lastUsedAt: row.lastUsedAt ?? undefined,
  };
}

/** The narrowest id that a row gives. */
export function scopeOf(row: { organizationId: OrganizationId; projectId: string | null; clusterId: string | null }): KeyScope {
  const { organizationId } = row;
  if (row.clusterId !== null) return { type: 'cluster', organizationId, clusterId: row.clusterId as ClusterId };
  if (row.projectId !== null) return { type: 'project', organizationId, projectId: row.projectId as ProjectId };
  return { type: 'organization', organizationId };
}
