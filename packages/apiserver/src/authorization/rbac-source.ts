import type { ClusterId } from '@kajitori/apimachinery';
import type { Binding, BindingSubject, PolicyRule, RbacSnapshot, RoleRef } from '@kajitori/authorization';
import type { Revision, Storage, StoredObject } from '@kajitori/storage';

const group = 'rbac.authorization.k8s.io';
/** A revoked binding still holds this long at most. */
const freshMilliseconds = 1_000;
/** Who is refused is refused by roles that are no older than this: a grant holds at once, and refusals cost no more than ten looks a second. */
const refusedMilliseconds = 100;
/** Clusters whose roles are held at once; the one asked longest ago goes first. */
const clustersMax = 1_000;
/** Roles that nobody has asked for in this long are let go: some 100 KB a cluster, mostly what every cluster has. */
const idleMilliseconds = 10_000;

interface Held {
  /** When the state that it shows was last known to be the newest. */
  at: number;
  loaded: Promise<Loaded>;
}

interface Loaded {
  snapshot: RbacSnapshot;
  /** The cluster's, before anything was read. */
  revision: Revision;
}

/** Roles and bindings of the clusters that were asked about just now. A cluster about which nobody asks has nothing here. */
export class RbacSource {
  readonly #storage: Storage;
  /** The one read last is the last. */
  readonly #held = new Map<ClusterId, Held>();
  #sweep: NodeJS.Timeout | undefined;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** A second old at most. */
  snapshot(cluster: ClusterId): Promise<RbacSnapshot> {
    return this.#newer(cluster, freshMilliseconds);
  }

  /** For looking again before somebody is refused. */
  snapshotForRefusal(cluster: ClusterId): Promise<RbacSnapshot> {
    return this.#newer(cluster, refusedMilliseconds);
  }

  /** As things are now: for who writes a role and then binds it. */
  newest(cluster: ClusterId): Promise<RbacSnapshot> {
    return this.#newer(cluster, 0);
  }

  async #newer(cluster: ClusterId, ageMilliseconds: number): Promise<RbacSnapshot> {
    const now = performance.now();
    let held = this.#held.get(cluster);
    if (held === undefined || now - held.at > ageMilliseconds) {
      held = { at: now, loaded: this.#load(cluster, held?.loaded) };
      this.#keep(cluster, held);
    }
    return (await held.loaded).snapshot;
  }

  #keep(cluster: ClusterId, held: Held): void {
    this.#held.delete(cluster);
    this.#held.set(cluster, held);
    held.loaded.catch(() => {
      if (this.#held.get(cluster) === held) this.#held.delete(cluster);
    });
    const [oldest] = this.#held.keys();
    if (this.#held.size > clustersMax && oldest !== undefined) this.#held.delete(oldest);
    this.#sweep ??= setInterval(() => this.#dropIdle(), idleMilliseconds / 2).unref();
  }

  #dropIdle(): void {
    const before = performance.now() - idleMilliseconds;
    for (const [cluster, { at }] of this.#held) {
      if (at >= before) break;
      this.#held.delete(cluster);
    }
    if (this.#held.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  async #load(cluster: ClusterId, before: Promise<Loaded> | undefined): Promise<Loaded> {
    const storage = this.#storage.cluster(cluster);
    const revision = await storage.revision();
    const last = await before?.catch(() => undefined);
    if (last?.revision === revision) return last;
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
