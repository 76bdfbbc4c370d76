/**
 * What one node works from, kept up to date change by change: its pods and the ConfigMaps and Secrets that they name. Pure bookkeeping; it reads
 * nothing and sends nothing. Feed it the newest change of each object in any order of objects: revisions decide.
 */
import { type DesiredDelta, type DesiredObject, type ObjectKey, objectKeyText } from '@kajitori/agent-protocol';
import type { KubeObject } from '@kajitori/apimachinery';
import type { Pod } from '@kajitori/kinds';
import type { Change, Revision, StoredObject } from '@kajitori/storage';
import { referredKeyOf } from './cluster-tail.ts';
import { podReferences, type Reference } from './pod-references.ts';
import { actedOn, parseStored, toDesired } from './stored-object.ts';

interface HeldPod {
  pod: Pod;
  uid: string;
  revision: Revision;
  acted: string;
  references: Reference[];
}

interface HeldReference {
  reference: Reference;
  /** How many pods name it. */
  users: number;
  /** Of what is known of it; 0 until it has been read. */
  revision: Revision;
  /** Undefined while there is no such object. */
  object: DesiredObject | undefined;
}

/** Differences that have not been told yet. */
export interface Differences {
  puts: DesiredObject[];
  removes: DesiredDelta['removes'];
  /** Named by a pod for the first time: to be read, and given to `applyRead`. */
  unread: Reference[];
  /** No longer named by any pod. */
  dropped: Reference[];
}

export class DesiredSet {
  readonly #node: string;
  readonly #pods = new Map<string, HeldPod>();
  readonly #references = new Map<string, HeldReference>();

  constructor(node: string) {
    this.#node = node;
  }

  /** The newest that is known of a pod of this node. Shared: not to be changed. */
  pod(namespace: string, name: string): Pod | undefined {
    return this.#pods.get(`${namespace}/${name}`)?.pod;
  }

  get references(): Reference[] {
    return [...this.#references.values()].map(({ reference }) => reference);
  }

  /** Everything, secrets before the pods that use them. */
  objects(): DesiredObject[] {
    const referred = [...this.#references.values()].flatMap(({ object }) => (object === undefined ? [] : [object]));
    return [...referred, ...[...this.#pods.values()].map(({ pod }) => toDesired(pod as KubeObject))];
  }

  apply(changes: Iterable<Pick<Change, 'type' | 'object'>>): Differences {
    const differences: Differences = { puts: [], removes: [], unread: [], dropped: [] };
    for (const { type, object } of changes) {
      if (object.resource === 'pods') this.#applyPod(object, type === 'delete', differences);
      else this.#applyReferred(object, type === 'delete', differences);
    }
    return differences;
  }

  /** What storage held of a reference; undefined when there was nothing. Answers what is to be put, if it is news. */
  applyRead(reference: Reference, stored: StoredObject | undefined): DesiredObject | undefined {
    const held = this.#references.get(objectKeyText(reference));
    if (held === undefined || stored === undefined || stored.revision <= held.revision) return undefined;
    held.revision = stored.revision;
    held.object = toDesired(parseStored(stored));
    return held.object;
  }

  #applyPod(stored: StoredObject, deleted: boolean, differences: Differences): void {
    const key = `${stored.namespace}/${stored.name}`;
    const held = this.#pods.get(key);
    if (held !== undefined && stored.revision <= held.revision) return;
    if (deleted || stored.fields['spec.nodeName'] !== this.#node) {
      if (held === undefined) return;
      this.#pods.delete(key);
      differences.removes.push({ kind: 'Pod', namespace: stored.namespace, name: stored.name, uid: held.uid });
      this.#recount([], held.references, differences);
      return;
    }
    const pod = parseStored<Pod & KubeObject>(stored);
    const next: HeldPod = { pod, uid: stored.uid, revision: stored.revision, acted: actedOn(pod), references: podReferences(pod) };
    this.#pods.set(key, next);
    this.#recount(next.references, held?.references ?? [], differences);
    if (held?.acted !== next.acted) differences.puts.push(toDesired(pod));
  }

  #applyReferred(stored: StoredObject, deleted: boolean, differences: Differences): void {
    const key = referredKeyOf(stored);
    const held = key === undefined ? undefined : this.#references.get(objectKeyText(key));
    if (key === undefined || held === undefined || stored.revision <= held.revision) return;
    held.revision = stored.revision;
    if (!deleted) {
      held.object = toDesired(parseStored(stored));
      differences.puts.push(held.object);
      return;
    }
    if (held.object !== undefined) differences.removes.push(removalOf(key, held.object));
    held.object = undefined;
  }

  #recount(named: readonly Reference[], before: readonly Reference[], differences: Differences): void {
    for (const reference of named) {
      const held = this.#references.get(objectKeyText(reference));
      if (held !== undefined) held.users += 1;
      else {
        this.#references.set(objectKeyText(reference), { reference, users: 1, revision: 0, object: undefined });
        differences.unread.push(reference);
      }
    }
    for (const reference of before) {
      const held = this.#references.get(objectKeyText(reference));
      if (held === undefined || (held.users -= 1) > 0) continue;
      this.#references.delete(objectKeyText(reference));
      differences.dropped.push(reference);
      if (held.object !== undefined) differences.removes.push(removalOf(reference, held.object));
    }
  }
}

function removalOf({ kind, namespace, name }: ObjectKey, object: DesiredObject): DesiredDelta['removes'][number] {
  return { kind, namespace, name, uid: object.metadata.uid };
}
