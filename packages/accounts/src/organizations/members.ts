import { newSecretToken, secretTokenHash } from '@kajitori/apimachinery';
import { and, asc, eq, isNull, ne, sql } from 'drizzle-orm';
import { AccountsError, nothingThere } from '../accounts-error.ts';
import type { AccountsDatabase, OrganizationTransaction } from '../database.ts';
import type { Actor, Deeds } from '../deed.ts';
import { type InvitationId, newInvitationId, type OrganizationId, type UserId } from '../ids.ts';
import { revokeKeys } from '../keys/api-keys.ts';
import { atLeast, type Role } from '../roles.ts';
import { apiKeys, invitations, members, organizations, users } from '../schema/index.ts';

export interface Member {
  userId: UserId;
  name: string;
  email: string;
  role: Role;
  createdAt: Date;
}

export interface Invitation {
  id: InvitationId;
  email: string;
  role: Role;
  createdAt: Date;
  expiresAt: Date;
}

const invitationDays = 14;
const maxMembersPerOrganization = 10_000;
const maxOpenInvitations = 1_000;

/**
 * Who belongs to an organization. Invariants: it always has an owner; nobody gives or takes a role above their own;
 * the keys that speak for a person end with the membership. One joins by an invitation, so that asking someone in
 * does not tell whether they have an account.
 */
export class Members {
  readonly #database: AccountsDatabase;
  readonly #deeds: Deeds;

  constructor(database: AccountsDatabase, deeds: Deeds) {
    this.#database = database;
    this.#deeds = deeds;
  }

  async list(organizationId: OrganizationId): Promise<Member[]> {
    return this.#database.inOrganization(organizationId, async (tx) => {
      const rows = await tx
        .select({ userId: members.userId, role: members.role, createdAt: members.createdAt, name: users.name, email: users.email })
        .from(members)
        .innerJoin(users, eq(users.id, members.userId))
        .orderBy(asc(members.createdAt), asc(members.userId))
        .limit(maxMembersPerOrganization);
      return rows.map(({ userId, name, email, role, createdAt }) => ({ userId: userId as UserId, name, email, role, createdAt }));
    });
  }

  /** @throws AccountsError `forbidden` above the own role, `conflict` for the last owner. */
  async changeRole(actor: Actor, own: Role, organizationId: OrganizationId, userId: UserId, role: Role): Promise<void> {
    refuseAbove(own, role);
    await this.#deeds.perform(actor, organizationId, async (tx) => {
      await lockOrganization(tx);
      const before = await findMember(tx, userId);
      refuseAbove(own, before.role);
      if (before.role === 'owner' && role !== 'owner') await refuseLastOwner(tx, userId);
      await tx.update(members).set({ role }).where(eq(members.userId, userId));
      return {
        result: undefined,
        note: { action: 'members.changeRole', targetId: userId, targetName: before.email, details: { from: before.role, to: role } },
      };
    });
  }

  /** Ends a membership and every key of this organization that speaks for the person. */
  async remove(actor: Actor, own: Role, organizationId: OrganizationId, userId: UserId): Promise<void> {
    await this.#deeds.perform(actor, organizationId, async (tx) => {
      await lockOrganization(tx);
      const before = await findMember(tx, userId);
      refuseAbove(own, before.role);
      if (before.role === 'owner') await refuseLastOwner(tx, userId);
      await revokeKeys(tx, eq(apiKeys.userId, userId));
      await tx.delete(members).where(eq(members.userId, userId));
      return {
        result: undefined,
        note: { action: 'members.remove', targetId: userId, targetName: before.email, details: { role: before.role } },
      };
    });
  }

  /** The token is given once, for the one who invites to pass on. */
  async invite(
    actor: Actor,
    own: Role,
    organizationId: OrganizationId,
    { email, role }: { email: string; role: Role },
  ): Promise<{ invitation: Invitation; token: string }> {
    refuseAbove(own, role);
    return this.#deeds.perform(actor, organizationId, async (tx) => {
      const [{ count } = { count: 0 }] = await tx
        .select({ count: sql<number>`count(*)::int` })
        .from(invitations)
        .where(open());
      if (count >= maxOpenInvitations) {
        throw new AccountsError(
          'limit',
          `an organization has at most ${maxOpenInvitations} open invitations`,
          'Revoke those that nobody takes.',
        );
      }
      const token = newSecretToken('invitation');
      const [row] = await tx
        .insert(invitations)
        .values({
          id: newInvitationId(),
          organizationId,
          email: email.toLowerCase(),
          role,
          tokenHash: secretTokenHash(token),
          createdBy: actor.id,
          expiresAt: sql`now() + make_interval(days => ${invitationDays})`,
        })
        .returning();
      if (row === undefined) throw new Error('the new invitation was not returned');
      const invitation = invitationOf(row);
      return {
        result: { invitation, token },
        note: { action: 'invitations.create', targetId: invitation.id, targetName: invitation.email, details: { role } },
      };
    });
  }

  async invitations(organizationId: OrganizationId): Promise<Invitation[]> {
    return this.#database.inOrganization(organizationId, async (tx) => {
      const rows = await tx.select().from(invitations).where(open()).orderBy(asc(invitations.createdAt)).limit(maxOpenInvitations);
      return rows.map(invitationOf);
    });
  }

  async revokeInvitation(actor: Actor, organizationId: OrganizationId, id: InvitationId): Promise<void> {
    await this.#deeds.perform(actor, organizationId, async (tx) => {
      const [row] = await tx
        .update(invitations)
        .set({ revokedAt: sql`now()` })
        .where(and(eq(invitations.id, id), open()))
        .returning();
      if (row === undefined) throw nothingThere('open invitation', id);
      return { result: undefined, note: { action: 'invitations.revoke', targetId: id, targetName: row.email } };
    });
  }

  /** Makes the person a member. The invitation must have been sent to the address that they signed up with. */
  async accept(
    actor: Actor,
    person: { userId: UserId; email: string },
    token: string,
  ): Promise<{ organizationId: OrganizationId; role: Role }> {
    const hash = secretTokenHash(token);
    const [located] = await this.#database.ask<{ organization_id: string }>(
      sql`SELECT organization_id FROM accounts.locate_invitation(${hash})`,
    );
    if (located === undefined) throw noInvitation();
    const organizationId = located.organization_id as OrganizationId;
    return this.#deeds.perform(actor, organizationId, async (tx) => {
      const [row] = await tx
        .update(invitations)
        .set({ acceptedAt: sql`now()` })
        .where(and(eq(invitations.tokenHash, hash), eq(invitations.email, person.email.toLowerCase()), open()))
        .returning();
      if (row === undefined) throw noInvitation();
      await tx.insert(members).values({ organizationId, userId: person.userId, role: row.role }).onConflictDoNothing();
      return {
        result: { organizationId, role: row.role },
        note: {
          action: 'members.join',
          targetId: person.userId,
          targetName: person.email,
          details: { role: row.role, invitation: row.id },
        },
      };
    });
  }
}

