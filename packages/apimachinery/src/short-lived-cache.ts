/**
 * Remembers answers for a moment, so that a busy caller costs one look-up a moment instead of one a request.
 * Invariants: an answer is never older than `maxAgeMilliseconds`; at most `maxEntries` are kept; callers that ask for
 * the same key at once share one look-up. Failures are not remembered, nor that nothing was found, unless told so.
 */
export class ShortLivedCache<Key, Value> {
  readonly #entries = new Map<Key, { value: Promise<Value>; askedAt: number }>();
  readonly #maxAgeMilliseconds: number;
  readonly #maxEntries: number;
  readonly #rememberAbsence: boolean;

  constructor(options: { maxAgeMilliseconds: number; maxEntries: number; rememberAbsence?: boolean }) {
    this.#maxAgeMilliseconds = options.maxAgeMilliseconds;
    this.#maxEntries = options.maxEntries;
    this.#rememberAbsence = options.rememberAbsence ?? false;
  }

  get(key: Key, lookUp: () => Promise<Value>): Promise<Value> {
    const now = performance.now();
    const known = this.#entries.get(key);
    if (known !== undefined && now - known.askedAt < this.#maxAgeMilliseconds) return known.value;
    const value = lookUp();
    const entry = { value, askedAt: now };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const forget = (): void => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    void value.then((found) => (found === undefined && !this.#rememberAbsence ? forget() : undefined), forget);
    this.#trim(now);
    return value;
  }

  delete(key: Key): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Insertion order is age order: the oldest go first, the stale always. */
  #trim(now: number): void {
    for (const [key, { askedAt }] of this.#entries) {
      if (this.#entries.size <= this.#maxEntries && now - askedAt < this.#maxAgeMilliseconds) return;
      this.#entries.delete(key);
    }
  }
}
