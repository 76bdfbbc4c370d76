import type { ClusterId } from '@kajitori/apimachinery';
import type { Binding, BindingSubject, PolicyRule, RbacSnapshot, RoleRef } from '@kajitori/authorization';
import type { Storage, StoredObject } from '@kajitori/storage';

const group = 'rbac.authorization.k8s.io';
/** A revoked binding still holds this long at most. */
const freshMilliseconds = 1_000;
/** Clusters whose roles are held at once; the one asked longest ago goes first. */
const clustersMax = 1_000;

/** Roles and bindings of the clusters that were asked about lately. */
export class RbacSource {
  readonly #storage: Storage;
  readonly #held = new Map<ClusterId, { at: number; snapshot: Promise<RbacSnapshot> }>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  snapshot(cluster: ClusterId): Promise<RbacSnapshot> {
    const now = performance.now();
    const held = this.#held.get(cluster);
    if (held !== undefined && now - held.at < freshMilliseconds) return held.snapshot;
    const entry = { at: now, snapshot: this.#load(cluster) };
    this.#held.delete(cluster);
    this.#held.set(cluster, entry);
    entry.snapshot.catch(() => {
      if (this.#held.get(cluster) === entry) this.#held.delete(cluster);
    });
    const oldest = this.#held.keys().next();
    if (this.#held.size > clustersMax && oldest.done !== true) this.#held.delete(oldest.value);
    return entry.snapshot;
  }

  async #load(cluster: ClusterId): Promise<RbacSnapshot> {
    const storage = this.#storage.cluster(cluster);
    const all = async (resource: string): Promise<StoredObject[]> => (await storage.list({ group, resource })).objects;
    const [clusterRoles, clusterRoleBindings, roles, roleBindings] = await Promise.all(
      ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'].map(all),
    );
    return {
      clusterRoles: new Map((clusterRoles ?? []).map((one) => [one.name, rulesOf(one)])),
      clusterRoleBindings: (clusterRoleBindings ?? []).map(bindingOf),
      roles: byNamespace(roles ?? [], (list) => new Map(list.map((one) => [one.name, rulesOf(one)]))),
      roleBindings: byNamespace(roleBindings ?? [], (list) => list.map(bindingOf)),
    };
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
