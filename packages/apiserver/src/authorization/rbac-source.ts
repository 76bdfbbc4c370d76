import type { ClusterId } from '@kajitori/apimachinery';
import type { Binding, BindingSubject, PolicyRule, RbacSnapshot, RoleRef } from '@kajitori/authorization';
import type { Revision, Storage, StoredObject } from '@kajitori/storage';
import { FreshCache } from '../fresh-cache/fresh-cache.ts';

const group = 'rbac.authorization.k8s.io';
/**
 * Who is refused is refused by roles that are no older than this: a grant holds at once, and refusals cost no more than ten looks a second.
 * A revoked binding still holds for a second at most.
 */
const refusedMilliseconds = 100;
/** Clusters whose roles are held at once: some 100 KB each, mostly what every cluster has. */
const clustersMax = 1_000;

interface Loaded {
  snapshot: RbacSnapshot;
  /** The cluster's, before anything was read. */
  revision: Revision;
}

/** Roles and bindings of the clusters that were asked about just now. A cluster about which nobody asks has nothing here. */
export class RbacSource {
  readonly #storage: Storage;
  readonly #held = new FreshCache<ClusterId, Loaded>({ entriesMax: clustersMax });

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** A second old at most. */
  snapshot(cluster: ClusterId): Promise<RbacSnapshot> {
    return this.#newer(cluster);
  }

  /** For looking again before somebody is refused. */
  snapshotForRefusal(cluster: ClusterId): Promise<RbacSnapshot> {
    return this.#newer(cluster, refusedMilliseconds);
  }

  /** As things are now: for who writes a role and then binds it. */
  newest(cluster: ClusterId): Promise<RbacSnapshot> {
    return this.#newer(cluster, 0);
  }

  async #newer(cluster: ClusterId, ageMilliseconds?: number): Promise<RbacSnapshot> {
    return (await this.#held.get(cluster, (before) => this.#load(cluster, before), ageMilliseconds)).snapshot;
  }

  async #load(cluster: ClusterId, before: Loaded | undefined): Promise<Loaded> {
    const storage = this.#storage.cluster(cluster);
    const revision = await storage.revision();
    if (before?.revision === revision) return before;
    const all = async (resource: string): Promise<StoredObject[]> => (await storage.list({ group, resource })).objects;
    const [clusterRoles, clusterRoleBindings, roles, roleBindings] = await Promise.all(
      ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'].map(all),
    );
    const snapshot = {
      clusterRoles: new Map((clusterRoles ?? []).map((one) => [one.name, rulesOf(one)])),
      clusterRoleBindings: (clusterRoleBindings ?? []).map(bindingOf),
      roles: byNamespace(roles ?? [], (list) => new Map(list.map((one) => [one.name, rulesOf(one)]))),
      roleBindings: byNamespace(roleBindings ?? [], (list) => list.map(bindingOf)),
    };
    return { snapshot, revision };
  }
}

function rulesOf({ body }: StoredObject): PolicyRule[] {
  return (JSON.parse(body) as { rules?: PolicyRule[] | null }).rules ?? [];
}

function bindingOf({ name, body }: StoredObject): Binding {
  const { roleRef, subjects } = JSON.parse(body) as { roleRef: RoleRef; subjects?: BindingSubject[] };
  return { name, roleRef, subjects: subjects ?? [] };
}

function byNamespace<T>(objects: readonly StoredObject[], make: (list: StoredObject[]) => T): Map<string, T> {
  const lists = Map.groupBy(objects, ({ namespace }) => namespace);
  return new Map([...lists].map(([namespace, list]) => [namespace, make(list)]));
}
