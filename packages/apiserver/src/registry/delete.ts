import { badRequest, conflict, formatTime, isStatusError, type KubeObject, notFound, objectModified } from '@kajitori/apimachinery';
import type { DeleteQuery } from '@kajitori/client';
import { isRefusal, type Operation, type StoredObject } from '@kajitori/storage';
import { type Call, groupResourceOf } from '../call.ts';
import { readError, refusalError } from './errors.ts';
import type { Item } from './item.ts';
import { type PartPosition, readPart } from './read.ts';
import type { ListParameters } from './list-query.ts';
import type { Registry } from './registry.ts';
import { keyOf, toItem, toStored } from './stored.ts';

const conflictRetriesMax = 10;
/** How many objects of a collection are deleted side by side; they share commits. */
const collectionWidth = 64;
/** About how much of a collection is read at once. */
const partBytes = 1024 * 1024;
/** The answer tells of what was deleted while that is no more than this. */
const toldBytesMax = 8 * 1024 * 1024;

export interface DeleteOptions extends DeleteQuery {
  /** The old form of `propagationPolicy: Orphan`. */
  orphanDependents?: boolean;
}

export interface Deleted {
  item: Item;
  /** False while a grace period or a finalizer holds the object. */
  gone: boolean;
}

/** What is written with a deletion that is more than one: an eviction. Asked again, on what lies there then, when another writer was faster. */
export interface DeletionCompanion {
  claim(object: KubeObject): Promise<Operation[]>;
  /** Says on the object why it goes. */
  mark(draft: KubeObject): void;
}

/**
 * Deletes the object, or marks it as being deleted when a grace period or finalizers hold it.
 * @throws StatusError NotFound, Conflict (preconditions), and what admission refuses.
 */
export async function deleteObject(
  registry: Registry,
  call: Call,
  options: DeleteOptions,
  { companion, found }: { companion?: DeletionCompanion; found?: StoredObject } = {},
): Promise<Deleted> {
  if (options.orphanDependents !== undefined && options.propagationPolicy !== undefined) {
    throw badRequest('DeleteOptions: orphanDependents and propagationPolicy may not be both set');
  }
  let admitted = false;
  for (let attempt = 1; ; attempt += 1) {
    // What was found may be older than what lies there now: its deletion is refused then, and tried on the newest.
    const stored = attempt === 1 && found !== undefined ? found : await storedOne(call);
    checkPreconditions(call, stored, options);
    const before = toItem(call.kind, stored);
    if (!admitted) {
      const deletion = { call, operation: 'DELETE', old: before.object, deleteOptions: options } as const;
      await registry.admission.mutate(deletion);
      await registry.admission.validate(deletion);
      admitted = true;
    }
    const beside = (await companion?.claim(before.object)) ?? [];
    const deleted = await deleteOnce(registry, call, { options, companion, beside }, { stored, before });
    if (deleted !== undefined) return deleted;
    if (attempt === conflictRetriesMax) throw conflict(groupResourceOf(call.kind), call.name, objectModified);
  }
}

/** @throws StatusError NotFound. */
async function storedOne(call: Call): Promise<StoredObject> {
  const stored = await call.storage.get(keyOf(call.kind, call.namespace, call.name)).catch((error: unknown) => {
    throw readError(error);
  });
  if (stored === undefined) throw notFound(groupResourceOf(call.kind), call.name);
  return stored;
}

function checkPreconditions(call: Call, stored: StoredObject, { preconditions }: DeleteOptions): void {
  const refuse = (what: string, asked: string, found: string): never => {
    throw conflict(
      groupResourceOf(call.kind),
      call.name,
      `Precondition failed: ${what} in precondition: ${asked}, ${what} in object meta: ${found}`,
    );
  };
  const { uid, resourceVersion } = preconditions ?? {};
  if (uid !== undefined && uid !== stored.uid) refuse('UID', uid, stored.uid);
  if (resourceVersion !== undefined && resourceVersion !== String(stored.revision)) {
    refuse('ResourceVersion', resourceVersion, String(stored.revision));
  }
}

