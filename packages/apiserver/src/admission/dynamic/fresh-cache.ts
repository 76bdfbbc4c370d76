/** Values that may be as old as a second, for the keys that were asked about lately. */
const freshMilliseconds = 1_000;

interface Held<V> {
  at: number;
  value: Promise<V>;
}

/**
 * Reads a value at most once a second for each key, however many ask, and keeps nothing that nobody asks for: the key asked longest ago goes
 * first. `load` is given what was held before, so that it need not make again what has not changed.
 */
export class FreshCache<K, V> {
  readonly #entriesMax: number;
  readonly #held = new Map<K, Held<V>>();

  constructor({ entriesMax }: { entriesMax: number }) {
    this.#entriesMax = entriesMax;
  }

  async get(key: K, load: (before: V | undefined) => Promise<V>): Promise<V> {
    const now = performance.now();
    const held = this.#held.get(key);
    if (held !== undefined && now - held.at < freshMilliseconds) return held.value;
    const entry: Held<V> = { at: now, value: loadAfter(held, load) };
    this.#held.delete(key);
    this.#held.set(key, entry);
    entry.value.catch(() => {
      if (this.#held.get(key) === entry) this.#held.delete(key);
    });
    const oldest = this.#held.keys().next();
    if (this.#held.size > this.#entriesMax && oldest.done !== true) this.#held.delete(oldest.value);
    return entry.value;
  }

  /** What comes next is read anew. What was held still serves to make it. */
  expire(key: K): void {
    const held = this.#held.get(key);
    if (held !== undefined) held.at = Number.NEGATIVE_INFINITY;
  }
}

async function loadAfter<V>(held: Held<V> | undefined, load: (before: V | undefined) => Promise<V>): Promise<V> {
  return load(await held?.value.catch(() => undefined));
}
