import type { ClusterId } from '@kajitori/apimachinery';
import { type CustomResourceDefinition, customKinds, customResourceDefinitions, isEstablished, type Kind } from '@kajitori/kinds';
import type { ClusterStorage, ObjectKey, ObjectRevision, Revision, Storage } from '@kajitori/storage';
import type { Call } from '../call.ts';
import { type ApiGroup, groupsOf } from '../discovery/discovery.ts';
import { readError } from '../registry/errors.ts';
import type { GroupSource } from '../served-kinds/group-source.ts';
import type { Convert } from './conversion-webhook.ts';
import { convertingStorage } from './converting-storage.ts';
import { SchemaTexts } from './schema-texts.ts';

/** Another process's definitions are seen this much later at most. */
const freshMilliseconds = 1_000;
/** Clusters whose definitions are held at once, and definitions of all of them together; what was asked for longest ago goes first. */
const clustersMax = 1_000;
const definitionsMax = 50_000;
/** A cluster that nobody asked about this long is forgotten when the next one comes. */
const idleMilliseconds = 10 * 60_000;
/** Definitions read side by side. */
const readsMax = 16;

export interface Definition {
  revision: Revision;
  /** The object without its schemas. */
  resource: CustomResourceDefinition;
  /** One a version, served or not; none before it is established. */
  kinds: readonly Kind[];
}

/** The definitions of one cluster at one moment. */
export interface ClusterDefinitions {
  readonly byName: ReadonlyMap<string, Definition>;
  /** What of them is served. */
  readonly groups: readonly ApiGroup[];
}

class DefinitionSet implements ClusterDefinitions {
  readonly byName: ReadonlyMap<string, Definition>;
  #groups: readonly ApiGroup[] | undefined;

  constructor(byName: ReadonlyMap<string, Definition>) {
    this.byName = byName;
  }

  get groups(): readonly ApiGroup[] {
    this.#groups ??= groupsOf([...this.byName.values()].flatMap(({ kinds }) => kinds.filter(({ custom }) => custom?.served === true)));
    return this.#groups;
  }
}

const none: ClusterDefinitions = new DefinitionSet(new Map());

interface Held {
  /** When it was last compared with storage. */
  at: number;
  definitions: Promise<ClusterDefinitions>;
  /** How many they are, as far as that is known. */
  size: number;
}

/**
 * The CustomResourceDefinitions of the clusters that were asked about lately, as kinds. What a second look finds unchanged is kept as the
 * same objects, so that schemas stay compiled. Invariant: an answer is at most `freshMilliseconds` behind storage, and never behind a
 * write of this process that was reported by `forget`.
 */
export class Definitions implements GroupSource {
  readonly #storage: Storage;
  readonly #convert: Convert;
  readonly #texts = new SchemaTexts();
  readonly #held = new Map<ClusterId, Held>();
  #definitions = 0;

  constructor(storage: Storage, convert: Convert) {
    this.#storage = storage;
    this.#convert = convert;
  }

