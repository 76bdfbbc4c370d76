import type { ClusterId, FieldSelector, LabelSelector } from '@kajitori/apimachinery';

/**
 * The only way to a cluster's objects. Drivers: postgres/ (the truth), memory/ (tests and simulation); both pass conformance/.
 * A driver knows nothing of JSON or of kinds: bodies are text, labels and fields come beside them.
 *
 * Invariants that every driver holds, and conformance proves:
 * - revisions of a cluster are dense enough to detect a gap: each change names the revision before it in the same line;
 * - a change is visible to readers and watchers only after all changes with lower revisions of its line;
 * - a write that was acknowledged survives the death of any process; one that was refused changed nothing.
 */
export interface Storage extends AsyncDisposable {
  /** Binds every later call to one cluster. Costs nothing and checks nothing. */
  cluster(id: ClusterId): ClusterStorage;
}

/** A cluster's counter after a write; what clients see as resourceVersion. A safe integer, at least 1. */
export type Revision = number;

export interface ObjectKey {
  /** API group, empty for core. */
  group: string;
  /** Plural resource name. */
  resource: string;
  /** Empty for what is not namespaced. */
  namespace: string;
  name: string;
}

/** What a body was encoded as: when both equal the current ones, the text can be served as it lies. */
export interface Stamp {
  /** API version of the text, e.g. `v1`. */
  version: string;
  /** Hash of the schema that defaulted it; empty when unknown. */
  schemaHash: string;
}

export interface StoredObject extends ObjectKey {
  uid: string;
  /** Revision of the last change. It is not inside `body`. */
  revision: Revision;
  body: string;
  labels: Readonly<Record<string, string>>;
  /** Values of selectable fields. */
  fields: Readonly<Record<string, string>>;
  stamp: Stamp;
}

/** What a writer says of an object. `uid` is chosen by the writer and never changes. */
export type NewObject = Omit<StoredObject, 'revision'>;

export type Operation =
  /** Fails with `exists` when the key is taken. */
  | { type: 'create'; object: NewObject }
  /** Fails with `notFound`, or with `conflict` when the revision is another. */
  | { type: 'update'; object: NewObject; expectedRevision: Revision }
  /** Fails like update. `body` replaces the last body in the change that watchers see, when given. */
  | { type: 'delete'; key: ObjectKey; uid: string; expectedRevision: Revision; body?: string };

export type Refusal =
  | { refused: 'exists' }
  | { refused: 'notFound' }
  | { refused: 'conflict'; current: Revision }
  /** The cluster is gone or being deleted. */
  | { refused: 'clusterGone' }
  /** The writer's fence has been taken by another with a higher epoch. */
  | { refused: 'fenced' }
  /** A limit of the cluster: `limit` names it in words for the user. */
  | { refused: 'limit'; limit: string };

export interface Applied {
  /** Revision of each operation of the set, in order. */
  revisions: Revision[];
}

/** Proof of a lease: the write is refused once a higher epoch holds the name. */
export interface Fence {
  name: string;
  epoch: number;
}

export interface WriteOptions {
  fence?: Fence;
}

export interface ListOptions {
  group: string;
  resource: string;
  /** Absent: all namespaces. */
  namespace?: string;
  /** Exactly this name. */
  name?: string;
  labels?: LabelSelector;
  fields?: FieldSelector;
  /** At most this many objects; absent: all. */
  limit?: number;
  /** The page ends (`full`) once its bodies have about this many bytes: never before one object, and before `limit` where both are given. */
  bytesMax?: number;
  /** What an object weighs about, where the caller knows: beside `bytesMax`, no more are looked at than are needed. */
  objectBytes?: number;
  /** Where the page before ended: only keys after it. */
  after?: { namespace: string; name: string };
  /** The state right after this revision; absent: the newest. Pages of one list pass what the first page answered. */
  revision?: Revision;
}

export interface Page {
  objects: StoredObject[];
  /** Of the state that the page shows. */
  revision: Revision;
  /** Where the next page starts; absent on the last. */
  next?: { namespace: string; name: string };
  /** `bytesMax` ended it. */
  full?: true;
  /** How many follow; only given when no selector was and `bytesMax` did not end the page. */
  remaining?: number;
}

export interface Change {
  revision: Revision;
  /** The revision before this one in the same line. */
  previous: Revision;
  type: 'create' | 'update' | 'delete';
  /** The object after the change; for a delete, as it was last (its revision is the deletion's). */
  object: StoredObject;
  /** Absent for a create. Without it a selector's leavers could not be told. */
  before?: Pick<StoredObject, 'body' | 'labels' | 'fields' | 'revision'>;
}

