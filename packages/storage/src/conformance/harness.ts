import { type ClusterId, newClusterId, newUid } from '@kajitori/apimachinery';
import type { NewCluster } from '../clusters.ts';
import type { StorageEngine } from '../engine.ts';
import type { Applied, Change, ClusterStorage, Line, NewObject, Operation, Refusal, Revision } from '../storage.ts';

/** What a driver brings to be tested. */
export interface Subject extends AsyncDisposable {
  engine: StorageEngine;
  /** Lets go of all history that no consumer waits for. */
  forgetHistory(): Promise<void>;
  /** What a body counts, where that is not its own length. */
  bytesOf?(body: string): number;
}

export type OpenSubject = () => Promise<Subject>;

export async function newCluster(engine: StorageEngine, options?: NewCluster): Promise<ClusterStorage> {
  const id: ClusterId = newClusterId();
  if (!(await engine.clusters.create(id, options))) throw new Error(`cluster ${id} exists already`);
  return engine.cluster(id);
}

export const widgets = { group: 'example.com', resource: 'widgets' };

export function widget(name: string, changed: Partial<NewObject> = {}): NewObject {
  const stamp = { version: 'v1', schemaHash: 'h1' };
  return { ...widgets, namespace: 'default', name, uid: newUid(), body: `{"name":"${name}"}`, labels: {}, fields: {}, stamp, ...changed };
}

export const create = (object: NewObject): Operation => ({ type: 'create', object });
export const update = (object: NewObject, expectedRevision: Revision): Operation => ({ type: 'update', object, expectedRevision });
export function remove({ uid, ...object }: NewObject, expectedRevision: Revision, body?: string): Operation {
  const { group, resource, namespace, name } = object;
  return { type: 'delete', key: { group, resource, namespace, name }, uid, expectedRevision, ...(body === undefined ? {} : { body }) };
}

/** The revision of a single operation that must be accepted. */
export async function written(storage: ClusterStorage, operation: Operation): Promise<Revision> {
  return revisionsOf(await storage.write([operation]))[0] as Revision;
}

export function revisionsOf(outcome: Applied | Refusal): Revision[] {
  if ('refused' in outcome) throw new Error(`refused: ${JSON.stringify(outcome)}`);
  return outcome.revisions;
}

const watchMilliseconds = 10_000;

/** The first changes after a revision, as many as asked. @throws Error when they do not come in time. */
export async function changesAfter(storage: ClusterStorage, from: Revision, count: number, line: Line = 'durable'): Promise<Change[]> {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), watchMilliseconds);
  const changes: Change[] = [];
  try {
    for await (const batch of storage.watch({ from, line, signal: stop.signal })) {
      changes.push(...batch.changes);
      if (changes.length >= count) return changes.slice(0, count);
    }
    throw new Error(`${changes.length} of ${count} changes after revision ${from} came within ${watchMilliseconds} ms`);
  } finally {
    clearTimeout(late);
    stop.abort();
  }
}
