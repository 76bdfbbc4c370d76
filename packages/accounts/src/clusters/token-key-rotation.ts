import { AccountsError, nothingThere } from '../accounts-error.ts';
import type { ServiceAccountKeys, TokenKey } from '../certificates/service-account-keys.ts';
import { isTaken } from '../database.ts';
import type { Actor, Deeds } from '../deed.ts';
import type { PlatformKeys } from '../platform/platform-keys.ts';
import type { ClusterRecord } from './clusters.ts';

export const tokenKeyPurpose = 'service-account-tokens';
/** Of one cluster: each is looked at by every process that checks its tokens. */
const keysMax = 10;

/**
 * Changes the keys that a cluster's ServiceAccounts' tokens are signed by. Invariant: there is always one that signs; what it replaced goes on
 * vouching for its tokens until somebody ends it.
 */
export class TokenKeyRotation {
  readonly #deeds: Deeds;
  readonly #platformKeys: PlatformKeys;
  readonly #keys: ServiceAccountKeys;

  constructor(options: { deeds: Deeds; platformKeys: PlatformKeys; keys: ServiceAccountKeys }) {
    this.#deeds = options.deeds;
    this.#platformKeys = options.platformKeys;
    this.#keys = options.keys;
  }

  /** The newest, which signs, first. */
  list({ id }: Pick<ClusterRecord, 'id'>): Promise<TokenKey[]> {
    return this.#keys.list(id);
  }

  /**
   * A new key signs from now on: in every process within a second. Tokens of the old ones stay good.
   * @throws AccountsError `limit` when there are too many, `conflict` when somebody else rotates at this moment.
   */
  async rotate(actor: Actor, cluster: ClusterRecord): Promise<TokenKey> {
    const { id, name, organizationId } = cluster;
    if (cluster.deletionRequestedAt !== undefined)
      throw new AccountsError('conflict', 'the cluster is being deleted', 'Use another cluster.');
    // There is a first one from here on.
    await this.#keys.list(id);
    const generation = await this.#deeds
      .perform(actor, organizationId, async (tx) => {
        const held = await this.#platformKeys.heldGenerations(tx, id, tokenKeyPurpose);
        if (held.length >= keysMax) {
          const remedy = 'End old ones whose tokens are no longer used: kaji clusters end-token-key.';
          throw new AccountsError('limit', `the cluster has ${keysMax} keys for tokens`, remedy);
        }
        const next = (held[0]?.generation ?? 0) + 1;
        await this.#platformKeys.addGeneration(tx, { owner: id, purpose: tokenKeyPurpose, generation: next });
        return {
          result: next,
          note: { action: 'clusters.rotate-token-key', targetId: id, targetName: name, details: { generation: next } },
        };
      })
      .catch((error: unknown) => {
        if (!isTaken(error, 'platform_keys_scope_purpose_generation_pk')) throw error;
        const message = 'the keys of this cluster are being rotated by somebody else';
        throw new AccountsError('conflict', message, 'See what there is: kaji clusters token-keys.', { cause: error });
      });
    this.#keys.forget(id);
    const made = (await this.#keys.list(id)).find((key) => key.generation === generation);
    if (made === undefined) throw nothingThere('token key', String(generation));
    return made;
  }

  /**
   * Ends an old key: its tokens are refused, in every process within three seconds.
   * @throws AccountsError `notFound`, `conflict` for the key that signs.
   */
  async end(actor: Actor, { id, name, organizationId }: ClusterRecord, keyId: string): Promise<void> {
    const key = (await this.#keys.list(id)).find((one) => one.id === keyId);
    if (key === undefined) throw nothingThere('token key', keyId);
    if (key.retiredAt === undefined) {
      throw new AccountsError('conflict', 'this key signs the tokens of the cluster', 'Rotate first: kaji clusters rotate-keys.');
    }
    const { generation } = key;
    await this.#deeds.perform(actor, organizationId, async (tx) => {
      await this.#platformKeys.endGeneration(tx, { owner: id, purpose: tokenKeyPurpose, generation });
      return {
        result: undefined,
        note: { action: 'clusters.end-token-key', targetId: id, targetName: name, details: { generation, key: keyId } },
      };
    });
    this.#keys.forget(id);
  }
}
