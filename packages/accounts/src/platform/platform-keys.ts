import { createPrivateKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { ClusterId } from '@kajitori/apimachinery';
import { and, desc, eq } from 'drizzle-orm';
import type { AccountsDatabase, Queryable } from '../database.ts';
import { platformKeys } from '../schema/index.ts';
import type { KeyWrapper } from './key-wrapper.ts';

/** The platform's own keys, or those of one cluster. */
export type KeyOwner = 'platform' | ClusterId;

export type KeyPurpose = 'serving-ca' | 'serving' | 'client-ca' | 'front-proxy-ca' | 'service-account-tokens' | 'session-secret';

interface StoredKey {
  certificate: string | undefined;
  secret: Buffer;
}

/** One of the keys of a purpose that have followed one another. */
export interface KeyGeneration {
  generation: number;
  createdAt: Date;
}

interface KeyName {
  owner: KeyOwner;
  purpose: KeyPurpose;
  generation: number;
}

/**
 * Keys that all processes share, made by whoever needs one first. Invariant: a key never changes; who loses the race to make the first takes
 * the winner's; there are others only where somebody rotates. They are stored sealed, bound to purpose and owner.
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

  /** All there are, the newest first; the first of all is made now where there is none. */
  async generations(owner: KeyOwner, purpose: KeyPurpose): Promise<KeyGeneration[]> {
    const rows = await this.heldGenerations(this.#database.unbound, owner, purpose);
    if (rows.length > 0) return rows;
    await this.signingKey(owner, purpose);
    return this.heldGenerations(this.#database.unbound, owner, purpose);
  }

  /** All there are, the newest first. */
  async heldGenerations(queryable: Queryable, owner: KeyOwner, purpose: KeyPurpose): Promise<KeyGeneration[]> {
    return queryable
      .select({ generation: platformKeys.generation, createdAt: platformKeys.createdAt })
      .from(platformKeys)
      .where(and(eq(platformKeys.scope, owner), eq(platformKeys.purpose, purpose)))
      .orderBy(desc(platformKeys.generation));
  }

  /** Undefined when there is none, or no more. */
  async generationKey(owner: KeyOwner, purpose: KeyPurpose, generation: number): Promise<KeyObject | undefined> {
    const found = await this.#find({ owner, purpose, generation });
    return found === undefined ? undefined : createPrivateKey({ key: found.secret, type: 'pkcs8', format: 'der' });
  }

  /** A new P-256 key, as part of a deed. Fails as the database does where there is one. */
  async addGeneration(tx: Queryable, name: KeyName): Promise<void> {
    const pair = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
    const sealedKey = await this.#wrapper.seal(pair.privateKey.export({ type: 'pkcs8', format: 'der' }), context(name));
    const { owner, purpose, generation } = name;
    await tx.insert(platformKeys).values({ scope: owner, purpose, generation, sealedKey });
  }

  async endGeneration(tx: Queryable, name: KeyName): Promise<void> {
    await tx.delete(platformKeys).where(named(name));
  }

  /** 32 random bytes. */
  async secret(owner: KeyOwner, purpose: KeyPurpose): Promise<Buffer> {
    const { secret } = await this.#findOrMake(owner, purpose, async () => ({ secret: randomBytes(32), certificate: undefined }));
    return secret;
  }

  async #findOrMake(owner: KeyOwner, purpose: KeyPurpose, make: () => Promise<StoredKey>): Promise<StoredKey> {
    const name = { owner, purpose, generation: 1 };
    const found = await this.#find(name);
    if (found !== undefined) return found;
    const { secret, certificate } = await make();
    const sealedKey = await this.#wrapper.seal(secret, context(name));
    await this.#database.unbound.insert(platformKeys).values({ scope: owner, purpose, certificate, sealedKey }).onConflictDoNothing();
    const kept = await this.#find(name);
    if (kept === undefined) throw new Error(`the ${context(name)} was removed while it was being made`);
    return kept;
  }

  async #find(name: KeyName): Promise<StoredKey | undefined> {
    const [row] = await this.#database.unbound
      .select({ certificate: platformKeys.certificate, sealedKey: platformKeys.sealedKey })
      .from(platformKeys)
      .where(named(name));
    if (row === undefined) return undefined;
    const secret = await this.#wrapper.open(row.sealedKey, context(name));
    return { certificate: row.certificate ?? undefined, secret: Buffer.from(secret) };
  }
}

function context({ owner, purpose, generation }: KeyName): string {
  return `platform key ${owner} ${purpose}${generation === 1 ? '' : ` ${generation}`}`;
}

function named({ owner, purpose, generation }: KeyName) {
  return and(eq(platformKeys.scope, owner), eq(platformKeys.purpose, purpose), eq(platformKeys.generation, generation));
}
