/**
 * What an outside client knows of its own writes. Invariant checked at the end: of each object, the cluster holds the
 * last acknowledged value, or a later one whose answer never came.
 */
interface Entry {
  /** Highest value that was acknowledged; 0 before any. */
  acknowledged: number;
  /** Highest value that was sent. */
  attempted: number;
}

export class WriteLedger {
  readonly #entries = new Map<string, Entry>();
  #acknowledgements = 0;

  /** The next value to write to an object, noted before it is sent. */
  attempt(name: string): number {
    const entry = this.#entries.get(name) ?? { acknowledged: 0, attempted: 0 };
    entry.attempted += 1;
    this.#entries.set(name, entry);
    return entry.attempted;
  }

  acknowledge(name: string, value: number): void {
    const entry = this.#entries.get(name);
    if (!entry || value > entry.attempted) throw new Error(`${name} acknowledged ${value}, which was never sent`);
    entry.acknowledged = Math.max(entry.acknowledged, value);
    this.#acknowledgements += 1;
  }

  get acknowledgements(): number {
    return this.#acknowledgements;
  }

  /** Compares with what the cluster holds; answers what is wrong, nothing when all is well. */
  compare(held: ReadonlyMap<string, number>): string[] {
    const problems: string[] = [];
    for (const [name, { acknowledged, attempted }] of this.#entries) {
      const value = held.get(name) ?? 0;
      if (value < acknowledged) problems.push(`${name} holds ${value || 'nothing'}, but ${acknowledged} was acknowledged`);
      if (value > attempted) problems.push(`${name} holds ${value}, but only ${attempted} was ever sent`);
    }
    for (const name of held.keys()) if (!this.#entries.has(name)) problems.push(`${name} was never written`);
    return problems;
  }
}
