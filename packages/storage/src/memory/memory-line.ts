import { keyOf, keyText } from '../keys.ts';
import type { Scan, Scanned } from '../pages.ts';
import { comparePositions, type KeyRange, type Selection } from '../selection.ts';
import {
  type Applied,
  type Change,
  type ChangeBatch,
  ExpiredError,
  FutureRevisionError,
  type ObjectKey,
  type ObjectRevision,
  type Operation,
  type PresentResource,
  type Refusal,
  type Revision,
  type StoredObject,
} from '../storage.ts';

/** One line of one cluster in memory: the objects, and the log as far as it reaches back. All of it changes within one turn. */
export class MemoryLine {
  readonly #objects = new Map<string, StoredObject>();
  #log: Change[] = [];
  #revision: Revision;
  bytes = 0;

  constructor(birth: Revision) {
    this.#revision = birth;
  }

  get revision(): Revision {
    return this.#revision;
  }

  get objects(): number {
    return this.#objects.size;
  }

  get(key: ObjectKey): StoredObject | undefined {
    return this.#objects.get(keyText(key));
  }

  revisions({ group, resource }: { group: string; resource: string }): ObjectRevision[] {
    return [...this.#objects.values()]
      .filter((object) => object.group === group && object.resource === resource)
      .map(({ namespace, name, revision }) => ({ namespace, name, revision }));
  }

  resources(): PresentResource[] {
    const found = [...this.#objects.values()].map(
      ({ group, resource }) => [`${group}/${resource}`, { group, resource, asBorn: false }] as const,
    );
    return [...new Map(found).values()];
  }

  apply(set: readonly Operation[], limits: { objects: number; bytes: number }): Applied | Refusal {
    const refusal = set.map((operation) => this.#judge(operation)).find((judged) => judged !== undefined) ?? this.#overLimit(set, limits);
    return refusal ?? { revisions: set.map((operation) => this.#record(operation)) };
  }

  #judge(operation: Operation): Refusal | undefined {
    const current = this.get(keyOf(operation));
    if (operation.type === 'create') return current === undefined ? undefined : { refused: 'exists' };
    if (current === undefined) return { refused: 'notFound' };
    const uid = operation.type === 'delete' ? operation.uid : operation.object.uid;
    const unchanged = current.revision === operation.expectedRevision && current.uid === uid;
    return unchanged ? undefined : { refused: 'conflict', current: current.revision };
  }

  #overLimit(set: readonly Operation[], limits: { objects: number; bytes: number }): Refusal | undefined {
    const objects = set.reduce((sum, { type }) => sum + (type === 'create' ? 1 : type === 'delete' ? -1 : 0), 0);
    const bytes = set.reduce((sum, operation) => {
      const after = operation.type === 'delete' ? 0 : Buffer.byteLength(operation.object.body);
      return sum + after - Buffer.byteLength(this.get(keyOf(operation))?.body ?? '');
    }, 0);
    if (objects > 0 && this.objects + objects > limits.objects)
      return { refused: 'limit', limit: `a cluster holds at most ${limits.objects} objects` };
    if (bytes <= 0 || this.bytes + bytes <= limits.bytes) return undefined;
    return { refused: 'limit', limit: `the objects of a cluster hold at most ${limits.bytes} bytes` };
  }

  #record(operation: Operation): Revision {
    const key = keyText(keyOf(operation));
    const before = this.#objects.get(key);
    const previous = this.#revision;
    const revision = (this.#revision += 1);
    const object =
      operation.type === 'delete' ? lastState(before, operation.body, revision) : structuredClone({ ...operation.object, revision });
    this.bytes += (operation.type === 'delete' ? 0 : Buffer.byteLength(object.body)) - Buffer.byteLength(before?.body ?? '');
    if (operation.type === 'delete') this.#objects.delete(key);
    else this.#objects.set(key, object);
    this.#log.push({ revision, previous, type: operation.type, object, ...(before === undefined ? {} : { before }) });
    return revision;
  }

  /** Forgets changes up to a revision. */
  forget(upTo: Revision): void {
    this.#log = this.#log.filter(({ revision }) => revision > upTo);
  }

  changes(from: Revision, limit: number): ChangeBatch {
    const following = this.#since(from);
    const changes = following.slice(0, limit);
    return { changes: structuredClone(changes), revision: changes.at(-1)?.revision ?? from };
  }

  #since(from: Revision): Change[] {
    if (from > this.#revision) throw new FutureRevisionError(from, this.#revision);
    const following = this.#log.filter(({ revision }) => revision > from);
    if (from < this.#revision && following[0]?.previous !== from) throw new ExpiredError(`revision ${from} is no longer in the log`);
    return following;
  }

  scan({ group, resource, range, selection, limit, revision }: Scan): Scanned {
    const all = this.#range(group, resource, range, revision).filter((object) => fits(selection, object));
    return { objects: structuredClone(all.slice(0, limit)), head: this.#revision, more: all.length > limit };
  }

  countRange({ group, resource, range }: Pick<Scan, 'group' | 'resource' | 'range'>): { objects: number; bytes: number } {
    const all = this.#range(group, resource, range, undefined);
    return { objects: all.length, bytes: all.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0) };
  }

  #range(group: string, resource: string, { from, to }: KeyRange, at: Revision | undefined): StoredObject[] {
    return [...(at === undefined ? this.#objects : this.#stateAt(at)).values()]
      .filter((object) => object.group === group && object.resource === resource)
      .filter((object) => comparePositions(object, from) >= 0 && comparePositions(object, to) <= 0)
      .sort(comparePositions);
  }

  #stateAt(revision: Revision): Map<string, StoredObject> {
    const state = new Map(this.#objects);
    for (const { object, before } of this.#since(revision).toReversed()) {
      const key = keyText(object);
      if (before === undefined) state.delete(key);
      else state.set(key, before as StoredObject);
    }
    return state;
  }
}

function lastState(before: StoredObject | undefined, body: string | undefined, revision: Revision): StoredObject {
  if (before === undefined) throw new Error('a deletion was recorded of an object that is not there');
  return { ...before, revision, body: body ?? before.body };
}

function fits({ labels, present, absent, fields }: Selection, object: StoredObject): boolean {
  return (
    Object.entries(labels).every(([key, value]) => object.labels[key] === value) &&
    present.every((key) => Object.hasOwn(object.labels, key)) &&
    !absent.some((key) => Object.hasOwn(object.labels, key)) &&
    Object.entries(fields).every(([key, value]) => object.fields[key] === value)
  );
}