  /** The storage through which a call of a kind reads and writes: one that converts, where a webhook stands between versions. */
  storageFor(storage: ClusterStorage, kind: Kind): ClusterStorage {
    return kind.custom?.conversion === undefined ? storage : convertingStorage(storage, kind, this.#convert);
  }

  async groups(cluster: ClusterId): Promise<readonly ApiGroup[]> {
    return (await this.snapshot(cluster)).groups;
  }

  /** Every version's kind, the unserved storage versions among them. */
  async kinds(cluster: ClusterId): Promise<Kind[]> {
    return [...(await this.snapshot(cluster)).byName.values()].flatMap(({ kinds }) => kinds);
  }

  snapshot(cluster: ClusterId): Promise<ClusterDefinitions> {
    const held = this.#held.get(cluster);
    return held !== undefined && performance.now() - held.at < freshMilliseconds ? held.definitions : this.fresh(cluster);
  }

  /** As storage has them now. */
  fresh(cluster: ClusterId): Promise<ClusterDefinitions> {
    const before = this.#held.get(cluster);
    const held: Held = { at: performance.now(), definitions: this.#load(cluster, before), size: before?.size ?? 0 };
    this.#held.delete(cluster);
    this.#held.set(cluster, held);
    held.definitions.then(
      ({ byName }) => this.#settled(cluster, held, byName.size),
      () => {
        if (this.#held.get(cluster) === held && this.#held.delete(cluster)) this.#definitions -= held.size;
      },
    );
    return held.definitions;
  }

  /** Whether a call's kind is the one that storage's definition makes now. Kinds of the catalogue always are. */
  async isCurrent({ cluster, kind: { custom } }: Pick<Call, 'cluster' | 'kind'>): Promise<boolean> {
    if (custom === undefined) return true;
    const { metadata } = (await this.fresh(cluster)).byName.get(custom.definition)?.resource ?? {};
    return metadata?.uid === custom.definitionUid && metadata.generation === custom.generation;
  }

  /** This process wrote a definition: the next answer comes from storage. */
  forget(cluster: ClusterId): void {
    const held = this.#held.get(cluster);
    if (held !== undefined) held.at = -Infinity;
  }

  async #load(cluster: ClusterId, last: Held | undefined): Promise<ClusterDefinitions> {
    const known = (await last?.definitions.catch(() => none)) ?? none;
    const storage = this.#storage.cluster(cluster);
    const { group, plural: resource } = customResourceDefinitions;
    const revisions = await storage.revisions({ group, resource }).catch((error: unknown) => {
      throw readError(error);
    });
    const changed = revisions.filter(({ name, revision }) => known.byName.get(name)?.revision !== revision);
    if (changed.length === 0 && revisions.length === known.byName.size) return known;
    const read = await this.#read(storage, changed);
    const byName = new Map<string, Definition>();
    for (const { name, revision } of revisions) {
      const before = known.byName.get(name);
      const definition = before?.revision === revision ? before : read.get(name);
      if (definition !== undefined) byName.set(name, definition);
    }
    return new DefinitionSet(byName);
  }

  async #read(storage: ClusterStorage, wanted: readonly ObjectRevision[]): Promise<Map<string, Definition>> {
    const read = new Map<string, Definition>();
    const { group, plural: resource } = customResourceDefinitions;
    for (let at = 0; at < wanted.length; at += readsMax) {
      await Promise.all(
        wanted.slice(at, at + readsMax).map(async ({ name }) => {
          const stored = await storage.get({ group, resource, namespace: '', name });
          if (stored !== undefined) read.set(name, this.#definitionOf(stored));
        }),
      );
    }
    return read;
  }

  #definitionOf({ body, revision }: { body: string; revision: Revision }): Definition {
    const definition = JSON.parse(body) as CustomResourceDefinition;
    delete definition.metadata.managedFields;
    delete definition.metadata.annotations;
    const schemas = this.#texts.take(definition);
    return { revision, resource: definition, kinds: isEstablished(definition) ? customKinds(definition, schemas) : [] };
  }

  /** The newly looked at stands last. */
  #settled(cluster: ClusterId, held: Held, size: number): void {
    if (this.#held.get(cluster) !== held) return;
    this.#definitions += size - held.size;
    held.size = size;
    for (const [oldest, { at, size: freed }] of this.#held) {
      const isIdle = at > 0 && held.at - at > idleMilliseconds;
      if (oldest === cluster || (!isIdle && this.#held.size <= clustersMax && this.#definitions <= definitionsMax)) return;
      this.#held.delete(oldest);
      this.#definitions -= freed;
    }
  }
}

export function isDefinitionRow({ group, resource }: Pick<ObjectKey, 'group' | 'resource'>): boolean {
  return group === customResourceDefinitions.group && resource === customResourceDefinitions.plural;
}
