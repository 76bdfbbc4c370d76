import type { Revision } from '@kajitori/storage';
import type { ItemPart, PartPosition } from '../registry/read.ts';
import { listPieces, type ListSource, type Piece } from './list-pieces.ts';

/** An answer of one piece has its bytes at once; a longer one comes in pieces. */
export type ListAnswer = { whole: Piece } | { pieces: AsyncGenerator<Piece, void, void> };

/** Smaller lists cost no more to read than to look up. */
const listBytesMin = 64 * 1024;
/** Of all that is held; what is sent compressed may take as much again. */
const heldBytesMax = 64 * 1024 * 1024;
const idleMilliseconds = 10_000;

/**
 * Owns: the encoded pieces of large lists, for as long as somebody goes on asking for them and they fit.
 * Invariants: a list is given only to a request that came when the cluster's revision was no newer than the list's: who lists after a write
 * sees it. What is held is bounded, however many read and however slowly: a list that is let go of is read again by those who are in the
 * midst of it, each from where it stands, at the list's own revision.
 * It never holds Secrets, and nothing of a cluster that nobody lists.
 */
export class SharedLists implements Disposable {
  readonly #current = new Map<string, SharedList>();
  /** All that keep something, the longest unused first: the current ones, and older ones that somebody still reads. */
  readonly #held = new Set<SharedList>();
  #sweep: NodeJS.Timeout | undefined;

  /**
   * The list under a key: a held one if it is as new as `head` says, else what `source` gives.
   * @throws what `head` and the source's first read throw.
   */
  async get(key: string, head: () => Promise<Revision>, source: ListSource): Promise<ListAnswer> {
    let needed: Revision | undefined;
    let tooOld: SharedList | undefined;
    for (let held = this.#current.get(key); held !== undefined && held !== tooOld; held = this.#current.get(key)) {
      needed ??= await head();
      // Its failure belongs to the request that began it.
      const revision = await held.begun.catch(() => undefined);
      if (revision !== undefined && revision >= needed && !held.isLeft) {
        this.#touch(held);
        return held.answer(source, revision);
      }
      tooOld = held;
    }
    return this.#begin(key, source);
  }

  async #begin(key: string, source: ListSource): Promise<ListAnswer> {
    const before = this.#current.get(key);
    if (before?.readers === 0) this.#drop(before);
    const list: SharedList = new SharedList(source, {
      grown: () => this.#makeRoom(),
      ended: () => list.bytes < listBytesMin && this.#drop(list),
      unread: () => (!list.isWhole || this.#current.get(key) !== list) && this.#drop(list),
      left: () => this.#current.get(key) === list && this.#current.delete(key),
    });
    this.#current.set(key, list);
    this.#held.add(list);
    this.#sweep ??= setInterval(() => this.#dropIdle(), idleMilliseconds / 2).unref();
    try {
      return list.answer(source, await list.begun);
    } catch (error) {
      this.#drop(list);
      throw error;
    }
  }