const open = () => and(isNull(invitations.acceptedAt), isNull(invitations.revokedAt), sql`${invitations.expiresAt} > now()`);

function noInvitation(): AccountsError {
  return new AccountsError(
    'notFound',
    'there is no open invitation with this token for your e-mail address',
    'Ask for a new invitation, to the address that you signed in with.',
    { field: 'token' },
  );
}

function refuseAbove(own: Role, wanted: Role): void {
  if (atLeast(own, wanted)) return;
  throw new AccountsError('forbidden', `a role of ${own} cannot give or take the role ${wanted}`, `Ask one who is ${wanted}.`, {
    field: 'role',
  });
}

/** Changes of membership wait for each other, so that two owners who leave at once cannot both believe that the other stays. */
async function lockOrganization(tx: OrganizationTransaction): Promise<void> {
  await tx.select({ id: organizations.id }).from(organizations).for('update');
}

async function findMember(tx: OrganizationTransaction, userId: UserId): Promise<{ role: Role; email: string }> {
  const [row] = await tx
    .select({ role: members.role, email: users.email })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(eq(members.userId, userId));
  if (row === undefined) throw nothingThere('member', userId);
  return row;
}

async function refuseLastOwner(tx: OrganizationTransaction, userId: UserId): Promise<void> {
  const [other] = await tx
    .select({ userId: members.userId })
    .from(members)
    .where(and(eq(members.role, 'owner'), ne(members.userId, userId)))
    .limit(1);
  if (other !== undefined) return;
  throw new AccountsError('conflict', 'an organization keeps at least one owner', 'Make another member an owner first.');
}

function invitationOf(row: typeof invitations.$inferSelect): Invitation {
  return { id: row.id as InvitationId, email: row.email, role: row.role, createdAt: row.createdAt, expiresAt: row.expiresAt };
}
