import { type ClusterId, matchesFields, matchesLabels } from '@kajitori/apimachinery';
import { keyOf, keyText, lineOfSet } from '../keys.ts';
import { comparePositions, rangeOf } from '../selection.ts';
import {
  type Applied,
  type Birth,
  type ChangeBatch,
  ClusterGoneError,
  type ClusterStorage,
  isRefusal,
  type Line,
  type ListOptions,
  type ObjectKey,
  type ObjectRevision,
  type Operation,
  type Page,
  type PresentResources,
  type Refusal,
  type Revision,
  type Storage,
  type StoredObject,
  type WriteOptions,
} from '../storage.ts';
import {
  allDepartures,
  appliedRelease,
  departed,
  departedResource,
  departureKey,
  departuresOf,
  internalGroup,
  leaveByDelete,
  leaveByUpdate,
  unmarked,
  visibleChange,
} from './departures.ts';
import { inCluster, type Overlay, OverlayRelease } from './overlay.ts';
import { upgradeCluster } from './upgrade.ts';

/**
 * Owns: the illusion that every cluster holds the overlay's objects. They are listed, counted, watched, updated and deleted like all others
 * and cost nothing until touched: the first update gives one a row, a deletion leaves a note (departures.ts).
 * Invariant: what a cluster has untouched is what the release it was born with gave it; later releases reach it as writes (upgrade.ts).
 */
export interface OverlayStorage extends Storage {
  /** Brings a cluster to the newest release by writing what differs. Returns how many objects it wrote. May be repeated. */
  upgrade(cluster: ClusterId): Promise<number>;
}

/** Births never change, so those of the clusters in use are kept. */
const birthsMax = 10_000;
/** Races with other writers on one virtual object that a write loses before it gives up. Each race has a winner, and only one can be lost. */
const attemptsMax = 5;

