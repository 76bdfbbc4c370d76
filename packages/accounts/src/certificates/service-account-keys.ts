import { createPublicKey, hash, type JsonWebKey, type KeyObject } from 'node:crypto';
import { type Clock, type ClusterId, ShortLivedCache, systemClock } from '@kajitori/apimachinery';
import { CompactSign, compactVerify, decodeProtectedHeader, errors } from 'jose';
import type { KeyGeneration } from '../platform/platform-keys.ts';

/** One is a key, which the database would have to give again. */
const keysMax = 500;
const keyCacheMilliseconds = 3_600_000;
/** How long a process may go on signing with a key after another has made a newer one. */
const ringMilliseconds = 1_000;
const ringsMax = 10_000;
/** A token that names a key which this process does not know makes it look again, and no more often than this. */
const rereadMilliseconds = 250;
/** No token that ends lives longer: what this server issues is cut at a year, and clocks differ. */
const publishedMilliseconds = 366 * 24 * 3_600_000;
const algorithm = 'ES256';

interface SigningKey {
  id: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/** A key that a cluster's tokens are signed by, or once were. */
export interface TokenKey {
  /** The `kid` of its tokens. */
  id: string;
  generation: number;
  createdAt: Date;
  /** Since when a newer one signs; undefined: it signs. */
  retiredAt: Date | undefined;
}

type RingKey = TokenKey & SigningKey;

export interface ServiceAccountKeysOptions {
  /** The cluster's keys, the newest first; at least one, the same in all processes. */
  generations: (cluster: ClusterId) => Promise<readonly KeyGeneration[]>;
  /** A P-256 key; undefined when it has ended meanwhile. */
  privateKey: (cluster: ClusterId, generation: number) => Promise<KeyObject | undefined>;
  /** URL under which the cluster vouches for its tokens; undefined where there is no such cluster. */
  issuer: (cluster: ClusterId) => Promise<string | undefined>;
  clock?: Clock;
}

/**
 * Signs and checks the tokens of clusters' ServiceAccounts: JWTs (RFC 7519) by ES256. The newest of a cluster's keys signs, and each of them
 * vouches for its tokens. It knows nothing of what the claims mean; what a token says chooses among the keys of the cluster that was asked,
 * and never the cluster.
 */
export class ServiceAccountKeys {
  readonly #options: ServiceAccountKeysOptions;
  readonly #keys = new ShortLivedCache<string, SigningKey | undefined>({ maxAgeMilliseconds: keyCacheMilliseconds, maxEntries: keysMax });
  readonly #rings = new ShortLivedCache<ClusterId, readonly RingKey[]>({ maxAgeMilliseconds: ringMilliseconds, maxEntries: ringsMax });
  readonly #rereads = new ShortLivedCache<ClusterId, readonly RingKey[]>({ maxAgeMilliseconds: rereadMilliseconds, maxEntries: ringsMax });

  constructor(options: ServiceAccountKeysOptions) {
    this.#options = options;
  }

  /** The `iss` of the cluster's tokens, and the audience that its API takes. Undefined where there is no such cluster. */
  issuer(cluster: ClusterId): Promise<string | undefined> {
    return this.#options.issuer(cluster);
  }

  async sign(cluster: ClusterId, claims: object): Promise<string> {
    const [newest] = await this.#ring(cluster);
    if (newest === undefined) throw new Error(`the keys of cluster ${cluster} ended while a token was being signed`);
    const payload = Buffer.from(JSON.stringify(claims), 'utf8');
    return new CompactSign(payload).setProtectedHeader({ alg: algorithm, kid: newest.id }).sign(newest.privateKey);
  }

  /** The claims of a token that a key of the cluster signed; undefined for every other text. Times are the caller's to look at. */
  async verify(cluster: ClusterId, token: string): Promise<unknown> {
    try {
      const { kid } = decodeProtectedHeader(token);
      const key = await this.#named(cluster, kid);
      if (key === undefined) return undefined;
      const { payload } = await compactVerify(token, key.publicKey, { algorithms: [algorithm] });
      return JSON.parse(Buffer.from(payload).toString('utf8'));
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof SyntaxError || error instanceof TypeError) return undefined;
      throw error;
    }
  }

  /** What others check the tokens with (RFC 7517): the key that signs, and older ones while tokens of theirs can be good. */
  async publicKeys(cluster: ClusterId): Promise<JsonWebKey[]> {
    const now = (this.#options.clock ?? systemClock).now().getTime();
    const keys = await this.#ring(cluster);
    return keys
      .filter(({ retiredAt }) => retiredAt === undefined || now < retiredAt.getTime() + publishedMilliseconds)
      .map(({ id, publicKey }) => {
        const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
        return { use: 'sig', kty, kid: id, alg: algorithm, crv, x, y };
      });
  }

  /** As they are now, the newest first. */
  async list(cluster: ClusterId): Promise<TokenKey[]> {
    const keys = await this.#reread(cluster);
    return keys.map(({ id, generation, createdAt, retiredAt }) => ({ id, generation, createdAt, retiredAt }));
  }

  /** This process has changed a cluster's keys and will not answer by what they were. */
  forget(cluster: ClusterId): void {
    this.#rings.delete(cluster);
    this.#rereads.delete(cluster);
  }

  async #named(cluster: ClusterId, id: string | undefined): Promise<SigningKey | undefined> {
    const known = (await this.#ring(cluster)).find((key) => key.id === id);
    if (known !== undefined || id === undefined) return known;
    const keys = await this.#rereads.get(cluster, () => this.#reread(cluster));
    return keys.find((key) => key.id === id);
  }

  #ring(cluster: ClusterId): Promise<readonly RingKey[]> {
    return this.#rings.get(cluster, () => this.#readRing(cluster));
  }

  #reread(cluster: ClusterId): Promise<readonly RingKey[]> {
    this.#rings.delete(cluster);
    return this.#ring(cluster);
  }

  async #readRing(cluster: ClusterId): Promise<readonly RingKey[]> {
    const generations = await this.#options.generations(cluster);
    const keys = await Promise.all(
      generations.map(async ({ generation, createdAt }, index) => {
        const key = await this.#keys.get(`${cluster} ${generation}`, () => this.#readKey(cluster, generation));
        return key === undefined ? [] : [{ ...key, generation, createdAt, retiredAt: generations[index - 1]?.createdAt }];
      }),
    );
    return keys.flat();
  }

  async #readKey(cluster: ClusterId, generation: number): Promise<SigningKey | undefined> {
    const privateKey = await this.#options.privateKey(cluster, generation);
    if (privateKey === undefined) return undefined;
    const publicKey = createPublicKey(privateKey);
    return { id: hash('sha256', publicKey.export({ type: 'spki', format: 'der' }), 'base64url'), privateKey, publicKey };
  }
}
