import { isSecretToken, secretTokenHash, ShortLivedCache } from '@kajitori/apimachinery';
import { sql } from 'drizzle-orm';
import type { AccountsDatabase } from '../database.ts';
import type { ApiKeyId, OrganizationId, UserId } from '../ids.ts';
import type { Identity } from '../identity/identity.ts';
import { effectiveRole, type KeyPrincipal, type Principal } from '../principal.ts';
import type { Role } from '../roles.ts';
import { scopeOf } from './api-keys.ts';
import type { KeyUse } from './key-use.ts';

export interface Membership {
  organizationId: OrganizationId;
  organizationName: string;
  role: Role;
}

/** With the round trip of a look-up, well under the two seconds within which a revocation holds everywhere. */
const cacheMilliseconds = 1_500;
const maxCachedKeys = 20_000;
const maxCachedUsers = 10_000;

/** Who a bearer token speaks for. A busy token costs one look-up every second and a half in each process. */
export class Authentication {
  readonly #database: AccountsDatabase;
  readonly #identity: Identity;
  readonly #use: KeyUse;
  readonly #keys = new ShortLivedCache<string, KeyPrincipal | undefined>({
    maxAgeMilliseconds: cacheMilliseconds,
    maxEntries: maxCachedKeys,
    rememberAbsence: true,
  });
  readonly #memberships = new ShortLivedCache<UserId, Membership[]>({ maxAgeMilliseconds: cacheMilliseconds, maxEntries: maxCachedUsers });

  constructor(options: { database: AccountsDatabase; identity: Identity; use: KeyUse }) {
    this.#database = options.database;
    this.#identity = options.identity;
    this.#use = options.use;
  }

  /** A session's or a key's token; undefined when it is neither, or is no longer good. */
  async authenticate(token: string): Promise<Principal | undefined> {
    return isSecretToken('apiKey', token) ? this.authenticateKey(token) : this.#identity.authenticateSession(token);
  }

  async authenticateKey(token: string): Promise<KeyPrincipal | undefined> {
    if (!isSecretToken('apiKey', token)) return undefined;
    const hash = secretTokenHash(token);
    const principal = await this.#keys.get(hash, () => this.#findKey(hash));
    if (principal === undefined || (principal.expiresAt !== undefined && principal.expiresAt.getTime() <= Date.now())) return undefined;
    this.#use.note(principal.keyId);
    return principal;
  }

  /** The role that a principal holds in an organization, whatever its scope there. */
  async roleIn(principal: Principal, organizationId: OrganizationId): Promise<Role | undefined> {
    if (principal.type === 'key') return principal.scope.organizationId === organizationId ? principal.role : undefined;
    const known = find(await this.memberships(principal.userId), organizationId);
    if (known !== undefined) return known;
    // A membership may be younger than what is remembered.
    this.#memberships.delete(principal.userId);
    return find(await this.memberships(principal.userId), organizationId);
  }

  memberships(userId: UserId): Promise<Membership[]> {
    return this.#memberships.get(userId, async () => {
      const rows = await this.#database.ask<{ organization_id: string; organization_name: string; role: Role }>(
        sql`SELECT * FROM accounts.memberships_of(${userId})`,
      );
      return rows.map((row) => ({
        organizationId: row.organization_id as OrganizationId,
        organizationName: row.organization_name,
        role: row.role,
      }));
    });
  }

  /** This process has changed memberships of that user and will not answer by the old ones. */
  forgetMemberships(userId: UserId): void {
    this.#memberships.delete(userId);
  }

  /** This process has ended keys: it takes none of them from now on; others follow within two seconds. */
  forgetKeys(): void {
    this.#keys.clear();
  }

  async #findKey(hash: string): Promise<KeyPrincipal | undefined> {
    const [row] = await this.#database.ask<FoundKey>(sql`SELECT * FROM accounts.find_api_key(${hash})`);
    if (row === undefined) return undefined;
    const organizationId = row.organization_id as OrganizationId;
    return {
      type: 'key',
      keyId: row.id as ApiKeyId,
      name: row.name,
      role: effectiveRole(row.role, row.member_role ?? undefined),
      scope: scopeOf({ organizationId, projectId: row.project_id, clusterId: row.cluster_id }),
      user: row.user_id === null ? undefined : { userId: row.user_id as UserId, name: row.user_name ?? '', email: row.user_email ?? '' },
      expiresAt: row.expires_at === null ? undefined : new Date(row.expires_at),
    };
  }
}

function find(memberships: readonly Membership[], organizationId: OrganizationId): Role | undefined {
  return memberships.find((one) => one.organizationId === organizationId)?.role;
}

/** The columns of accounts.find_api_key. */
interface FoundKey extends Record<string, unknown> {
  id: string;
  organization_id: string;
  project_id: string | null;
  cluster_id: string | null;
  role: Role;
  name: string;
  expires_at: string | null;
  user_id: string | null;
  user_name: string | null;
  user_email: string | null;
  member_role: Role | null;
}
