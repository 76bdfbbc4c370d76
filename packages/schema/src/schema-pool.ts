import { createHash } from 'node:crypto';
import type { Schema } from './schema.ts';

/**
 * Keeps tenants' schemas so that equal ones, of whatever cluster, are one object and are compiled once. Bounded: the
 * schema that went unused longest is forgotten, and its walks with it, and would simply be compiled again.
 */
export class SchemaPool {
  readonly #schemas = new Map<string, Schema>();
  readonly #schemasMax: number;

  constructor(schemasMax = 2000) {
    this.#schemasMax = schemasMax;
  }

  /** The pool's own object for a schema that came as JSON. Two that differ only in a description are two. */
  intern(schema: Schema): Schema {
    const key = createHash('sha256').update(JSON.stringify(schema)).digest('base64url');
    const known = this.#schemas.get(key);
    this.#schemas.delete(key);
    this.#schemas.set(key, known ?? schema);
    if (this.#schemas.size > this.#schemasMax) {
      const [oldest] = this.#schemas.keys();
      if (oldest !== undefined) this.#schemas.delete(oldest);
    }
    return known ?? schema;
  }
}
