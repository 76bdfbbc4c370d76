type Body = string | Uint8Array;

const bytesMax = 64 * 1024 * 1024;

/** Documents by the hash of what they are made from, as many as there is room for; the one asked for longest ago goes first. */
export class DocumentCache {
  readonly #bodies = new Map<string, Body>();
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(max = bytesMax) {
    this.#bytesMax = max;
  }

  get(hash: string, make: () => Body): Body {
    const known = this.#bodies.get(hash);
    const body = known ?? make();
    this.#bodies.delete(hash);
    this.#bodies.set(hash, body);
    if (known === undefined) this.#bytes += body.length;
    for (const [oldest, { length }] of this.#bodies) {
      if (this.#bytes <= this.#bytesMax || oldest === hash) break;
      this.#bodies.delete(oldest);
      this.#bytes -= length;
    }
    return body;
  }
}
