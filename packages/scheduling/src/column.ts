/** One number a node, by the node's index: a typed array that grows. Whole numbers up to 2^53 are exact. */
export class Column {
  #values: Float64Array;

  constructor(length: number) {
    this.#values = new Float64Array(Math.max(16, length));
  }

  at(index: number): number {
    return this.#values[index] ?? 0;
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) {
      const grown = new Float64Array(Math.max(index + 1, this.#values.length * 2));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[index] = value;
  }

  add(index: number, value: number): void {
    this.set(index, this.at(index) + value);
  }

  /** Fills the hole that a leaving node makes with the last one. */
  moveLastTo(index: number, last: number): void {
    this.set(index, this.at(last));
    this.set(last, 0);
  }
}
