import { type ClusterId, newSecretToken, secretTokenHash, secretTokenHint } from '@kajitori/apimachinery';
import { and, eq, isNull, lt, sql } from 'drizzle-orm';
import { AccountsError, nothingThere } from '../accounts-error.ts';
import type { AccountsDatabase } from '../database.ts';
import type { Actor, Deeds } from '../deed.ts';
import { type JoinTokenId, newJoinTokenId, type OrganizationId } from '../ids.ts';
import { type Page, pageOf, type PageQuery, toPage } from '../page.ts';
import { joinTokens } from '../schema/index.ts';

export interface JoinToken {
  id: JoinTokenId;
  clusterId: ClusterId;
  /** The beginning of the token, to tell tokens apart. */
  hint: string;
  maxUses: number;
  uses: number;
  createdAt: Date;
  expiresAt: Date;
}

export interface JoinTokenLimits {
  maxUses?: number;
  lifeSeconds?: number;
}

export const joinTokenLimits = {
  maxUses: { default: 1, max: 1_000 },
  lifeSeconds: { default: 3_600, min: 60, max: 30 * 86_400 },
} as const;

const maxLiveTokensPerCluster = 1_000;

/** Tokens by which machines join a cluster: used a limited number of times, for a limited time. */
export class JoinTokens {
  readonly #database: AccountsDatabase;
  readonly #deeds: Deeds;

  constructor(database: AccountsDatabase, deeds: Deeds) {
    this.#database = database;
    this.#deeds = deeds;
  }

  async create(
    actor: Actor,
    { organizationId, clusterId }: { organizationId: OrganizationId; clusterId: ClusterId },
    { maxUses = joinTokenLimits.maxUses.default, lifeSeconds = joinTokenLimits.lifeSeconds.default }: JoinTokenLimits = {},
  ): Promise<{ joinToken: JoinToken; token: string }> {
    return this.#deeds.perform(actor, organizationId, async (tx) => {
      const [{ count } = { count: 0 }] = await tx
        .select({ count: sql<number>`count(*)::int` })
        .from(joinTokens)
        .where(and(eq(joinTokens.clusterId, clusterId), usable()));
      if (count >= maxLiveTokensPerCluster) {
        throw new AccountsError(
          'limit',
          `a cluster has at most ${maxLiveTokensPerCluster} usable join tokens`,
          'Revoke those that are not used.',
        );
      }
      const token = newSecretToken('joinToken');
      const [row] = await tx
        .insert(joinTokens)
        .values({
          id: newJoinTokenId(),
          organizationId,
          clusterId,
          tokenHash: secretTokenHash(token),
          tokenHint: secretTokenHint(token),
          maxUses,
          createdBy: actor.id,
          expiresAt: sql`now() + make_interval(secs => ${lifeSeconds})`,
        })
        .returning();
      if (row === undefined) throw new Error('the new join token was not returned');
      const joinToken = fromRow(row);
      return {
        result: { joinToken, token },
        note: {
          action: 'joinTokens.create',
          targetId: joinToken.id,
          targetName: joinToken.hint,
          details: { clusterId, maxUses, lifeSeconds },
        },
      };
    });
  }

  /** Those that can still be used. */
  async list(organizationId: OrganizationId, clusterId: ClusterId, query: PageQuery = {}): Promise<Page<JoinToken>> {
    return this.#database.inOrganization(organizationId, async (tx) => {
      const { after, order, limit } = pageOf(joinTokens, query);
      const rows = await tx
        .select()
        .from(joinTokens)
        .where(and(eq(joinTokens.clusterId, clusterId), usable(), after))
        .orderBy(...order)
        .limit(limit);
      return toPage(rows.map(fromRow), limit);
    });
  }

  /** Nodes that joined by it stay. Once more does nothing. */
  async revoke(actor: Actor, organizationId: OrganizationId, clusterId: ClusterId, id: JoinTokenId): Promise<void> {
    await this.#deeds.perform(actor, organizationId, async (tx) => {
      const mine = and(eq(joinTokens.id, id), eq(joinTokens.clusterId, clusterId));
      const [known] = await tx.select({ hint: joinTokens.tokenHint, revokedAt: joinTokens.revokedAt }).from(joinTokens).where(mine);
      if (known === undefined) throw nothingThere('join token', id);
      if (known.revokedAt !== null) return { result: undefined, note: undefined };
      await tx
        .update(joinTokens)
        .set({ revokedAt: sql`now()` })
        .where(mine);
      return { result: undefined, note: { action: 'joinTokens.revoke', targetId: id, targetName: known.hint, details: { clusterId } } };
    });
  }
}

export const usable = () =>
  and(isNull(joinTokens.revokedAt), lt(joinTokens.uses, joinTokens.maxUses), sql`${joinTokens.expiresAt} > now()`);

function fromRow(row: typeof joinTokens.$inferSelect): JoinToken {
  return {
    id: row.id as JoinTokenId,
    clusterId: row.clusterId as ClusterId,
    hint: row.tokenHint,
    maxUses: row.maxUses,
    uses: row.uses,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
  };
}
