import type { ClusterId, KubeObject } from '@kajitori/apimachinery';
import { namespaces } from '@kajitori/kinds';
import type { Storage } from '@kajitori/storage';
import { keyOf, toItem } from '../../registry/stored.ts';
import { clusterOfKey, FreshCache } from '../../fresh-cache/fresh-cache.ts';

const namespacesMax = 5_000;

/** Namespaces that selectors and policies asked about lately, at most a second old. */
export class NamespaceSource {
  readonly #storage: Storage;
  readonly #held = new FreshCache<string, KubeObject | undefined>({ entriesMax: namespacesMax, ownerOf: clusterOfKey });

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Never change what it gives. */
  of(cluster: ClusterId, name: string): Promise<KubeObject | undefined> {
    return this.#held.get(`${cluster}/${name}`, async () => {
      const stored = await this.#storage.cluster(cluster).get(keyOf(namespaces, '', name));
      return stored === undefined ? undefined : toItem(namespaces, stored).object;
    });
  }
}
