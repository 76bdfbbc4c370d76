import type { Revision } from '@kajitori/storage';

/** A collection's answer, encoded. Its bytes are shared by all who receive it: never change them. */
export interface EncodedPage {
  /** Of the state that it shows. */
  revision: Revision;
  bytes: Uint8Array;
  /** Filled by the first answer that is sent compressed. */
  gzipped?: Promise<Uint8Array>;
}

interface Entry {
  page: Promise<EncodedPage>;
  /** 0 while it is being read. */
  bytes: number;
  usedAt: number;
}

/** Smaller pages cost no more to read than to look up. */
const pageBytesMin = 64 * 1024;
const heldBytesMax = 64 * 1024 * 1024;
const idleMilliseconds = 10_000;

/**
 * Owns: the encoded pages of large collections, for as long as somebody goes on asking for them and they fit.
 * Invariant: a page is given only to a request that came when the cluster's revision was no newer than the page's: who lists
 * after a write sees it. So lists that come together are one read, and a collection that is listed again unchanged costs one
 * look at the cluster's revision.
 * It never holds Secrets, and nothing of a cluster that nobody lists.
 */
export class SharedPages implements Disposable {
  readonly #entries = new Map<string, Entry>();
  #heldBytes = 0;
  #sweep: NodeJS.Timeout | undefined;

  /**
   * The page under a key: a held one if it is as new as `head` says, else what `read` gives.
   * @throws what `head` and `read` throw.
   */
  async get(key: string, head: () => Promise<Revision>, read: () => Promise<EncodedPage>): Promise<EncodedPage> {
    let needed: Revision | undefined;
    let tooOld: Entry | undefined;
    for (let held = this.#entries.get(key); held !== undefined && held !== tooOld; held = this.#entries.get(key)) {
      needed ??= await head();
      // Its failure belongs to the request that began it.
      const page = await held.page.catch(() => undefined);
      if (page !== undefined && page.revision >= needed) {
        this.#touch(key, held);
        return page;
      }
      tooOld = held;
    }
    return this.#begin(key, read);
  }

  async #begin(key: string, read: () => Promise<EncodedPage>): Promise<EncodedPage> {
    this.#drop(key);
    const entry: Entry = { page: read(), bytes: 0, usedAt: performance.now() };
    this.#entries.set(key, entry);
    try {
      const page = await entry.page;
      this.#settle(key, entry, page.bytes.byteLength);
      return page;
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#drop(key);
      throw error;
    }
  }

  /** Keeps a page that was read, unless it is too small, too large or already replaced. */
  #settle(key: string, entry: Entry, bytes: number): void {
    if (this.#entries.get(key) !== entry) return;
    if (bytes < pageBytesMin || bytes > heldBytesMax) {
      this.#drop(key);
      return;
    }
    entry.bytes = bytes;
    this.#heldBytes += bytes;
    this.#touch(key, entry);
    for (const [oldest, { bytes: freed }] of this.#entries) {
      if (this.#heldBytes <= heldBytesMax) break;
      if (freed > 0) this.#drop(oldest);
    }
    this.#sweep ??= setInterval(() => this.#dropIdle(), idleMilliseconds / 2).unref();
  }

  #touch(key: string, entry: Entry): void {
    entry.usedAt = performance.now();
    if (this.#entries.get(key) !== entry) return;
    // A map lists its keys in the order of their arrival: the first one is the longest unused.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
  }

  #drop(key: string): void {
    this.#heldBytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }

  #dropIdle(): void {
    const before = performance.now() - idleMilliseconds;
    for (const [key, { bytes, usedAt }] of this.#entries) {
      if (bytes > 0 && usedAt < before) this.#drop(key);
    }
    if (this.#entries.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  /** Bytes held now, for metrics and tests. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sweep);
    this.#entries.clear();
    this.#heldBytes = 0;
  }
}