  #makeRoom(): void {
    for (const list of this.#held) {
      if (this.heldBytes <= heldBytesMax) return;
      this.#drop(list);
    }
  }

  #touch(list: SharedList): void {
    list.usedAt = performance.now();
    // A set lists what it holds in the order of arrival.
    if (this.#held.delete(list)) this.#held.add(list);
  }

  #drop(list: SharedList): void {
    this.#held.delete(list);
    list.leave();
  }

  #dropIdle(): void {
    const before = performance.now() - idleMilliseconds;
    for (const list of this.#held) if (list.usedAt < before) this.#drop(list);
    if (this.#held.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  /** Bytes held now. */
  get heldBytes(): number {
    let bytes = 0;
    for (const list of this.#held) bytes += list.bytes;
    return bytes;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sweep);
    for (const list of this.#held) this.#drop(list);
  }
}

interface Listeners {
  grown: () => void;
  /** All of it has been read. */
  ended: () => void;
  /** Nobody is in the midst of it any more. */
  unread: () => void;
  left: () => void;
}

/** One list that many read: its pieces are made once, as fast as they can be read, and kept until it is left. */
class SharedList {
  /** Its revision, once the first part was read. */
  readonly begun: Promise<Revision>;
  usedAt = performance.now();
  /** Of the pieces that are kept. */
  bytes = 0;
  /** Who is in the midst of it. */
  readers = 0;
  readonly #source: ListSource;
  readonly #listeners: Listeners;
  #kept: Piece[] = [];
  #isLeft = false;
  /** All of it, where that is one piece. */
  #only: Piece | undefined;
  /** How long all of it is, once that is known. */
  #length: number | undefined;
  #failure: Error | undefined;
  #grows = Promise.withResolvers<void>();

  constructor(source: ListSource, listeners: Listeners) {
    this.#source = source;
    this.#listeners = listeners;
    this.begun = this.#begin();
    this.begun.catch(() => undefined);
  }

  /** Nothing of it is kept any more: who reads it goes on alone. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  get isWhole(): boolean {
    return this.#length !== undefined;
  }

  leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.#kept = [];
    this.bytes = 0;
    this.#grow();
    this.#listeners.left();
  }

  /** For one more reader, with a source of its own for what is not kept. */
  answer(source: ListSource, revision: Revision): ListAnswer {
    return this.#only === undefined ? { pieces: this.#enveloped(source, { revision, taken: 0 }) } : { whole: this.#only };
  }

  async #begin(): Promise<Revision> {
    const first = await this.#source.read();
    if (first.next === undefined) {
      const whole = this.#source.whole(first);
      this.#only = { bytes: typeof whole === 'string' ? Buffer.from(whole) : whole };
      this.#keep(this.#only);
      this.#end(this.bytes);
    } else {
      this.#fill(first).catch((error: unknown) => {
        this.#failure = error instanceof Error ? error : new Error('a list could not be read', { cause: error });
        this.leave();
      });
    }
    return first.revision;
  }

  async #fill(first: ItemPart): Promise<void> {
    let length = 0;
    for await (const piece of listPieces(this.#source, undefined, first)) {
      // Where its length has to be known first, somebody waits for that even when nothing is kept.
      if (this.#isLeft && (this.#source.form.around === undefined || this.readers === 0)) return;
      length += piece.bytes.length;
      this.usedAt = performance.now();
      this.#keep(piece);
    }
    this.#end(length);
  }

  #keep(piece: Piece): void {
    if (this.#isLeft) return;
    this.#kept.push(piece);
    this.bytes += piece.bytes.length;
    this.#grow();
    this.#listeners.grown();
  }

  #end(length: number): void {
    this.#length = length;
    this.#grow();
    this.#listeners.ended();
  }

  #grow(): void {
    this.#grows.resolve();
    this.#grows = Promise.withResolvers();
  }

  async *#enveloped(source: ListSource, start: PartPosition): AsyncGenerator<Piece, void, void> {
    const { around } = source.form;
    this.readers += 1;
    try {
      if (around === undefined) return yield* this.#pieces(source, start);
      while (this.#length === undefined && this.#failure === undefined) await this.#grows.promise;
      if (this.#length === undefined) throw this.#failure ?? new Error('a list ended before its length was known');
      const { before, after } = around(this.#length);
      yield { bytes: before };
      yield* this.#pieces(source, start);
      yield { bytes: after };
    } finally {
      this.readers -= 1;
      if (this.readers === 0) this.#listeners.unread();
    }
  }

  /** What is kept, and from where that ends on what is read again. */
  async *#pieces(source: ListSource, start: PartPosition): AsyncGenerator<Piece, void, void> {
    let next: PartPosition | undefined = start;
    for (let at = 0; next !== undefined;) {
      this.usedAt = performance.now();
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isLeft) return yield* listPieces(source, next);
      const piece = this.#kept[at];
      if (piece === undefined) await this.#grows.promise;
      else {
        at += 1;
        next = piece.next;
        yield piece;
      }
    }
  }
}
