import { randomBytes } from 'node:crypto';
import type { ClusterId } from '@kajitori/apimachinery';
import { decrypt, encrypt, SealError } from './cipher.ts';
import type { DataKeys } from './data-keys.ts';
import type { KeyWrapper } from './key-wrapper.ts';

/**
 * Owns: the data keys of clusters while they are used. Seals with a cluster's newest key, opens with the one that a text names.
 * Invariant: a key leaves the database wrapped and stays in this process's memory alone; at most `clustersMax` clusters' keys are held.
 */
export interface SealerOptions {
  dataKeys: DataKeys;
  wrapper: KeyWrapper;
}

const clustersMax = 2_000;
/** How long a process may go on sealing with a key after another made a newer one. */
const freshMilliseconds = 60_000;
const keyBytes = 32;
/** `s1.NUMBER.TEXT`: the form, the data key's number, what `encrypt` made. */
const form = /^s1\.(\d{1,9})\.([\w-]+)$/;

interface Ring {
  keys: Map<number, Uint8Array>;
  newest: number;
  loadedAt: number;
}

export class Sealer {
  readonly #dataKeys: DataKeys;
  readonly #wrapper: KeyWrapper;
  readonly #rings = new Map<ClusterId, Promise<Ring>>();

  constructor({ dataKeys, wrapper }: SealerOptions) {
    this.#dataKeys = dataKeys;
    this.#wrapper = wrapper;
  }

  /** Seals bytes of a cluster for one place, named by `context`. The cluster's first seal makes its first key. */
  async seal(cluster: ClusterId, context: string, plain: Uint8Array): Promise<string> {
    const { keys, newest } = await this.#ringToSeal(cluster);
    const key = keys.get(newest);
    if (key === undefined) throw new SealError(`cluster ${cluster} has no data key`);
    return `s1.${newest}.${encrypt(key, plain, place(cluster, context))}`;
  }

  /** @throws SealError when the text is not one of this cluster, this context and one of its keys. */
  async unseal(cluster: ClusterId, context: string, sealed: string): Promise<Buffer> {
    const match = form.exec(sealed);
    if (match === null) throw new SealError('this is not a sealed text');
    const key = await this.#keyToOpen(cluster, Number(match[1]));
    return decrypt(key, match[2] ?? '', place(cluster, context));
  }

  /** Makes a newer key for a cluster. Returns its number; other processes use it within a minute. */
  async rotate(cluster: ClusterId): Promise<number> {
    const current = await this.#load(cluster);
    const number = current.newest + 1;
    await this.#add(cluster, number);
    return this.#remember(cluster, this.#load(cluster)).then(({ newest }) => newest);
  }

  /** Forgets the keys below a number for ever. */
  async deleteKeysBelow(cluster: ClusterId, number: number): Promise<void> {
    await this.#dataKeys.deleteBelow(cluster, number);
    this.#rings.delete(cluster);
  }

  async #ringToSeal(cluster: ClusterId): Promise<Ring> {
    const held = await this.#held(cluster);
    if (held.newest > 0 && performance.now() - held.loadedAt < freshMilliseconds) return held;
    const loaded = await this.#remember(cluster, this.#load(cluster));
    if (loaded.newest > 0) return loaded;
    await this.#add(cluster, 1);
    return this.#remember(cluster, this.#load(cluster));
  }

  async #keyToOpen(cluster: ClusterId, number: number): Promise<Uint8Array> {
    const held = (await this.#held(cluster)).keys.get(number);
    if (held !== undefined) return held;
    const loaded = (await this.#remember(cluster, this.#load(cluster))).keys.get(number);
    if (loaded === undefined) throw new SealError(`data key ${number} of cluster ${cluster} is gone`);
    return loaded;
  }

  #held(cluster: ClusterId): Promise<Ring> {
    return this.#rings.get(cluster) ?? this.#remember(cluster, this.#load(cluster));
  }

  #remember(cluster: ClusterId, loading: Promise<Ring>): Promise<Ring> {
    this.#rings.delete(cluster);
    this.#rings.set(cluster, loading);
    // A failure is not kept; it still reaches whoever awaits this load.
    loading.catch(() => this.#rings.get(cluster) === loading && this.#rings.delete(cluster));
    const [oldest] = this.#rings.keys();
    if (this.#rings.size > clustersMax && oldest !== undefined) this.#rings.delete(oldest);
    return loading;
  }

  async #load(cluster: ClusterId): Promise<Ring> {
    const wrapped = await this.#dataKeys.list(cluster);
    const keys = new Map<number, Uint8Array>();
    for (const { number, wrapped: text } of wrapped) keys.set(number, await this.#wrapper.unwrap(text, keyContext(cluster, number)));
    return { keys, newest: Math.max(0, ...keys.keys()), loadedAt: performance.now() };
  }

  async #add(cluster: ClusterId, number: number): Promise<void> {
    // Whether this or another process's key came first does not matter: the one that lies in the database counts.
    await this.#dataKeys.add(cluster, { number, wrapped: await this.#wrapper.wrap(randomBytes(keyBytes), keyContext(cluster, number)) });
  }
}

/** The number of the data key that a text was sealed with; undefined when it is not sealed. */
export function keyNumberOf(sealed: string): number | undefined {
  const match = form.exec(sealed);
  return match === null ? undefined : Number(match[1]);
}

const keyContext = (cluster: ClusterId, number: number): string => `${cluster}/${number}`;
const place = (cluster: ClusterId, context: string): string => `${cluster}/${context}`;
