import type { ClusterId } from '@kajitori/apimachinery';
import { keyText, type ReconcileKey } from '../key.ts';

/** A line of keys in which clusters take turns, with a limit on how many of one cluster are out at once. */
export class FairLine {
  readonly #limit: number;
  /** Insertion order is the order of turns: who has been served goes to the end. */
  readonly #waiting = new Map<ClusterId, Map<string, ReconcileKey>>();
  readonly #out = new Map<ClusterId, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(key: ReconcileKey): void {
    const keys = this.#waiting.get(key.cluster) ?? new Map<string, ReconcileKey>();
    keys.set(keyText(key), key);
    this.#waiting.set(key.cluster, keys);
  }

  has(key: ReconcileKey): boolean {
    return this.#waiting.get(key.cluster)?.has(keyText(key)) === true;
  }

  /** The next key of the next cluster that has room; the caller says `finished` when it is done. */
  take(): ReconcileKey | undefined {
    for (const [cluster, keys] of this.#waiting) {
      const out = this.#out.get(cluster) ?? 0;
      if (out >= this.#limit) continue;
      const first = keys.entries().next().value;
      if (first === undefined) throw new Error('a cluster without keys stands in the line');
      keys.delete(first[0]);
      this.#waiting.delete(cluster);
      if (keys.size > 0) this.#waiting.set(cluster, keys);
      this.#out.set(cluster, out + 1);
      return first[1];
    }
    return undefined;
  }

  finished(cluster: ClusterId): void {
    const out = (this.#out.get(cluster) ?? 0) - 1;
    if (out > 0) this.#out.set(cluster, out);
    else this.#out.delete(cluster);
  }

  /** Takes all keys of a cluster out of the line. */
  remove(cluster: ClusterId): ReconcileKey[] {
    const keys = [...(this.#waiting.get(cluster)?.values() ?? [])];
    this.#waiting.delete(cluster);
    return keys;
  }
}
