/** What most may be: another process's write is seen this much later at most. */
const freshMilliseconds = 1_000;
/** What nobody has asked for in this long is let go. */
const idleMilliseconds = 10_000;

/** For keys that begin with a cluster's id and go on with something that no id holds. */
export function clusterOfKey(key: string): string {
  return /^[\w-]*/.exec(key)?.[0] ?? '';
}

interface Held<V> {
  /** When it was last known to be the newest. */
  at: number;
  value: Promise<V>;
}

/**
 * Owns: values made of a cluster's objects, for the keys that were asked about just now. A value is looked at again at most once a
 * second however many ask, and `load` is given what was held before, so that it need not make again what has not changed.
 * Invariants: an answer is never older than its asker allows; a key that nobody asks for any more has nothing here, and no timer
 * runs while there is none; failures are not remembered.
 */
export class FreshCache<K, V> {
  readonly #entriesMax: number;
  readonly #ownerOf: ((key: K) => string) | undefined;
  /** How many entries each owner has. */
  readonly #counts = new Map<string, number>();
  /** In the order of their last look. */
  readonly #held = new Map<K, Held<V>>();
  #sweep: NodeJS.Timeout | undefined;

  /** `ownerOf`: whose a key is; who has more than a fair share gives way first when there is no room. */
  constructor({ entriesMax, ownerOf }: { entriesMax: number; ownerOf?: (key: K) => string }) {
    this.#entriesMax = entriesMax;
    this.#ownerOf = ownerOf;
  }

  /** A value that is at most `ageMilliseconds` old; 0: as things are now. */
  async get(key: K, load: (before: V | undefined) => Promise<V>, ageMilliseconds = freshMilliseconds): Promise<V> {
    const now = performance.now();
    const held = this.#held.get(key);
    if (held !== undefined && ageMilliseconds > 0 && now - held.at < ageMilliseconds) return held.value;
    const entry: Held<V> = { at: now, value: loadAfter(held, load) };
    this.#keep(key, entry);
    return entry.value;
  }

  /** What comes next is read anew. What was held still serves to make it. */
  expire(key: K): void {
    const held = this.#held.get(key);
    if (held !== undefined) held.at = Number.NEGATIVE_INFINITY;
  }

  get size(): number {
    return this.#held.size;
  }

  #keep(key: K, entry: Held<V>): void {
    this.#delete(key);
    this.#held.set(key, entry);
    this.#count(key, 1);
    entry.value.catch(() => {
      if (this.#held.get(key) === entry) this.#delete(key);
    });
    if (this.#held.size > this.#entriesMax) this.#giveWay(key);
    this.#sweep ??= setInterval(() => this.#dropIdle(), idleMilliseconds / 2).unref();
  }

  #delete(key: K): void {
    if (this.#held.delete(key)) this.#count(key, -1);
  }

  #count(key: K, change: 1 | -1): void {
    if (this.#ownerOf === undefined) return;
    const owner = this.#ownerOf(key);
    const count = (this.#counts.get(owner) ?? 0) + change;
    if (count === 0) this.#counts.delete(owner);
    else this.#counts.set(owner, count);
  }

  /** The oldest goes: of the one that comes, where its owner has more than a fair share already; else of all. */
  #giveWay(key: K): void {
    const owner = this.#ownerOf?.(key);
    const own = owner === undefined ? 0 : (this.#counts.get(owner) ?? 0);
    const isGreedy = own > this.#entriesMax / Math.max(this.#counts.size, 1);
    const oldest = isGreedy ? this.#held.keys().find((one) => this.#ownerOf?.(one) === owner) : this.#held.keys().next().value;
    if (oldest !== undefined) this.#delete(oldest);
  }

  #dropIdle(): void {
    const before = performance.now() - idleMilliseconds;
    for (const [key, { at }] of this.#held) {
      if (at < before) this.#delete(key);
    }
    if (this.#held.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }
}

async function loadAfter<V>(held: Held<V> | undefined, load: (before: V | undefined) => Promise<V>): Promise<V> {
  return load(await held?.value.catch(() => undefined));
}
