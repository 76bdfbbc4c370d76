import type { ClusterId } from '@kajitori/apimachinery';

/** A process that is crowded for this long sheds who uses most of it. */
const crowdedMillisecondsMax = 500;
/** Who has used less is not heavy: about a fifth of a process' time, over the last seconds. */
const heavyMilliseconds = 300;
/** Half of what one has used counts no more after this. */
const halfLifeMilliseconds = 1_000;
/** About what a connection takes, and a request at least, and each byte of its body: it is received, decrypted, read and checked. */
const connectionMilliseconds = 2;
const requestMilliseconds = 1;
const bodyByteMilliseconds = 4e-5;
/** Of a long answer: it is read, encoded and encrypted. */
const sentByteMilliseconds = 1e-5;

/**
 * Weighs what clusters use of a process, about and lately, to find the one that is too heavy for it, whatever it is that it does. Nobody is, where
 * many use a little each.
 */
export class UsageScale {
  /** Milliseconds of the process' time. */
  readonly #used = new Map<ClusterId, number>();
  #crowdedMilliseconds = 0;
  #heaviest: ClusterId | undefined;

  /** The heaviest, while the process has been crowded for some time. */
  get heaviest(): ClusterId | undefined {
    return this.#heaviest;
  }

  connected(cluster: ClusterId): void {
    this.worked(cluster, connectionMilliseconds);
  }

  requested(cluster: ClusterId, { held, bytes }: { held: number; bytes: number }): void {
    this.worked(cluster, requestMilliseconds + Math.max(held, bytes * bodyByteMilliseconds));
  }

  sent(cluster: ClusterId, bytes: number): void {
    this.worked(cluster, bytes * sentByteMilliseconds);
  }

  worked(cluster: ClusterId, milliseconds: number): void {
    this.#used.set(cluster, (this.#used.get(cluster) ?? 0) + milliseconds);
  }

  /** Some time has passed, in which the process was busy with several or not. */
  pass(milliseconds: number, { isCrowded }: { isCrowded: boolean }): void {
    this.#crowdedMilliseconds = isCrowded ? this.#crowdedMilliseconds + milliseconds : 0;
    this.#heaviest = undefined;
    let most = heavyMilliseconds;
    const left = 0.5 ** (milliseconds / halfLifeMilliseconds);
    for (const [cluster, used] of this.#used) {
      if (used > most && this.#crowdedMilliseconds >= crowdedMillisecondsMax) {
        most = used;
        this.#heaviest = cluster;
      }
      if (used * left < 1) this.#used.delete(cluster);
      else this.#used.set(cluster, used * left);
    }
  }
}
