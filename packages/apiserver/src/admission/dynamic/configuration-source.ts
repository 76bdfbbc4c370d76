import type { ClusterId, KubeObject } from '@kajitori/apimachinery';
import type { Kind } from '@kajitori/kinds';
import type { Storage } from '@kajitori/storage';
import { toItem } from '../../registry/stored.ts';
import { FreshCache } from '../../fresh-cache/fresh-cache.ts';

/** Clusters whose configuration is held at once. */
const clustersMax = 1_000;

interface Loaded<T> {
  /** Revisions of the objects that `values` were made from. */
  signature: string;
  values: readonly T[];
}

/**
 * The objects of one configuration kind by cluster, made into what admission works with, in order of their names. A cluster that writes is asked at most
 * once a second, and then only for revisions: bodies are read and made anew when one has changed. A cluster that does not write costs nothing.
 */
export class ConfigurationSource<O extends KubeObject, T> {
  readonly #storage: Storage;
  readonly #kind: Kind;
  readonly #make: (object: O) => readonly T[];
  readonly #held: FreshCache<ClusterId, Loaded<T>>;

  constructor({ storage, kind, make }: { storage: Storage; kind: Kind<O>; make: (object: O) => readonly T[] }) {
    this.#storage = storage;
    this.#kind = kind;
    this.#make = make;
    this.#held = new FreshCache({ entriesMax: clustersMax });
  }

  async of(cluster: ClusterId): Promise<readonly T[]> {
    return (await this.#held.get(cluster, (before) => this.#load(cluster, before))).values;
  }

  /** Something is being written: whoever asks next learns of it. */
  expire(cluster: ClusterId): void {
    this.#held.expire(cluster);
  }

  async #load(cluster: ClusterId, before: Loaded<T> | undefined): Promise<Loaded<T>> {
    const { group, plural: resource } = this.#kind;
    const storage = this.#storage.cluster(cluster);
    const revisions = await storage.revisions({ group, resource });
    const signature = revisions
      .map(({ name, revision }) => `${name}@${revision}`)
      .sort()
      .join(' ');
    if (before?.signature === signature) return before;
    const { objects } = await storage.list({ group, resource });
    const items = objects.map((stored) => toItem(this.#kind, stored).object as O);
    items.sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
    return { signature, values: items.flatMap(this.#make) };
  }
}