/** A read-only view; what most code should take. All but `get` throw ClusterGoneError where there is no such cluster. */
export interface Reader {
  get(key: ObjectKey): Promise<StoredObject | undefined>;
  /** @throws ExpiredError when `revision` is older than the log. @throws FutureRevisionError when it has not happened. */
  list(options: ListOptions): Promise<Page>;
  /** Objects and bytes of a resource, or of the whole cluster. */
  count(resource?: { group: string; resource: string }): Promise<{ objects: number; bytes: number }>;
  /**
   * The durable objects of a resource with the revision of each one's last write, without bodies, in no order: whoever keeps
   * something made from them learns by it what to read again.
   */
  revisions(resource: { group: string; resource: string }): Promise<ObjectRevision[]>;
  /** Of which resources the cluster has durable objects at all: whoever keeps a copy of many need not list those it has none of. */
  resources(): Promise<PresentResources>;
  /** The newest revision of the durable line, or of the volatile one. */
  revision(line?: Line): Promise<Revision>;
  /** When and how the cluster came to be. It never changes. */
  birth(): Promise<Birth>;
}

export interface PresentResources {
  /** Of the state that the answer describes. */
  revision: Revision;
  /** In no order. */
  resources: PresentResource[];
}

export interface PresentResource {
  group: string;
  resource: string;
  /** Its objects are those that every cluster is born with, and none of them has changed. */
  asBorn: boolean;
}

export interface ObjectRevision {
  namespace: string;
  name: string;
  revision: Revision;
}

export interface Birth {
  at: Date;
  /** The revision of an empty cluster: what it was born with has this one. */
  revision: Revision;
  /** Which release of the overlay it was born with. */
  overlayVersion: number;
}

/** Events and node heartbeats live apart, unlogged, with revisions of their own. */
export type Line = 'durable' | 'volatile';

export interface Writer {
  /**
   * Applies a set of operations atomically: all or none. Sets that come together are grouped into one commit.
   * Resolves only after the commit. Refusals are answers, not exceptions; all operations of a set touch one line.
   * @throws StorageUnavailableError when it cannot be known whether it happened after the driver's own retries.
   */
  write(set: readonly Operation[], options?: WriteOptions): Promise<Applied | Refusal>;
}

export interface Watcher {
  /**
   * Every change of the line after `from`, in order, in batches as they come. Ends when the signal does.
   * @throws ExpiredError when the log no longer reaches back to `from`; FutureRevisionError when `from` has not happened.
   */
  watch(options: { from: Revision; line?: Line; signal: AbortSignal }): AsyncIterable<ChangeBatch>;
}

export interface ChangeBatch {
  changes: Change[];
  /** All changes up to here have been given: what a bookmark may say. */
  revision: Revision;
}

export interface ClusterStorage extends Reader, Writer, Watcher {
  readonly id: ClusterId;
}

/** Which line a key belongs to. */
export function lineOf({ group, resource, namespace }: Pick<ObjectKey, 'group' | 'resource' | 'namespace'>): Line {
  if (resource === 'events' && (group === '' || group === 'events.k8s.io')) return 'volatile';
  return group === 'coordination.k8s.io' && resource === 'leases' && namespace === 'kube-node-lease' ? 'volatile' : 'durable';
}

export function isRefusal(outcome: Applied | Refusal): outcome is Refusal {
  return 'refused' in outcome;
}

/** The log no longer holds what was asked for. */
export class ExpiredError extends Error {
  override readonly name = 'ExpiredError';
}

/** A revision that this cluster has not reached: after a restore, or a made-up one. */
export class FutureRevisionError extends Error {
  override readonly name = 'FutureRevisionError';
  readonly current: Revision;
  constructor(asked: Revision, current: Revision) {
    super(`revision ${asked} is ahead of the cluster's ${current}`);
    this.current = current;
  }
}

/** There is no such cluster, or it is being deleted. */
export class ClusterGoneError extends Error {
  override readonly name = 'ClusterGoneError';
  constructor(cluster: string) {
    super(`cluster ${cluster} does not exist or is being deleted`);
  }
}

/** The database did not answer; the outcome of a write may be unknown. */
export class StorageUnavailableError extends Error {
  override readonly name = 'StorageUnavailableError';
}