/** Undefined when another writer was faster. */
async function deleteOnce(
  registry: Registry,
  call: Call,
  { options, companion, beside }: { options: DeleteOptions; companion: DeletionCompanion | undefined; beside: readonly Operation[] },
  { stored, before }: { stored: StoredObject; before: Item },
): Promise<Deleted | undefined> {
  const draft = before.draft();
  companion?.mark(draft);
  const graceSeconds = graceOf(call, draft, options);
  const already = draft.metadata.deletionTimestamp !== undefined;
  const finalizers = finalizersFor(call, draft, options);
  const held = call.kind.strategy.holdsDeletion?.(draft) === true;
  const gone = finalizers.length === 0 && graceSeconds === 0 && !held;
  if (!gone && !markDeleting(draft, finalizers, graceSeconds, registry.clock.now(), call)) return { item: before, gone: false };
  const last = toStored(call.kind, draft);
  if (call.dryRun) return { item: toItem(call.kind, { ...last, revision: stored.revision }), gone };
  if (already && !gone && last.body === stored.body) return { item: before, gone: false };
  const outcome = await call.storage
    .write(
      gone
        ? [
            { type: 'delete', key: stored, uid: stored.uid, expectedRevision: stored.revision },
            ...(await registry.companions.release(call, before.object)),
            ...beside,
          ]
        : [{ type: 'update', object: last, expectedRevision: stored.revision }, ...beside],
    )
    .catch((error: unknown) => {
      throw readError(error);
    });
  if (!isRefusal(outcome)) return { item: toItem(call.kind, { ...last, revision: outcome.revisions[0] ?? 0 }), gone };
  if (outcome.refused === 'conflict') return undefined;
  // A budget that vanished meanwhile binds nobody.
  if (outcome.refused === 'notFound' && beside.length > 0) return undefined;
  throw refusalError(outcome, call.kind, call.name);
}

function graceOf({ kind }: Call, object: KubeObject, { gracePeriodSeconds }: DeleteOptions): number {
  if (gracePeriodSeconds !== undefined && gracePeriodSeconds < 0) return 1;
  return kind.strategy.deletionGraceSeconds?.(object, gracePeriodSeconds) ?? 0;
}

/** Finalizers after this request's propagation policy: `orphan` and `foregroundDeletion` are taken away or added. */
function finalizersFor({ kind }: Call, { metadata }: KubeObject, options: DeleteOptions): string[] {
  const added = metadata.deletionTimestamp === undefined ? (kind.strategy.deletionFinalizers ?? []) : [];
  const held = [...new Set([...(metadata.finalizers ?? []), ...added])];
  const policy =
    options.propagationPolicy ?? (options.orphanDependents === true ? 'Orphan' : undefined) ?? kind.strategy.defaultPropagation;
  if (policy === undefined && options.orphanDependents === undefined) return held;
  const others = held.filter((one) => one !== 'orphan' && one !== 'foregroundDeletion');
  if (policy === 'Orphan') return [...others, 'orphan'];
  return policy === 'Foreground' ? [...others, 'foregroundDeletion'] : others;
}

/** Starts the deletion, or shortens the grace of one that runs. False when there is nothing to change. */
function markDeleting(draft: KubeObject, finalizers: string[], graceSeconds: number, now: Date, { kind }: Call): boolean {
  const { metadata } = draft;
  const sameFinalizers = JSON.stringify(metadata.finalizers ?? []) === JSON.stringify(finalizers);
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  const running = metadata.deletionTimestamp !== undefined;
  if (running && graceSeconds >= (metadata.deletionGracePeriodSeconds ?? 0)) return !sameFinalizers;
  metadata.deletionTimestamp = formatTime(new Date(now.getTime() + graceSeconds * 1000));
  metadata.deletionGracePeriodSeconds = graceSeconds;
  if (!running) {
    if (kind.strategy.generation && metadata.generation !== undefined) metadata.generation += 1;
    kind.strategy.beginDeletion?.(draft);
  }
  return true;
}

/** What a deletion of a collection has deleted. */
export interface DeletedCollection {
  items: Item[];
  /** False where they were too many to be told. */
  isAll: boolean;
}

/** Deletes all that the selectors choose; what vanishes meanwhile is not an error. */
export async function deleteCollection(
  registry: Registry,
  call: Call,
  query: ListParameters,
  options: DeleteOptions,
): Promise<DeletedCollection> {
  const items: Item[] = [];
  let toldBytes = 0;
  const deleteRow = async (row: StoredObject): Promise<void> => {
    const { namespace, name } = row;
    try {
      const { item } = await deleteObject(registry, { ...call, namespace, name }, options, { found: row });
      toldBytes += item.body.length;
      if (toldBytes <= toldBytesMax) items.push(item);
    } catch (error) {
      if (!isStatusError(error, 'NotFound')) throw error;
    }
  };
  for (let from: PartPosition | undefined; ;) {
    const { rows, next } = await readPart(call, query, { from, bytesMax: partBytes });
    const left = rows.values();
    const lane = async (): Promise<void> => {
      for (const row of left) await deleteRow(row);
    };
    await Promise.all(Array.from({ length: Math.min(collectionWidth, rows.length) }, lane));
    if (next === undefined) return { items, isAll: toldBytes <= toldBytesMax };
    from = next;
  }
}
