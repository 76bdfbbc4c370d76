/** Lets writers of this process that would only fight over the same rows go one after another. Keeps nothing of a key that nobody waits for. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const own = Promise.withResolvers<void>();
    this.#last.set(key, own.promise);
    try {
      await before;
      return await work();
    } finally {
      own.resolve();
      if (this.#last.get(key) === own.promise) this.#last.delete(key);
    }
  }
}
