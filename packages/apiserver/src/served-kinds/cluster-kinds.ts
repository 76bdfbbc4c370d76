import type { ClusterId } from '@kajitori/apimachinery';
import { catalogue, kindOfResource, type Kind } from '@kajitori/kinds';
import { type ApiGroup, groupsOf } from '../discovery/discovery.ts';
import type { GroupSource } from './group-source.ts';
import { ServedKinds } from './served-kinds.ts';

/** Clusters whose view is kept between requests; the one asked longest ago goes first. */
const clustersMax = 1_000;

/**
 * The kinds of every cluster: the catalogue, which all share, and what each cluster's sources add. The one place where discovery, OpenAPI,
 * routes and in-process callers learn what a cluster serves. Keeps nothing for clusters that have nothing of their own.
 */
export class ClusterKinds {
  readonly #sources: readonly GroupSource[];
  readonly #catalogueGroups = groupsOf(catalogue);
  readonly #catalogueAlone = new ServedKinds(this.#catalogueGroups, []);
  readonly #held = new Map<ClusterId, { parts: readonly (readonly ApiGroup[])[]; served: ServedKinds }>();

  constructor(sources: readonly GroupSource[]) {
    this.#sources = sources;
  }

  /** What a URL names. The catalogue's kinds are found without asking anyone. */
  find(cluster: ClusterId, group: string, version: string, resource: string): Kind | Promise<Kind | undefined> {
    return kindOfResource(group, version, resource) ?? this.served(cluster).then((served) => served.find(group, version, resource));
  }

  async served(cluster: ClusterId): Promise<ServedKinds> {
    const parts = await Promise.all(this.#sources.map((source) => source.groups(cluster)));
    if (parts.every((groups) => groups.length === 0)) {
      this.#held.delete(cluster);
      return this.#catalogueAlone;
    }
    const held = this.#held.get(cluster);
    const served =
      held?.parts.every((part, at) => part === parts[at]) === true ? held.served : new ServedKinds(this.#catalogueGroups, parts.flat());
    this.#held.delete(cluster);
    this.#held.set(cluster, { parts, served });
    const oldest = this.#held.keys().next();
    if (this.#held.size > clustersMax && oldest.done !== true) this.#held.delete(oldest.value);
    return served;
  }
}
