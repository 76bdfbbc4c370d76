import { isDeepStrictEqual } from 'node:util';
import {
  apiVersionOf,
  conflict,
  invalid,
  invalidObject,
  isStatusError,
  type KubeObject,
  notFound,
  objectModified,
} from '@kajitori/apimachinery';
import { updateManagedFields } from '@kajitori/schema';
import { isRefusal, type Operation, type StoredObject } from '@kajitori/storage';
import { type Call, groupResourceOf } from '../call.ts';
import { resetFieldsOf } from '../patches/applied-configuration.ts';
import { checkUpdate, fillDefaults } from './check.ts';
import { createObject } from './create.ts';
import { readError, refusalError } from './errors.ts';
import type { Item } from './item.ts';
import { keepSystemFields, placeIn, specChanged } from './metadata.ts';
import type { Registry } from './registry.ts';
import { keyOf, toItem, toStored } from './stored.ts';

/** How often a change that named no version is computed again on what another writer left. */
const conflictRetriesMax = 10;

export interface UpdateOptions {
  /** Makes the wanted object from a copy of what lies there. Runs again after a conflict. */
  change(old: KubeObject): KubeObject | Promise<KubeObject>;
  /** PUT and apply may create; undefined where nothing can be made of nothing. */
  createFrom?: () => KubeObject;
  /** Subresources other than `status` that change only a part (scale, binding) hand in the rest unchanged. */
  part: 'main' | 'status' | 'finalize' | 'binding' | 'whole';
  /** For kinds whose updates must name the version that they were made from. */
  requireVersion: boolean;
  /** A server-side apply, which has settled the owners of fields itself. */
  applies?: boolean;
}

export interface Updated {
  item: Item;
  created: boolean;
}

/**
 * Read, change, check, write; again when another writer was faster and the client named no version.
 * @throws StatusError NotFound, Conflict, Invalid, and what admission refuses.
 */
export async function updateObject(registry: Registry, call: Call, options: UpdateOptions): Promise<Updated> {
  for (let attempt = 1; ; attempt += 1) {
    const stored = await call.storage.get(keyOf(call.kind, call.namespace, call.name)).catch((error: unknown) => {
      throw readError(error);
    });
    if (stored === undefined) return createInstead(registry, call, options);
    const written = await updateOnce(registry, call, options, stored);
    if (written.item !== undefined) return { item: written.item, created: false };
    if (!written.mayRetry || attempt === conflictRetriesMax) throw conflict(groupResourceOf(call.kind), call.name, objectModified);
  }
}

async function createInstead(registry: Registry, call: Call, { createFrom }: UpdateOptions): Promise<Updated> {
  if (createFrom === undefined) throw notFound(groupResourceOf(call.kind), call.name);
  try {
    return { item: await createObject(registry, call, createFrom()), created: true };
  } catch (error) {
    // Someone made it in between: what was a creation is now an update that lost the race.
    if (isStatusError(error, 'AlreadyExists')) throw conflict(groupResourceOf(call.kind), call.name, objectModified);
    throw error;
  }
}

async function updateOnce(
  registry: Registry,
  call: Call,
  options: UpdateOptions,
  stored: StoredObject,
): Promise<{ item: Item | undefined; mayRetry: boolean }> {
  const before = toItem(call.kind, stored);
  const wanted = await options.change(before.draft());
  const sent = wanted.metadata.resourceVersion ?? '';
  if (sent === '' && options.requireVersion) {
    throw invalidObject(call.kind, call.name, [invalid('metadata.resourceVersion', 0, 'must be specified for an update')]);
  }
  if (sent !== '' && sent !== '0' && sent !== String(stored.revision))
    throw conflict(groupResourceOf(call.kind), call.name, objectModified);
  const draft = await preparedUpdate(registry, call, options, wanted, before.object);
  if (endsDeletion(call, draft)) {
    const beside = await registry.companions.release(call, before.object);
    return { item: await finishDeletion(call, stored, { before, draft, beside }), mayRetry: false };
  }
  return registry.companions.inTurn(call, before.object, () => writeChanged(registry, call, stored, { before, draft }));
}

/** Undefined when another writer was faster, to the object or to what is written beside it. */
async function writeChanged(
  { companions }: Registry,
  call: Call,
  stored: StoredObject,
  { before, draft }: { before: Item; draft: KubeObject },
): Promise<{ item: Item | undefined; mayRetry: boolean }> {
  const beside = await companions.claim(call, draft, before.object, 1);
  const object = toStored(call.kind, draft);
  if (sameText(object.body, stored.body)) return { item: before, mayRetry: false };
  if (call.dryRun) return { item: toItem(call.kind, { ...object, revision: stored.revision }), mayRetry: false };
  const outcome = await call.storage
    .write([{ type: 'update', object, expectedRevision: stored.revision }, ...beside])
    .catch((error: unknown) => {
      throw readError(error);
    });
  if (!isRefusal(outcome)) return { item: toItem(call.kind, { ...object, revision: outcome.revisions[0] ?? 0 }), mayRetry: false };
  if (outcome.refused === 'exists') {
    const taken = await companions.taken(call, draft, beside);
    if (taken !== undefined) throw taken;
    return { item: undefined, mayRetry: true };
  }
  if (outcome.refused !== 'conflict') throw refusalError(outcome, call.kind, call.name);
  return { item: undefined, mayRetry: true };
}

/** Whether two bodies say the same, in whatever order: clients that speak protobuf send fields in the order of their numbers. */
function sameText(a: string, b: string): boolean {
  return a === b || (a.length === b.length && isDeepStrictEqual(JSON.parse(a), JSON.parse(b)));
}

