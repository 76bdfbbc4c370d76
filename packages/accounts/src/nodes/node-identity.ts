import { type ClusterId, dns1123SubdomainError, isSecretToken, secretTokenHash, ShortLivedCache } from '@kajitori/apimachinery';
import { and, eq, isNotNull, isNull, ne, sql } from 'drizzle-orm';
import { AccountsError } from '../accounts-error.ts';
import type { AccountsDatabase, OrganizationTransaction } from '../database.ts';
import { type Actor, type Deeds, systemActor } from '../deed.ts';
import { newNodeCredentialId, type NodeCredentialId, type OrganizationId } from '../ids.ts';
import { joinTokens, nodeCredentials } from '../schema/index.ts';
import { usable } from './join-tokens.ts';

/** Whom a credential proves: one node of one cluster. */
export interface NodePrincipal {
  credentialId: NodeCredentialId;
  organizationId: OrganizationId;
  clusterId: ClusterId;
  nodeName: string;
}

export interface JoinRequest {
  token: string;
  nodeName: string;
  /** secretTokenHash of the credential that the node drew: a join whose answer was lost can be sent again. */
  credentialHash: string;
}

const cacheMilliseconds = 1_500;
const maxCachedCredentials = 20_000;
/** How long a replaced credential still works, should the node die before it has kept the new one. */
const rotationOverlapMinutes = 60;

/**
 * The identities of nodes. Invariants: one node name of a cluster belongs to one machine, the one that joined with it,
 * until it is removed; a join token is used at most as often as it says, and a repeated join uses it once.
 */
