import { type LabelSelector, matchesLabels, type KubeObject } from '@kajitori/apimachinery';

/**
 * The objects of one kind in memory, found by name, by namespace and by owner. Objects are shared with all readers: none changes them.
 */
export class ObjectStore<T extends KubeObject> {
  readonly #namespaces = new Map<string, Map<string, T>>();
  readonly #owned = new Map<string, Set<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(namespace: string, name: string): T | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  /** Of one namespace, or of all when it is empty. */
  list(namespace = '', selector: LabelSelector = []): T[] {
    const found: T[] = [];
    const spaces = namespace === '' ? this.#namespaces.values() : [this.#namespaces.get(namespace) ?? new Map<string, T>()];
    for (const objects of spaces) {
      for (const object of objects.values()) if (matchesLabels(selector, object.metadata.labels)) found.push(object);
    }
    return found;
  }

  /** Objects that name this uid among their owners, as its controller or not. */
  ownedBy(uid: string): T[] {
    return [...(this.#owned.get(uid) ?? [])];
  }

  /** @returns what was there before. */
  set(object: T): T | undefined {
    const { namespace = '', name = '' } = object.metadata;
    const objects = this.#namespaces.get(namespace) ?? new Map<string, T>();
    this.#namespaces.set(namespace, objects);
    const before = objects.get(name);
    if (before !== undefined) this.#disown(before);
    else this.#size += 1;
    objects.set(name, object);
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const owned = this.#owned.get(uid) ?? new Set<T>();
      this.#owned.set(uid, owned.add(object));
    }
    return before;
  }

  /** @returns what was there. */
  delete(namespace: string, name: string): T | undefined {
    const objects = this.#namespaces.get(namespace);
    const before = objects?.get(name);
    if (objects === undefined || before === undefined) return undefined;
    objects.delete(name);
    if (objects.size === 0) this.#namespaces.delete(namespace);
    this.#disown(before);
    this.#size -= 1;
    return before;
  }

  #disown(object: T): void {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const owned = this.#owned.get(uid);
      owned?.delete(object);
      if (owned?.size === 0) this.#owned.delete(uid);
    }
  }
}
