import type { ClusterId, KubeObject } from '@kajitori/apimachinery';
import { type Kind, namespaces, nodes } from '@kajitori/kinds';
import type { Call } from '../call.ts';
import { clusterOfKey, FreshCache } from '../fresh-cache/fresh-cache.ts';
import { toItem } from '../registry/stored.ts';
import type { AdmissionPlugin } from './admission.ts';

/** What is read this soon after a write of this process may still be from before it, and is not kept. */
const settlingMilliseconds = 100;
/** Lists held at once; the one asked longest ago goes first. */
const listsMax = 10_000;

/** Kinds that are read one by one: there may be many, and each is asked for by name. */
const singly: ReadonlySet<unknown> = new Set([namespaces, nodes]);

/**
 * The objects that admission plug-ins go by (quotas, limit ranges, classes), read at most once a second for each namespace that is
 * written to, and kept for none that is not. A plug-in whose namespace has no such object costs a lookup in a map.
 */
export class PolicySource {
  /** What another process wrote holds here after a second at most; Kubernetes' own plug-ins read from caches that lag as well. */
  readonly #held = new FreshCache<string, readonly KubeObject[]>({ entriesMax: listsMax, ownerOf: clusterOfKey });
  readonly #settling = new Map<string, number>();

  /** All objects of a kind in the call's cluster, and in its namespace where the kind has namespaces. Shared: never change them. */
  all<T extends KubeObject>(call: Call, kind: Kind<T>): Promise<readonly T[]> {
    return this.#heldOr(keyOf(call.cluster, kind, call.namespace), () => this.read(call, kind)) as Promise<readonly T[]>;
  }

  /** One object of a kind without namespaces, as it was at most a second ago; undefined when there is none. */
  async one<T extends KubeObject>(call: Call, kind: Kind<T>, name: string): Promise<T | undefined> {
    const found = await this.#heldOr(keyOfOne(call.cluster, kind, name), async () => {
      const stored = await call.storage.get({ group: kind.group, resource: kind.plural, namespace: '', name });
      return stored === undefined ? [] : [toItem(kind, stored).object];
    });
    return found[0] as T | undefined;
  }

  /** The same, as it is now. */
  async read<T extends KubeObject>(call: Call, kind: Kind<T>): Promise<readonly T[]> {
    const namespace = kind.namespaced ? { namespace: call.namespace } : {};
    const { objects } = await call.storage.list({ group: kind.group, resource: kind.plural, ...namespace });
    return objects.map((stored) => toItem(kind as unknown as Kind, stored).object as T);
  }

  #heldOr(key: string, read: () => Promise<readonly KubeObject[]>): Promise<readonly KubeObject[]> {
    if (performance.now() < (this.#settling.get(key) ?? 0)) return read();
    return this.#held.get(key, read);
  }

  /** Objects of this kind are about to change. */
  #forget(call: Call): void {
    const key = singly.has(call.kind) ? keyOfOne(call.cluster, call.kind, call.name) : keyOf(call.cluster, call.kind, call.namespace);
    this.#held.expire(key);
    this.#dropSettled();
    this.#settling.delete(key);
    this.#settling.set(key, performance.now() + settlingMilliseconds);
  }

  /** In the order of their writes, so what has settled comes first. */
  #dropSettled(): void {
    const now = performance.now();
    for (const [key, until] of this.#settling) {
      if (until > now) return;
      this.#settling.delete(key);
    }
  }

  /** Hears of this process' own writes, so that who writes a policy and then an object sees it applied. */
  plugin(kinds: readonly Pick<Kind, 'group' | 'plural'>[]): AdmissionPlugin {
    const names = new Set(kinds.map(({ group, plural }) => `${group}/${plural}`));
    return {
      name: 'PolicySource',
      handles: ({ call: { kind } }) => names.has(`${kind.group}/${kind.plural}`),
      validate: ({ call }) => this.#forget(call),
    };
  }
}

function keyOf(
  cluster: ClusterId,
  { group, plural, namespaced }: Pick<Kind, 'group' | 'plural' | 'namespaced'>,
  namespace: string,
): string {
  return `${cluster} ${group}/${plural} ${namespaced ? namespace : ''}`;
}

function keyOfOne(cluster: ClusterId, { group, plural }: Pick<Kind, 'group' | 'plural'>, name: string): string {
  return `${cluster} ${group}/${plural}/${name}`;
}