export class NodeIdentity {
  readonly #database: AccountsDatabase;
  readonly #deeds: Deeds;
  readonly #known = new ShortLivedCache<string, NodePrincipal | undefined>({
    maxAgeMilliseconds: cacheMilliseconds,
    maxEntries: maxCachedCredentials,
    rememberAbsence: true,
  });

  constructor(database: AccountsDatabase, deeds: Deeds) {
    this.#database = database;
    this.#deeds = deeds;
  }

  /**
   * @throws AccountsError `unauthenticated` for a token that is unknown, used up, expired or revoked; `conflict` when
   * another machine has the name; `invalid` for the name or the form of the credential.
   */
  async join({ token, nodeName, credentialHash }: JoinRequest, requestId: string): Promise<NodePrincipal> {
    const wrong = dns1123SubdomainError(nodeName);
    if (wrong !== undefined)
      throw new AccountsError('invalid', `the name of a node ${wrong}`, 'Give one with --node-name.', { field: 'nodeName' });
    refuseOtherThanHash(credentialHash);
    if (!isSecretToken('joinToken', token)) throw badToken();
    const tokenHash = secretTokenHash(token);
    const place = await this.#locate(tokenHash);
    if (place === undefined) throw badToken();
    const { organizationId, clusterId } = place;
    const principal = await this.#deeds.perform(systemActor(requestId), organizationId, async (tx) => {
      await lockName(tx, clusterId, nodeName);
      const again = await joinedBefore(tx, { credentialHash, tokenHash, nodeName });
      if (again !== undefined) return { result: again, note: undefined };
      const joinTokenId = await useToken(tx, tokenHash);
      await refuseTakenName(tx, clusterId, nodeName);
      const id = newNodeCredentialId();
      await tx.insert(nodeCredentials).values({ id, organizationId, clusterId, nodeName, credentialHash, joinTokenId });
      return {
        result: { credentialId: id, organizationId, clusterId, nodeName },
        note: { action: 'nodes.join', targetId: id, targetName: nodeName, details: { clusterId, joinTokenId } },
      };
    });
    this.#known.delete(credentialHash);
    return principal;
  }

  /** Which cluster a join token opens now; undefined when it opens none. Uses nothing up. */
  async checkJoinToken(token: string): Promise<{ organizationId: OrganizationId; clusterId: ClusterId } | undefined> {
    if (!isSecretToken('joinToken', token)) return undefined;
    const tokenHash = secretTokenHash(token);
    const place = await this.#locate(tokenHash);
    if (place === undefined) return undefined;
    return this.#database.inOrganization(place.organizationId, async (tx) => {
      const [row] = await tx
        .select({ id: joinTokens.id })
        .from(joinTokens)
        .where(and(eq(joinTokens.tokenHash, tokenHash), usable()));
      return row === undefined ? undefined : place;
    });
  }

  /** Whom a credential proves; undefined when it proves nobody, or ended at least two seconds ago. */
  authenticate(credential: string): Promise<NodePrincipal | undefined> {
    if (!isSecretToken('nodeCredential', credential)) return Promise.resolve(undefined);
    const hash = secretTokenHash(credential);
    return this.#known.get(hash, async () => {
      const [row] = await this.#database.ask<{ id: string; organization_id: string; cluster_id: string; node_name: string }>(
        sql`SELECT * FROM accounts.find_node_credential(${hash})`,
      );
      if (row === undefined) return undefined;
      return {
        credentialId: row.id as NodeCredentialId,
        organizationId: row.organization_id as OrganizationId,
        clusterId: row.cluster_id as ClusterId,
        nodeName: row.node_name,
      };
    });
  }

  /**
   * Announces the credential that a node will use from now on. The old one works for an hour more, so that the node may
   * keep the new one first and lose no connection. Announcing it again changes nothing.
   */
  async rotate(node: NodePrincipal, credentialHash: string, requestId: string): Promise<NodePrincipal> {
    refuseOtherThanHash(credentialHash);
    const { organizationId, clusterId, nodeName } = node;
    const rotated = await this.#deeds.perform(systemActor(requestId), organizationId, async (tx) => {
      await lockName(tx, clusterId, nodeName);
      const [known] = await tx
        .select({ id: nodeCredentials.id })
        .from(nodeCredentials)
        .where(eq(nodeCredentials.credentialHash, credentialHash));
      const id = (known?.id ?? newNodeCredentialId()) as NodeCredentialId;
      const result = { credentialId: id, organizationId, clusterId, nodeName };
      if (known !== undefined) return { result, note: undefined };
      await retireOthers(tx, clusterId, nodeName);
      await tx.insert(nodeCredentials).values({ id, organizationId, clusterId, nodeName, credentialHash });
      return {
        result,
        note: { action: 'nodes.rotate', targetId: id, targetName: nodeName, details: { clusterId, replaces: node.credentialId } },
      };
    });
    this.#known.delete(credentialHash);
    return rotated;
  }

  /** The node has shown its newest credential: those that it replaced end now, before their hour is over. */
  async endReplaced({ organizationId, clusterId, nodeName, credentialId }: NodePrincipal): Promise<void> {
    await this.#database.inOrganization(organizationId, async (tx) => {
      const shown = tx.select({ retiresAt: nodeCredentials.retiresAt }).from(nodeCredentials).where(eq(nodeCredentials.id, credentialId));
      await tx
        .update(nodeCredentials)
        .set({ revokedAt: sql`now()` })
        .where(
          and(
            ofNode(clusterId, nodeName),
            ne(nodeCredentials.id, credentialId),
            isNotNull(nodeCredentials.retiresAt),
            isNull(nodeCredentials.revokedAt),
            // One that is itself being replaced ends nothing.
            sql`(${shown}) IS NULL`,
          ),
        );
    });
  }

  /** Ends every credential of a node: within two seconds no process takes it, and its name is free. */
  async revoke(actor: Actor, organizationId: OrganizationId, clusterId: ClusterId, nodeName: string): Promise<number> {
    return this.#deeds.perform(actor, organizationId, async (tx) => {
      await lockName(tx, clusterId, nodeName);
      const ended = await tx
        .update(nodeCredentials)
        .set({ revokedAt: sql`now()` })
        .where(and(ofNode(clusterId, nodeName), isNull(nodeCredentials.revokedAt)))
        .returning({ id: nodeCredentials.id });
      const note = {
        action: 'nodes.revoke',
        targetId: clusterId,
        targetName: nodeName,
        details: { credentials: ended.map(({ id }) => id) },
      };
      return { result: ended.length, note: ended.length === 0 ? undefined : note };
    });
  }

  async #locate(tokenHash: string): Promise<{ organizationId: OrganizationId; clusterId: ClusterId } | undefined> {
    const [row] = await this.#database.ask<{ organization_id: string; cluster_id: string }>(
      sql`SELECT * FROM accounts.locate_join_token(${tokenHash})`,
    );
    return row && { organizationId: row.organization_id as OrganizationId, clusterId: row.cluster_id as ClusterId };
  }

  /** Of the credentials that a gateway's sessions were opened with, those that no longer open anything. One query. */
  async ended(credentials: readonly NodeCredentialId[]): Promise<NodeCredentialId[]> {
    if (credentials.length === 0) return [];
    const list = JSON.stringify(credentials);
    const rows = await this.#database.ask<{ id: string }>(
      sql`SELECT id FROM accounts.dead_node_credentials(ARRAY(SELECT jsonb_array_elements_text(${list}::jsonb)))`,
    );
    return rows.map(({ id }) => id as NodeCredentialId);
  }
}

