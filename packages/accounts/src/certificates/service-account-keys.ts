import { createPublicKey, hash, type JsonWebKey, type KeyObject } from 'node:crypto';
import { type ClusterId, ShortLivedCache } from '@kajitori/apimachinery';
import { CompactSign, compactVerify, errors } from 'jose';

/** One is a key, which the database would have to give again. */
const keysMax = 500;
const keyCacheMilliseconds = 3_600_000;
const algorithm = 'ES256';

interface SigningKey {
  id: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

export interface ServiceAccountKeysOptions {
  /** The cluster's P-256 key, the same in all processes. */
  privateKey: (cluster: ClusterId) => Promise<KeyObject>;
  /** URL under which the cluster vouches for its tokens; undefined where there is no such cluster. */
  issuer: (cluster: ClusterId) => Promise<string | undefined>;
}

/**
 * Signs and checks the tokens of clusters' ServiceAccounts: JWTs (RFC 7519) by ES256, with one key for each cluster. It knows nothing of
 * what the claims mean, and what a token says never decides which key it is checked with.
 */
export class ServiceAccountKeys {
  readonly #options: ServiceAccountKeysOptions;
  readonly #keys = new ShortLivedCache<ClusterId, SigningKey>({ maxAgeMilliseconds: keyCacheMilliseconds, maxEntries: keysMax });

  constructor(options: ServiceAccountKeysOptions) {
    this.#options = options;
  }

  /** The `iss` of the cluster's tokens, and the audience that its API takes. Undefined where there is no such cluster. */
  issuer(cluster: ClusterId): Promise<string | undefined> {
    return this.#options.issuer(cluster);
  }

  async sign(cluster: ClusterId, claims: object): Promise<string> {
    const { id, privateKey } = await this.#key(cluster);
    const payload = Buffer.from(JSON.stringify(claims), 'utf8');
    return new CompactSign(payload).setProtectedHeader({ alg: algorithm, kid: id }).sign(privateKey);
  }

  /** The claims of a token that the cluster's key signed; undefined for every other text. Times are the caller's to look at. */
  async verify(cluster: ClusterId, token: string): Promise<unknown> {
    const { publicKey } = await this.#key(cluster);
    try {
      const { payload } = await compactVerify(token, publicKey, { algorithms: [algorithm] });
      return JSON.parse(Buffer.from(payload).toString('utf8'));
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** What others check the tokens with (RFC 7517). */
  async publicKeys(cluster: ClusterId): Promise<JsonWebKey[]> {
    const { id, publicKey } = await this.#key(cluster);
    const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
    return [{ use: 'sig', kty, kid: id, alg: algorithm, crv, x, y }];
  }

  #key(cluster: ClusterId): Promise<SigningKey> {
    return this.#keys.get(cluster, async () => {
      const privateKey = await this.#options.privateKey(cluster);
      const publicKey = createPublicKey(privateKey);
      const id = hash('sha256', publicKey.export({ type: 'spki', format: 'der' }), 'base64url');
      return { id, privateKey, publicKey };
    });
  }
}
