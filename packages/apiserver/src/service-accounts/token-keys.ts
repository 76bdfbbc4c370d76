import type { JsonWebKey } from 'node:crypto';
import type { ClusterId } from '@kajitori/apimachinery';

/**
 * The keys that clusters sign their ServiceAccounts' tokens with. A cluster's first is made on first use; all are the same in all processes. The
 * newest signs, and older ones vouch for what they signed.
 */
export interface TokenKeys {
  /** The `iss` of the cluster's tokens, and the audience that its API takes; undefined where there is no such cluster. */
  issuer(cluster: ClusterId): Promise<string | undefined>;
  sign(cluster: ClusterId, claims: object): Promise<string>;
  /** The claims of a token that a key of this cluster signed; undefined for every other text. */
  verify(cluster: ClusterId, token: string): Promise<unknown>;
  publicKeys(cluster: ClusterId): Promise<JsonWebKey[]>;
}

/** For where nobody vouches for ServiceAccounts: no token is issued and none is known. */
export const noTokenKeys: TokenKeys = {
  issuer: async () => undefined,
  sign: async () => {
    throw new Error('this server signs no tokens');
  },
  verify: async () => undefined,
  publicKeys: async () => [],
};