async function preparedUpdate(
  registry: Registry,
  call: Call,
  options: UpdateOptions,
  wanted: KubeObject,
  old: KubeObject,
): Promise<KubeObject> {
  const { kind } = call;
  const asked = allowedDraft(call, options.part, wanted, old);
  const mutated = await registry.admission.mutate({ call, operation: 'UPDATE', object: asked, old });
  const draft = mutated ? allowedDraft(call, options.part, asked, old) : asked;
  fillDefaults(call, draft);
  if (kind.strategy.generation && (options.part === 'main' || options.part === 'whole') && specChanged(kind, draft, old)) {
    draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
  }
  checkUpdate(call, draft, { old, part: options.part });
  if (options.applies !== true) keepOwners(registry, call, draft, old);
  await registry.admission.validate({ call, operation: 'UPDATE', object: draft, old });
  return draft;
}

/**
 * Owners of fields are followed from an object's first server-side apply on: until then nobody asks, and every other write is
 * spared the work. See docs/adr/0200.
 */
function keepOwners(registry: Registry, call: Call, draft: KubeObject, old: KubeObject): void {
  if ((old.metadata.managedFields ?? []).length === 0) {
    delete draft.metadata.managedFields;
    return;
  }
  const managedFields = updateManagedFields({
    schema: call.kind.schema.schema,
    live: old,
    updated: draft,
    manager: call.fieldManager,
    apiVersion: apiVersionOf(call.kind),
    ...(call.subresource === '' ? {} : { subresource: call.subresource }),
    resetFields: resetFieldsOf(call),
    now: registry.clock.now(),
  });
  if (managedFields.length === 0) delete draft.metadata.managedFields;
  else draft.metadata.managedFields = managedFields;
}

/** The wanted object with its defaults, and with what this request may not change as it lies. */
function allowedDraft(call: Call, part: UpdateOptions['part'], wanted: KubeObject, old: KubeObject): KubeObject {
  const { kind } = call;
  placeIn(call, wanted.metadata);
  const draft = draftOf(call, part, wanted, old);
  if (draft['status'] === undefined) delete draft['status'];
  if (part === 'main' && kind.subresources?.['status'] !== undefined) keepStatus(draft, old);
  keepSystemFields(call, draft, old);
  fillDefaults(call, draft);
  if (part === 'main') kind.strategy.prepareForUpdate?.(draft, old);
  return draft;
}

/** What the request may set of what it sent: the rest stays as it lies. */
function draftOf({ kind, subresource }: Call, part: UpdateOptions['part'], wanted: KubeObject, old: KubeObject): KubeObject {
  const own = kind.subresources?.[subresource]?.part;
  if (own !== undefined) return own.take(wanted, structuredClone(old));
  if (part === 'status') {
    const metadata = kind.custom === undefined ? statusMetadata(wanted, old) : customStatusMetadata(wanted, old);
    return { ...structuredClone(old), metadata, status: wanted['status'] };
  }
  if (part !== 'finalize') return wanted;
  const { finalizers } = (wanted['spec'] ?? {}) as { finalizers?: string[] };
  return { ...structuredClone(old), metadata: { ...old.metadata }, spec: { ...(old['spec'] as object), finalizers: finalizers ?? [] } };
}

/** A status update may also touch labels, annotations, owners and finalizers, but nothing else of the metadata. */
function statusMetadata(wanted: KubeObject, old: KubeObject): KubeObject['metadata'] {
  const { labels, annotations, finalizers, ownerReferences, managedFields, uid } = wanted.metadata;
  const kept = { ...old.metadata };
  if (uid !== undefined) kept.uid = uid;
  return Object.assign(
    kept,
    Object.fromEntries(
      Object.entries({ labels, annotations, finalizers, ownerReferences, managedFields }).filter(([, value]) => value !== undefined),
    ),
  );
}

/** The status of a custom resource is written alone: of the metadata, only the owners of fields change. */
function customStatusMetadata({ metadata: { managedFields, uid } }: KubeObject, old: KubeObject): KubeObject['metadata'] {
  return { ...old.metadata, ...(uid === undefined ? {} : { uid }), ...(managedFields === undefined ? {} : { managedFields }) };
}

function keepStatus(draft: KubeObject, old: KubeObject): void {
  if (old['status'] === undefined) delete draft['status'];
  else draft['status'] = structuredClone(old['status']);
}

/** The last finalizer went, and no grace is left to wait for. */
function endsDeletion({ kind }: Call, draft: KubeObject): boolean {
  const { metadata } = draft;
  if (kind.strategy.holdsDeletion?.(draft) === true) return false;
  return (
    metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0 && (metadata.deletionGracePeriodSeconds ?? 0) === 0
  );
}

async function finishDeletion(
  call: Call,
  stored: StoredObject,
  { before, draft, beside }: { before: Item; draft: KubeObject; beside: readonly Operation[] },
): Promise<Item> {
  const last = toStored(call.kind, draft);
  if (call.dryRun) return toItem(call.kind, { ...last, revision: stored.revision });
  const outcome = await call.storage.write([
    { type: 'delete', key: stored, uid: stored.uid, expectedRevision: stored.revision, body: last.body },
    ...beside,
  ]);
  if (!isRefusal(outcome)) return toItem(call.kind, { ...last, revision: outcome.revisions[0] ?? 0 });
  if (outcome.refused === 'conflict') throw conflict(groupResourceOf(call.kind), call.name, objectModified);
  if (outcome.refused === 'notFound') return before;
  throw refusalError(outcome, call.kind, call.name);
}
