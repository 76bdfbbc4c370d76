import type { Schema } from './schema.ts';

/** Together, schemas of this many characters of JSON are kept: a few times that in memory, and what their walks take. */
const charactersMax = 32 * 1024 * 1024;

/**
 * Keeps tenants' schemas so that equal ones, of whatever cluster, are one object and are compiled once. Bounded: the
 * schema that went unused longest is forgotten, and its walks with it, and is simply made again.
 */
export class SchemaPool {
  readonly #schemas = new Map<string, { schema: Schema; characters: number }>();
  readonly #charactersMax: number;
  #characters = 0;

  constructor(max = charactersMax) {
    this.#charactersMax = max;
  }

  get size(): number {
    return this.#schemas.size;
  }

  /** The schema under a key that its content gave: the pool's own object, or one made now from so many characters. */
  get(key: string, make: () => { schema: Schema; characters: number }): Schema {
    const known = this.#schemas.get(key);
    const entry = known ?? make();
    this.#schemas.delete(key);
    this.#schemas.set(key, entry);
    if (known === undefined) this.#shrink((this.#characters += entry.characters));
    return entry.schema;
  }

  #shrink(characters: number): void {
    for (const [key, entry] of this.#schemas) {
      if (characters <= this.#charactersMax || this.#schemas.size === 1) break;
      this.#schemas.delete(key);
      characters -= entry.characters;
    }
    this.#characters = characters;
  }
}
