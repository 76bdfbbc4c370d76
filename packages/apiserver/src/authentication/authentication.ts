import type { ClusterId } from '@kajitori/apimachinery';
import type { UserInfo } from '@kajitori/client';
import { type ServiceAccountTokens, TokenRefusal } from '../service-accounts/service-account-tokens.ts';
import type { TokenKeys } from '../service-accounts/token-keys.ts';
import type { Authenticator, NoteCredential } from './authenticator.ts';

/** What a review of a token finds. */
export type Reviewed = { user: UserInfo; audiences: readonly string[] } | { error: string };

/** Everyone who can vouch for a bearer token: the cluster itself for its ServiceAccounts, then whoever knows the account's keys. */
export class Authentication implements Authenticator {
  readonly #tokens: ServiceAccountTokens;
  readonly #keys: TokenKeys;
  readonly #others: Authenticator;

  constructor({ tokens, keys, others }: { tokens: ServiceAccountTokens; keys: TokenKeys; others: Authenticator }) {
    this.#tokens = tokens;
    this.#keys = keys;
    this.#others = others;
  }

  async authenticateToken(cluster: ClusterId, token: string, note?: NoteCredential): Promise<UserInfo | undefined> {
    const reviewed = await this.review(cluster, token, [], note);
    return 'user' in reviewed ? reviewed.user : undefined;
  }

  /** `audiences`: for one of them the token must have been made; none: for the cluster's own API. */
  async review(cluster: ClusterId, token: string, audiences: readonly string[], note?: NoteCredential): Promise<Reviewed> {
    const own = await this.#keys.issuer(cluster);
    const asked = audiences.length === 0 && own !== undefined ? [own] : audiences;
    try {
      const known = await this.#tokens.authenticate(cluster, token, note);
      if (known !== undefined) return meant(known.user, known.audiences, asked);
    } catch (error) {
      if (!(error instanceof TokenRefusal)) throw error;
      return { error: `[invalid bearer token, ${error.message}]` };
    }
    const user = await this.#others.authenticateToken(cluster, token);
    if (user === undefined) return { error: 'invalid bearer token' };
    // A key of the account speaks to the cluster's API, and to nobody else.
    return own === undefined ? { user, audiences: [] } : meant(user, [own], asked);
  }
}

function meant(user: UserInfo, audiences: readonly string[], asked: readonly string[]): Reviewed {
  const both = asked.filter((one) => audiences.includes(one));
  if (both.length > 0) return { user, audiences: both };
  const list = (all: readonly string[]): string => `[${all.map((one) => JSON.stringify(one)).join(' ')}]`;
  return { error: `[invalid bearer token, token audiences ${list(audiences)} is invalid for the target audiences ${list(asked)}]` };
}
