import { createHash } from 'node:crypto';
import { kindOfResource, type Kind } from '@kajitori/kinds';
import { type ApiGroup, compareGroupVersions } from '../discovery/discovery.ts';

/** A rendered document and the tag that names its content. */
export interface Document {
  body: string;
  etag: string;
}

/** What a cluster serves at one moment: the catalogue's groups and its own. Never changes: another moment is another object. */
export class ServedKinds {
  readonly groups: readonly ApiGroup[];
  readonly #own: ReadonlyMap<string, Kind>;
  readonly #documents = new Map<string, Document>();
  #contentHash: string | undefined;

  constructor(catalogueGroups: readonly ApiGroup[], own: readonly ApiGroup[]) {
    this.groups = own.length === 0 ? catalogueGroups : withOwnGroups(catalogueGroups, own);
    const kinds = own.flatMap(({ versions }) => versions.flatMap((one) => one.kinds));
    this.#own = new Map(kinds.map((kind) => [resourceKey(kind.group, kind.version, kind.plural), kind]));
  }

  /** The kinds that are the cluster's own. */
  get own(): Iterable<Kind> {
    return this.#own.values();
  }

  get hasOwn(): boolean {
    return this.#own.size > 0;
  }

  /** Changes when what the cluster's own kinds publish does. */
  get contentHash(): string {
    this.#contentHash ??= hashOf([...this.own].map(({ custom }) => custom?.contentHash ?? '').join());
    return this.#contentHash;
  }

  find(group: string, version: string, resource: string): Kind | undefined {
    return kindOfResource(group, version, resource) ?? this.#own.get(resourceKey(group, version, resource));
  }

  /** A document that is made when it is first asked for and kept as long as this view is. */
  document(key: string, make: () => object): Document {
    let document = this.#documents.get(key);
    if (document === undefined) {
      const body = JSON.stringify(make());
      document = { body, etag: `"${hashOf(body)}"` };
      this.#documents.set(key, document);
    }
    return document;
  }
}

export function hashOf(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex').toUpperCase();
}

function resourceKey(group: string, version: string, resource: string): string {
  return `${group}/${version}/${resource}`;
}

/** The catalogue's groups first, then the cluster's own by name; a group or version that both have is one. */
function withOwnGroups(catalogueGroups: readonly ApiGroup[], own: readonly ApiGroup[]): ApiGroup[] {
  const groups = new Map(catalogueGroups.map((group) => [group.name, group]));
  for (const group of own.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const known = groups.get(group.name);
    groups.set(group.name, known === undefined ? group : merged(known, group));
  }
  return [...groups.values()];
}

function merged(first: ApiGroup, second: ApiGroup): ApiGroup {
  const versions = new Map(first.versions.map((one) => [one.version, one]));
  for (const one of second.versions) {
    const known = versions.get(one.version);
    versions.set(one.version, known === undefined ? one : { ...known, kinds: [...known.kinds, ...one.kinds] });
  }
  return { ...first, versions: [...versions.values()].sort(compareGroupVersions) };
}
