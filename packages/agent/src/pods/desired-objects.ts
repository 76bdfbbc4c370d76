/**
 * What this node was told to run, in memory and on disk. Owns the assembly of syncs and deltas into one state.
 *
 * Invariant: memory shows a change only after the disk holds it, and changes apply one after the other.
 */
import {
  type DesiredDelta,
  type DesiredObject,
  type DesiredSync,
  type ObjectKey,
  objectKeyOf,
  objectKeyText,
} from '@kajitori/agent-protocol';
import type { ConfigMap, Secret, Service } from '@kajitori/kinds';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { type NodePod, nodePod } from '../model/node-pod.ts';
import type { PodObjects } from '../model/pod-objects.ts';

export interface DesiredObserver {
  podWanted: (pod: NodePod) => void;
  podRemoved: (pod: NodePod) => void;
  /** ConfigMaps, Secrets or Services of these namespaces changed. */
  objectsChanged: (namespaces: ReadonlySet<string>) => void;
  /** The whole state is known: what is not in it is not wanted. */
  complete: (podUids: ReadonlySet<string>) => void;
  /** A change cannot be written yet; it is tried until it is. */
  diskRefused: (error: unknown) => void;
}

/** Changes that wait for the disk; a gateway that sends more is asked to begin again. */
const maxWaitingChanges = 1000;
const diskRetryMilliseconds = 2000;

type Change = { puts: readonly DesiredObject[]; removes: readonly ObjectKey[]; revision: number };

export class DesiredObjects implements PodObjects {
  readonly #checkpoint: Checkpoint;
  readonly #observer: DesiredObserver;
  readonly #objects = new Map<string, DesiredObject>();
  #sync: { revision: number; objects: DesiredObject[]; parts: number } | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(checkpoint: Checkpoint, observer: DesiredObserver) {
    this.#checkpoint = checkpoint;
    this.#observer = observer;
  }

  /** Takes up what the last process left. */
  async load(onUnreadable: (file: string, error: unknown) => void): Promise<void> {
    const objects = await this.#checkpoint.load(onUnreadable);
    for (const object of objects) this.#objects.set(objectKeyText(objectKeyOf(object)), object);
    for (const object of objects) if (object.kind === 'Pod') this.#observer.podWanted(nodePod(object));
  }

  configMap(namespace: string, name: string): ConfigMap | undefined {
    return this.#get({ kind: 'ConfigMap', namespace, name }) as ConfigMap | undefined;
  }

  secret(namespace: string, name: string): Secret | undefined {
    return this.#get({ kind: 'Secret', namespace, name }) as Secret | undefined;
  }

  services(namespace: string): readonly Service[] {
    const found = [...this.#objects.values()].filter((one) => one.kind === 'Service' && one.metadata.namespace === namespace);
    return found as unknown as Service[];
  }

  /** The API server validated what the gateway sends: it is of the kind that it says. */
  #get(key: ObjectKey): unknown {
    return this.#objects.get(objectKeyText(key));
  }

  podUids(): Set<string> {
    return new Set([...this.#objects.values()].filter(({ kind }) => kind === 'Pod').map(({ metadata }) => metadata.uid));
  }

  /** The gateway goes on from where the last session stood. */
  resumed(): void {
    this.#observer.complete(this.podUids());
  }

  /** Resolves with the revision once it is on disk; undefined for a part in the middle or a repetition. */
  receive(message: DesiredSync | DesiredDelta): Promise<number | undefined> {
    if (this.#waiting >= maxWaitingChanges) return Promise.reject(new Error(`more than ${maxWaitingChanges} changes wait for the disk`));
    this.#waiting++;
    const applied = this.#last.then(() => (message.type === 'desiredSync' ? this.#receiveSync(message) : this.#receiveDelta(message)));
    this.#last = applied
      .catch(() => undefined)
      .finally(() => {
        this.#waiting--;
      });
    return applied;
  }

  async #receiveSync({ revision, part, last, objects }: DesiredSync): Promise<number | undefined> {
    if (part === 0) this.#sync = { revision, objects: [], parts: 0 };
    const sync = this.#sync;
    if (sync?.revision !== revision || sync.parts !== part)
      throw new Error(`part ${part} of the sync at revision ${revision} came out of order`);
    sync.parts++;
    sync.objects.push(...objects);
    if (!last) return undefined;
    this.#sync = undefined;
    const named = new Set(sync.objects.map((object) => objectKeyText(objectKeyOf(object))));
    const removes = [...this.#objects.values()].filter((object) => !named.has(objectKeyText(objectKeyOf(object)))).map(objectKeyOf);
    await this.#apply({ puts: sync.objects, removes, revision });
    this.#observer.complete(this.podUids());
    return revision;
  }

  async #receiveDelta({ revision, puts, removes }: DesiredDelta): Promise<number | undefined> {
    if (revision <= (this.#checkpoint.desiredRevision ?? -1)) return undefined;
    const standing = removes.filter((key) => key.uid === undefined || this.#objects.get(objectKeyText(key))?.metadata.uid === key.uid);
    await this.#apply({ puts, removes: standing, revision });
    return revision;
  }

  async #apply({ puts, removes, revision }: Change): Promise<void> {
    const fresh = puts.filter((object) => !isSame(this.#objects.get(objectKeyText(objectKeyOf(object))), object));
    await this.#keep({ puts: fresh, removes, revision });
    const namespaces = new Set<string>();
    for (const key of removes) this.#forget(objectKeyText(key), namespaces);
    const pods: NodePod[] = [];
    for (const object of fresh) {
      const key = objectKeyText(objectKeyOf(object));
      if (this.#objects.get(key)?.metadata.uid !== object.metadata.uid) this.#forget(key, namespaces);
      this.#objects.set(key, object);
      if (object.kind === 'Pod') pods.push(nodePod(object));
      else namespaces.add(object.metadata.namespace ?? '');
    }
    if (namespaces.size > 0) this.#observer.objectsChanged(namespaces);
    for (const pod of pods) this.#observer.podWanted(pod);
  }

  /** A disk that is full is waited for: what was told must not be lost, and what follows builds on it. */
  async #keep(change: Change): Promise<void> {
    for (;;) {
      try {
        return await this.#checkpoint.apply(change);
      } catch (error) {
        this.#observer.diskRefused(error);
        await new Promise<void>((resolve) => {
          setTimeout(resolve, diskRetryMilliseconds).unref();
        });
      }
    }
  }

  #forget(key: string, namespaces: Set<string>): void {
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.#objects.delete(key);
    if (object.kind === 'Pod') this.#observer.podRemoved(nodePod(object));
    else namespaces.add(object.metadata.namespace ?? '');
  }
}

function isSame(before: DesiredObject | undefined, after: DesiredObject): boolean {
  const { resourceVersion, uid } = after.metadata;
  return (
    before !== undefined &&
    resourceVersion !== undefined &&
    before.metadata.resourceVersion === resourceVersion &&
    before.metadata.uid === uid
  );
}