export function overlayStorage(inner: Storage, overlay: Overlay): OverlayStorage {
  const releases = new Map<number, OverlayRelease>();
  const births = new Map<ClusterId, Birth>();
  const releaseOf = (version: number): OverlayRelease => {
    const release = releases.get(version) ?? new OverlayRelease(version === 0 ? [] : overlay.release(version));
    releases.set(version, release);
    return release;
  };
  const birthOf = async (storage: ClusterStorage): Promise<Birth> => {
    const birth = births.get(storage.id) ?? (await storage.birth());
    births.set(storage.id, birth);
    const [oldest] = births.keys();
    if (births.size > birthsMax && oldest !== undefined) births.delete(oldest);
    return birth;
  };
  const cluster = (id: ClusterId): OverlayClusterStorage => {
    const storage = inner.cluster(id);
    return new OverlayClusterStorage(storage, async () => {
      const birth = await birthOf(storage);
      return { birth, release: releaseOf(birth.overlayVersion) };
    });
  };
  return {
    cluster,
    upgrade: (id) => upgradeCluster({ inner: inner.cluster(id), storage: cluster(id), overlay }),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

interface Inheritance {
  birth: Birth;
  release: OverlayRelease;
}

class OverlayClusterStorage implements ClusterStorage {
  readonly id: ClusterId;
  readonly #inner: ClusterStorage;
  readonly #inherit: () => Promise<Inheritance>;

  constructor(inner: ClusterStorage, inherit: () => Promise<Inheritance>) {
    this.id = inner.id;
    this.#inner = inner;
    this.#inherit = inherit;
  }

  revision(line?: Line): Promise<Revision> {
    return this.#inner.revision(line);
  }

  birth(): Promise<Birth> {
    return this.#inner.birth();
  }

  async get(key: ObjectKey): Promise<StoredObject | undefined> {
    if (key.group === internalGroup) return undefined;
    const virtual = await this.#virtual(key);
    // First whether it has left, then the row: were it the other way round, an object that leaves in between would be in neither.
    if (virtual === undefined || (await this.#hasLeft(key))) return this.#row(key);
    return (await this.#row(key)) ?? virtual;
  }

  async #row(key: ObjectKey): Promise<StoredObject | undefined> {
    const row = await this.#inner.get(key);
    return row === undefined ? undefined : unmarked(row);
  }

  async #hasLeft(key: ObjectKey): Promise<boolean> {
    return (await this.#inner.get(departureKey(key))) !== undefined;
  }

  /** The object as the overlay gives it, whether or not it has left; undefined when it is none of the overlay's or the cluster is gone. */
  async #virtual(key: ObjectKey): Promise<StoredObject | undefined> {
    const inherited = await this.#inheritanceOrGone();
    const object = inherited?.release.byKey.get(keyText(key));
    return inherited === undefined || object === undefined ? undefined : inCluster(object, this.id, inherited.birth);
  }

  async #inheritanceOrGone(): Promise<Inheritance | undefined> {
    try {
      return await this.#inherit();
    } catch (error) {
      if (error instanceof ClusterGoneError) return undefined;
      throw error;
    }
  }

  async list(options: ListOptions): Promise<Page> {
    const { birth, release } = await this.#inherit();
    const page = await this.#inner.list(options);
    const objects = page.objects.map(unmarked);
    const range = rangeOf(options);
    const candidates = release
      .ofResource(options)
      .filter((object) => comparePositions(object, range.from) >= 0 && comparePositions(object, range.to) <= 0)
      .filter(
        ({ name, labels, fields }) =>
          (options.name ?? name) === name && matchesLabels(options.labels ?? [], labels) && matchesFields(options.fields ?? [], fields),
      );
    if (candidates.length === 0) return { ...page, objects };
    const left = new Set((await this.#inner.list({ ...departuresOf(options), revision: page.revision })).objects.map(departed));
    const virtual = candidates.filter((object) => !left.has(keyText(object))).map((object) => inCluster(object, this.id, birth));
    return withVirtual({ ...page, objects }, virtual, options.limit);
  }

  async count(of?: { group: string; resource: string }): Promise<{ objects: number; bytes: number }> {
    const { birth, release } = await this.#inherit();
    const counted = await this.#inner.count(of);
    const objects = of === undefined ? [...release.byKey.values()] : release.ofResource(of);
    if (of?.group === internalGroup) return { objects: 0, bytes: 0 };
    if (objects.length === 0 && of !== undefined) return counted;
    const departures = of === undefined ? await this.#inner.list(allDepartures) : await this.#inner.list(departuresOf(of));
    const left = new Set(departures.objects.map(departed));
    const own = of === undefined ? await this.#internalRows() : { objects: 0, bytes: 0 };
    const virtual = objects.filter((object) => !left.has(keyText(object))).map((object) => inCluster(object, this.id, birth));
    return {
      objects: counted.objects + virtual.length - own.objects,
      bytes: counted.bytes + virtual.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0) - own.bytes,
    };
  }

  async revisions(of: { group: string; resource: string }): Promise<ObjectRevision[]> {
    const { birth, release } = await this.#inherit();
    const objects = release.ofResource(of);
    const own = await this.#inner.revisions(of);
    if (objects.length === 0) return own;
    const left = new Set((await this.#inner.list(departuresOf(of))).objects.map(departed));
    const virtual = objects.filter((object) => !left.has(keyText(object))).map((object) => inCluster(object, this.id, birth));
    return [...own, ...virtual.map(({ namespace, name, revision }) => ({ namespace, name, revision }))];
  }

  async resources(): Promise<PresentResources> {
    const { release } = await this.#inherit();
    const { revision, resources } = await this.#inner.resources();
    const departures = resources.some(({ group }) => group === internalGroup) ? (await this.#inner.list(allDepartures)).objects : [];
    const touched = new Set(departures.map((row) => departedResource(row)));
    const own = resources.filter(({ group }) => group !== internalGroup);
    const ownNames = new Set(own.map(resourceText));
    const inherited = release.resources
      .filter((one) => !ownNames.has(resourceText(one)))
      .map(({ group, resource }) => ({ group, resource, asBorn: !touched.has(resourceText({ group, resource })) }));
    return { revision, resources: [...own, ...inherited] };
  }

  async #internalRows(): Promise<{ objects: number; bytes: number }> {
    const counts = await Promise.all([allDepartures, appliedRelease].map((resource) => this.#inner.count(resource)));
    return { objects: counts.reduce((sum, { objects }) => sum + objects, 0), bytes: counts.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  async write(set: readonly Operation[], options?: WriteOptions): Promise<Applied | Refusal> {
    lineOfSet(set);
    for (let attempt = 1; ; attempt += 1) {
      const translated = await this.#translate(set);
      if ('refused' in translated) return translated;
      const { operations, lasts, left } = translated;
      const outcome = await this.#inner.write(operations, options);
      if (!isRefusal(outcome)) return { revisions: lasts.map((last) => outcome.revisions[last] as Revision) };
      const overtaken = outcome.refused === 'exists' && (await Promise.all(left.map((key) => this.#hasLeft(key)))).some(Boolean);
      if (!overtaken || attempt === attemptsMax) return outcome;
    }
  }

  /** What a set means for the rows: its operations, where each of the set's own ends up, and which virtual objects it makes leave. */
  async #translate(set: readonly Operation[]): Promise<{ operations: Operation[]; lasts: number[]; left: ObjectKey[] } | Refusal> {
    const operations: Operation[] = [];
    const lasts: number[] = [];
    const left: ObjectKey[] = [];
    for (const operation of set) {
      const key = keyOf(operation);
      const virtual = await this.#virtual(key);
      if (virtual === undefined || (await this.#hasLeft(key))) operations.push(operation);
      else {
        if (operation.type === 'create') return { refused: 'exists' };
        const uid = operation.type === 'delete' ? operation.uid : operation.object.uid;
        if (operation.expectedRevision !== virtual.revision || uid !== virtual.uid)
          return { refused: 'conflict', current: virtual.revision };
        operations.push(
          ...(operation.type === 'update' ? leaveByUpdate(operation.object, virtual.uid) : leaveByDelete(key, virtual.uid, operation.body)),
        );
        left.push(key);
      }
      lasts.push(operations.length - 1);
    }
    return { operations, lasts, left };
  }

  async *watch(options: { from: Revision; line?: Line; signal: AbortSignal }): AsyncGenerator<ChangeBatch, void, void> {
    const { birth, release } = await this.#inherit();
    const virtual = (key: ObjectKey): StoredObject | undefined => {
      const object = release.byKey.get(keyText(key));
      return object === undefined ? undefined : inCluster(object, this.id, birth);
    };
    let last = options.from;
    for await (const { changes, revision } of this.#inner.watch(options)) {
      const visible = changes.flatMap((change) => {
        const seen = visibleChange(change, virtual);
        if (seen === undefined) return [];
        // A hidden change is no gap: the one after it follows the last that was seen.
        const previous = last;
        last = seen.revision;
        return [{ ...seen, previous }];
      });
      // Hidden changes are progress too: who follows the log must come past them.
      yield { changes: visible, revision };
    }
  }
}

function resourceText({ group, resource }: { group: string; resource: string }): string {
  return `${group}/${resource}`;
}

/** A page with the virtual objects that belong on it; `virtual` holds all that lie behind the page's start. */
function withVirtual(page: Page, virtual: StoredObject[], limit = Infinity): Page {
  const { next: complete } = page;
  const all = [...page.objects, ...virtual].sort(comparePositions);
  const objects = all.filter((object) => complete === undefined || comparePositions(object, complete) <= 0).slice(0, limit);
  const merged: Page = { objects, revision: page.revision };
  const last = objects.at(-1);
  if (objects.length < all.length || complete !== undefined) {
    const end = objects.length === limit && last !== undefined ? last : complete;
    if (end !== undefined) merged.next = { namespace: end.namespace, name: end.name };
    if (page.full === true && end === complete) merged.full = true;
    else if (page.remaining !== undefined || (complete === undefined && merged.next !== undefined))
      merged.remaining = all.length + (page.remaining ?? 0) - objects.length;
  }
  return merged;
}
