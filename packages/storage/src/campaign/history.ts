import { keyText } from '../keys.ts';
import { comparePositions } from '../selection.ts';
import type { Change, ObjectKey, Operation, Page, Refusal, Revision, StoredObject } from '../storage.ts';

/**
 * Owns: what the actors of a campaign did and saw in one line of one cluster, and the judgement over it.
 * The log as a watcher saw it is replayed into a model; everything else has to agree with that.
 */
export interface WriteRecord {
  set: readonly Operation[];
  /** Undefined when the storage could not tell what became of it. */
  outcome: { revisions: Revision[] } | Refusal | undefined;
}

export class History {
  readonly writes: WriteRecord[] = [];
  readonly reads: StoredObject[] = [];
  readonly lists: { revision: Revision; objects: StoredObject[]; resource: { group: string; resource: string } }[] = [];
  readonly watches: Change[][] = [];

  /** @throws Error naming the first thing that is wrong. */
  judge(birth: Revision, head: Revision, final: Page['objects']): void {
    const [log, ...others] = this.watches;
    if (log === undefined) throw new Error('nobody watched');
    for (const watched of others) this.#sameLog(log, watched);
    const states = replay(log, birth, head);
    this.#acknowledged(log, birth);
    this.#phantoms(log);
    for (const { revision, objects, resource } of this.lists)
      sameObjects(`list at ${revision}`, objects, ofResource(stateAt(states, birth, revision), resource));
    for (const object of this.reads) this.#read(object, log[object.revision - birth - 1]);
    sameObjects('final state', final, [...(states.at(-1) ?? new Map<string, StoredObject>()).values()]);
  }

  #sameLog(log: readonly Change[], watched: readonly Change[]): void {
    if (watched.length !== log.length) fail('two watchers saw different numbers of changes', log.length, watched.length);
    for (const [index, change] of watched.entries()) {
      if (JSON.stringify(change) !== JSON.stringify(log[index])) fail('two watchers saw different changes', log[index], change);
    }
  }

  /** Every acknowledged operation is in the log, under the revision that was acknowledged and beside its set. */
  #acknowledged(log: readonly Change[], birth: Revision): void {
    const seen = new Set<Revision>();
    for (const { set, outcome } of this.writes) {
      if (outcome === undefined || 'refused' in outcome) continue;
      for (const [index, operation] of set.entries()) {
        const revision = outcome.revisions[index] ?? 0;
        const change = log[revision - birth - 1];
        if (seen.has(revision)) fail('two operations were given one revision', revision, operation);
        if (index > 0 && revision !== (outcome.revisions[index - 1] ?? 0) + 1) fail('a set is scattered', outcome.revisions, set);
        seen.add(revision);
        if (change === undefined || !isOf(change, operation)) fail('an acknowledged write is lost', operation, change);
      }
    }
  }

  /** Every change in the log was asked for by a write that was not refused. */
  #phantoms(log: readonly Change[]): void {
    const asked = new Set(
      this.writes.filter(({ outcome }) => outcome === undefined || !('refused' in outcome)).flatMap(({ set }) => set.map(bodyOf)),
    );
    for (const change of log) {
      if (!asked.delete(change.object.body)) fail('a change that nobody asked for, or that happened twice', change, undefined);
    }
  }

  #read(object: StoredObject, change: Change | undefined): void {
    if (
      change === undefined ||
      keyText(change.object) !== keyText(object) ||
      change.object.body !== object.body ||
      change.type === 'delete'
    ) {
      fail('a read that no change explains', object, change);
    }
  }
}

function replay(log: readonly Change[], birth: Revision, head: Revision): Map<string, StoredObject>[] {
  const states = [new Map<string, StoredObject>()];
  let revision = birth;
  for (const change of log) {
    if (change.previous !== revision || change.revision !== revision + 1) fail('a gap or a wrong order in the log', revision, change);
    revision = change.revision;
    const state = new Map(states.at(-1));
    const key = keyText(change.object);
    const before = state.get(key);
    if ((before === undefined) !== (change.type === 'create')) fail('a change that does not fit what was there', before, change);
    if (before?.revision !== change.before?.revision || before?.body !== change.before?.body) fail('a wrong "before"', before, change);
    if (change.type === 'delete') state.delete(key);
    else state.set(key, change.object);
    states.push(state);
  }
  if (revision !== head) fail('the log does not reach the head', head, revision);
  return states;
}

function stateAt(states: readonly Map<string, StoredObject>[], birth: Revision, revision: Revision): Map<string, StoredObject> {
  const state = states[revision - birth];
  return state ?? fail('a list of a revision that was never there', revision, states.length);
}

function ofResource(state: Map<string, StoredObject>, { group, resource }: { group: string; resource: string }): StoredObject[] {
  return [...state.values()].filter((object) => object.group === group && object.resource === resource);
}

function sameObjects(what: string, actual: readonly StoredObject[], expected: readonly StoredObject[]): void {
  const text = (objects: readonly StoredObject[]): string =>
    JSON.stringify(
      [...objects]
        .sort((a, b) => comparePositions(a, b) || (a.resource < b.resource ? -1 : 1))
        .map((object) => [keyText(object), object.revision, object.body, object.uid]),
    );
  if (text(actual) !== text(expected)) fail(`${what} differs from the log`, text(expected), text(actual));
}

const bodyOf = (operation: Operation): string => (operation.type === 'delete' ? (operation.body ?? '') : operation.object.body);
const keyOfOperation = (operation: Operation): ObjectKey => (operation.type === 'delete' ? operation.key : operation.object);

function isOf(change: Change, operation: Operation): boolean {
  return (
    change.type === operation.type &&
    keyText(change.object) === keyText(keyOfOperation(operation)) &&
    change.object.body === bodyOf(operation)
  );
}

function fail(what: string, expected: unknown, actual: unknown): never {
  throw new Error(`${what}\n  here: ${JSON.stringify(expected)}\n  there: ${JSON.stringify(actual)}`);
}
