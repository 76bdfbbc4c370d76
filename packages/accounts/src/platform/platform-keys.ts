import { createPrivateKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { ClusterId } from '@kajitori/apimachinery';
import { and, eq } from 'drizzle-orm';
import type { AccountsDatabase } from '../database.ts';
import { platformKeys } from '../schema/index.ts';
import type { KeyWrapper } from './key-wrapper.ts';

/** The platform's own keys, or those of one cluster. */
export type KeyOwner = 'platform' | ClusterId;

export type KeyPurpose = 'serving-ca' | 'serving' | 'client-ca' | 'front-proxy-ca' | 'service-account-tokens' | 'session-secret';

interface StoredKey {
  certificate: string | undefined;
  secret: Buffer;
}

/**
 * Keys that all processes share, made by whoever needs one first. Invariant: of a purpose and an owner there is one
 * key, for ever; who loses the race to make it takes the winner's. They are stored sealed, bound to purpose and owner.
 */
export class PlatformKeys {
  readonly #database: AccountsDatabase;
  readonly #wrapper: KeyWrapper;

  constructor(database: AccountsDatabase, wrapper: KeyWrapper) {
    this.#database = database;
    this.#wrapper = wrapper;
  }

  /** A P-256 key. `certify` makes the certificate that lies beside it. */
  async signingKey(
    owner: KeyOwner,
    purpose: KeyPurpose,
    certify?: (pair: { publicKey: KeyObject; privateKey: KeyObject }) => string,
  ): Promise<{ privateKey: KeyObject; certificate: string | undefined }> {
    const { secret, certificate } = await this.#findOrMake(owner, purpose, async () => {
      const pair = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
      return { secret: pair.privateKey.export({ type: 'pkcs8', format: 'der' }), certificate: certify?.(pair) };
    });
    return { privateKey: createPrivateKey({ key: secret, type: 'pkcs8', format: 'der' }), certificate };
  }

  /** 32 random bytes. */
  async secret(owner: KeyOwner, purpose: KeyPurpose): Promise<Buffer> {
    const { secret } = await this.#findOrMake(owner, purpose, async () => ({ secret: randomBytes(32), certificate: undefined }));
    return secret;
  }

  async #findOrMake(owner: KeyOwner, purpose: KeyPurpose, make: () => Promise<StoredKey>): Promise<StoredKey> {
    const found = await this.#find(owner, purpose);
    if (found !== undefined) return found;
    const { secret, certificate } = await make();
    const sealedKey = await this.#wrapper.seal(secret, context(owner, purpose));
    await this.#database.unbound.insert(platformKeys).values({ scope: owner, purpose, certificate, sealedKey }).onConflictDoNothing();
    const kept = await this.#find(owner, purpose);
    if (kept === undefined) throw new Error(`the ${context(owner, purpose)} was removed while it was being made`);
    return kept;
  }

  async #find(owner: KeyOwner, purpose: KeyPurpose): Promise<StoredKey | undefined> {
    const [row] = await this.#database.unbound
      .select({ certificate: platformKeys.certificate, sealedKey: platformKeys.sealedKey })
      .from(platformKeys)
      .where(and(eq(platformKeys.scope, owner), eq(platformKeys.purpose, purpose)));
    if (row === undefined) return undefined;
    const secret = await this.#wrapper.open(row.sealedKey, context(owner, purpose));
    return { certificate: row.certificate ?? undefined, secret: Buffer.from(secret) };
  }
}

const context = (owner: KeyOwner, purpose: KeyPurpose): string => `platform key ${owner} ${purpose}`;