function refuseOtherThanHash(text: string): void {
  if (/^[0-9a-f]{64}$/.test(text)) return;
  throw new AccountsError('invalid', 'a credential is announced by its SHA-256 in hexadecimal', 'Use the agent of this service.', {
    field: 'credentialHash',
  });
}

const ofNode = (clusterId: ClusterId, nodeName: string) =>
  and(eq(nodeCredentials.clusterId, clusterId), eq(nodeCredentials.nodeName, nodeName));

function badToken(): AccountsError {
  return new AccountsError(
    'unauthenticated',
    'this join token is not known, used up, expired or revoked',
    'Make a new one: kaji nodes join-command.',
    {
      field: 'token',
    },
  );
}

/** Joins, rotations and removals of one node wait for each other. */
async function lockName(tx: OrganizationTransaction, clusterId: ClusterId, nodeName: string): Promise<void> {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`node ${clusterId} ${nodeName}`}, 0))`);
}

async function joinedBefore(
  tx: OrganizationTransaction,
  { credentialHash, tokenHash, nodeName }: { credentialHash: string; tokenHash: string; nodeName: string },
): Promise<NodePrincipal | undefined> {
  const [row] = await tx
    .select({ id: nodeCredentials.id, organizationId: nodeCredentials.organizationId, clusterId: nodeCredentials.clusterId })
    .from(nodeCredentials)
    .innerJoin(joinTokens, eq(joinTokens.id, nodeCredentials.joinTokenId))
    .where(
      and(
        eq(nodeCredentials.credentialHash, credentialHash),
        eq(joinTokens.tokenHash, tokenHash),
        eq(nodeCredentials.nodeName, nodeName),
        isNull(nodeCredentials.revokedAt),
      ),
    );
  if (row === undefined) return undefined;
  return {
    credentialId: row.id as NodeCredentialId,
    organizationId: row.organizationId as OrganizationId,
    clusterId: row.clusterId as ClusterId,
    nodeName,
  };
}

async function useToken(tx: OrganizationTransaction, tokenHash: string): Promise<string> {
  const [row] = await tx
    .update(joinTokens)
    .set({ uses: sql`${joinTokens.uses} + 1` })
    .where(and(eq(joinTokens.tokenHash, tokenHash), usable()))
    .returning({ id: joinTokens.id });
  if (row === undefined) throw badToken();
  return row.id;
}

async function refuseTakenName(tx: OrganizationTransaction, clusterId: ClusterId, nodeName: string): Promise<void> {
  const live = and(
    ofNode(clusterId, nodeName),
    isNull(nodeCredentials.revokedAt),
    sql`coalesce(${nodeCredentials.retiresAt}, 'infinity') > now()`,
  );
  const [holder] = await tx.select({ id: nodeCredentials.id }).from(nodeCredentials).where(live).limit(1);
  if (holder === undefined) return;
  throw new AccountsError(
    'conflict',
    `the cluster has a node ${JSON.stringify(nodeName)} already`,
    `Give another name with --node-name, or remove that node first: kaji nodes remove ${nodeName}.`,
    { field: 'nodeName' },
  );
}

async function retireOthers(tx: OrganizationTransaction, clusterId: ClusterId, nodeName: string): Promise<void> {
  const soon = sql`now() + make_interval(mins => ${rotationOverlapMinutes})`;
  await tx
    .update(nodeCredentials)
    .set({ retiresAt: sql`least(coalesce(${nodeCredentials.retiresAt}, 'infinity'), ${soon})` })
    .where(and(ofNode(clusterId, nodeName), isNull(nodeCredentials.revokedAt)));
}
