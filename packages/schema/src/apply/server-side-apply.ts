import { formatTime, type KubeObject, type ManagedFieldsEntry, type StatusError } from '@kajitori/apimachinery';
import { equalJson } from '../patch/copy.ts';
import type { Schema } from '../schema.ts';
import { isRecord } from '../walk/compiled.ts';
import { checkDepth } from '../walk/depth.ts';
import { compareFields } from './compare.ts';
import { type Conflict, conflictError } from './conflicts.ts';
import { FieldSet } from './field-set.ts';
import { capped, decodeManagers, encodeManagers, isSameManager, type Manager, type ManagerIdentity, relieved } from './managers.ts';
import { mergeApplied, withoutFields } from './merge.ts';
import { ownedFields, reconciled, withNamedFields } from './owned-fields.ts';

/**
 * Server-side apply and the bookkeeping of field owners (KEP-555). Pure: live object and intent in, object and owners out.
 * Nothing here decodes, defaults or validates: callers do that with what comes out, as with any other write.
 *
 * Entries of other API versions of the kind are read as if they were of this one; versions differ in few paths, and those
 * of a path that does not exist own nothing.
 */

interface Change {
  schema: Schema;
  /** Undefined when the object is being created. */
  live: Readonly<Record<string, unknown>> | undefined;
  /** The field manager's name. */
  manager: string;
  apiVersion: string;
  /** `status`, `scale`; absent for the object itself. */
  subresource?: string;
  /** Fields that this endpoint resets, so that nobody comes to own them by it: `FieldSet.paths(['status'])`. */
  resetFields?: FieldSet;
  now: Date;
}

export interface ApplyOptions extends Change {
  /** What the client sent, in its own words: a field that it names is one that it owns. */
  applied: Readonly<Record<string, unknown>>;
  /** Takes fields from their owners. */
  force: boolean;
}

/** Either the new object, or the conflicts that forbid it. */
export type Applied = Accepted | Refused;

export interface Accepted {
  /** The object with its new managedFields. Shares nothing with the live one. */
  object: Record<string, unknown>;
  /** False when the apply changes neither a field nor an owner. */
  changed: boolean;
  conflicts: [];
  error: undefined;
}

export interface Refused {
  conflicts: Conflict[];
  /** The 409 to answer. */
  error: StatusError;
}

/** Whoever applies over an object that nobody manages yet meets its fields under this name. */
const beforeFirstApply = 'before-first-apply';
const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';
/** By whose applies that annotation is kept. */
const lastAppliedManager = 'kubectl';
/** Bytes of all annotations of an object; beyond, this one is done without. */
const annotationBytesMax = 256 * 1024;

/** Identity and bookkeeping that the server writes; nobody owns it. */
const unowned = FieldSet.paths(
  ['apiVersion'],
  ['kind'],
  ['metadata'],
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'generation', 'managedFields', 'resourceVersion'].map((key) => [
    'metadata',
    key,
  ]),
);

/**
 * Merges an applied configuration into the live object: sets what it names, removes what this manager applied before and
 * no longer names (unless another owns it too), and refuses to change what others own unless forced.
 * @throws StatusError BadRequest when the configuration cannot be merged: a list item without its keys, or one twice.
 */
export function applyServerSide(options: ApplyOptions): Applied {
  checkDepth(options.applied, 'the applied configuration');
  const live = withoutManagedFields(options.live ?? {});
  let managers = managersToday(options.schema, decodeManagers(managedFieldsOf(options.live)));
  if (managers.length === 0 && options.live !== undefined) managers = adopted(options, live);
  const result = merged(options, live, managers);
  // kubectl's own configuration, applied client-side until now, is no stranger to kubectl.
  if (result.error !== undefined && options.manager === lastAppliedManager && isForeseen(options.schema, live, result.conflicts)) {
    return merged({ ...options, force: true }, live, managers);
  }
  return result;
}

/** An object from before anyone's apply: its fields get an owner, so that a first apply does not take them unseen. */
function adopted(options: ApplyOptions, live: Record<string, unknown>): Manager[] {
  const { added } = compareFields(options.schema, {}, live);
  const fields = added.difference(unowned);
  return [
    {
      manager: beforeFirstApply,
      operation: 'Update',
      apiVersion: options.apiVersion,
      subresource: '',
      time: formatTime(options.now),
      fields,
    },
  ];
}

function merged(options: ApplyOptions, live: Record<string, unknown>, managers: readonly Manager[]): Applied {
  const { schema, force, now, resetFields = FieldSet.empty } = options;
  const applied = withoutManagedFields(options.applied);
  const self: ManagerIdentity = {
    manager: options.manager,
    operation: 'Apply',
    apiVersion: options.apiVersion,
    subresource: options.subresource ?? '',
  };
  const before = managers.find((one) => isSameManager(one, self));
  const others = managers.filter((one) => one !== before);
  const owned = ownedFields(schema, applied).differenceBelow(resetFields);
  const everyone = others.reduce((union, { fields }) => union.union(fields), owned);
  const object = pruned(schema, mergeApplied(schema, live, applied) as Record<string, unknown>, before?.fields ?? FieldSet.empty, everyone);
  const { added, modified, removed } = compareFields(schema, live, object);
  const changed = added.union(modified).differenceBelow(resetFields);
  const conflicts = others.flatMap((manager): Conflict[] => {
    const fields = manager.fields.intersection(changed);
    return fields.isEmpty ? [] : [{ manager, fields }];
  });
  if (conflicts.length > 0 && !force) return { conflicts, error: conflictError(conflicts) };
  const gone = changed.union(removed.differenceBelow(resetFields));
  const rest = others.map((one) => relieved(one, gone));
  const fields = owned.difference(unowned);
  if (options.manager === lastAppliedManager) noteLastApplied(object, applied);
  const isNoOp = before?.fields.equals(fields) === true && before.apiVersion === self.apiVersion && gone.isEmpty && equalJson(live, object);
  const managedFields = encodeManagers([...rest, { ...self, time: isNoOp ? before.time : formatTime(now), fields }]);
  setManagedFields(object, managedFields);
  return { object, changed: !isNoOp, conflicts: [], error: undefined };
}

/** Takes away what this manager applied before and names no longer, as far as nobody else owns it. */
function pruned(schema: Schema, merge: Record<string, unknown>, last: FieldSet, everyone: FieldSet): Record<string, unknown> {
  // All that it applied before is still someone's: the usual apply of a file that lost no line.
  if (last.difference(everyone).isEmpty) return merge;
  const lastNamed = withNamedFields(last, schema);
  const mergeNamed = withNamedFields(ownedFields(schema, merge), schema);
  const bare = withoutFields(schema, merge, lastNamed) ?? {};
  const bareNamed = withNamedFields(ownedFields(schema, bare), schema);
  // What the removal took along though someone owns it comes back …
  const withOwned = withoutFields(schema, merge, mergeNamed.difference(bareNamed.union(withNamedFields(everyone, schema)))) ?? {};
  const withOwnedNamed = withNamedFields(ownedFields(schema, withOwned), schema);
  // … and so does what nobody owns but this manager never applied.
  return (withoutFields(schema, merge, mergeNamed.difference(withOwnedNamed).intersection(lastNamed)) ?? {}) as Record<string, unknown>;
}

/**
 * Brings the annotation of client-side applies up to date where an object has one, so that whoever goes back to them compares with what
 * was applied last. Nobody comes to own it by that.
 */
function noteLastApplied(object: Record<string, unknown>, applied: Record<string, unknown>): void {
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  const annotations = isRecord(metadata.annotations) ? metadata.annotations : {};
  if (!Object.hasOwn(annotations, lastAppliedAnnotation)) return;
  const { [lastAppliedAnnotation]: _, ...others } = annotations;
  const said = isRecord(applied.metadata) ? applied.metadata : {};
  const { [lastAppliedAnnotation]: _own, ...saidAnnotations } = isRecord(said.annotations) ? said.annotations : {};
  const text = `${JSON.stringify(sorted({ ...applied, metadata: { ...said, annotations: saidAnnotations } }))}\n`;
  const bytes = Object.entries({ ...others, [lastAppliedAnnotation]: text }).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(typeof value === 'string' ? value : ''),
    0,
  );
  metadata.annotations = bytes > annotationBytesMax ? others : { ...others, [lastAppliedAnnotation]: text };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

/** Whether all conflicts are about fields that kubectl's annotation says it applied itself. */
function isForeseen(schema: Schema, live: Record<string, unknown>, conflicts: readonly Conflict[]): boolean {
  const annotations = isRecord(live.metadata) ? live.metadata.annotations : undefined;
  const text = isRecord(annotations) ? annotations[lastAppliedAnnotation] : undefined;
  if (typeof text !== 'string') return false;
  let last: unknown;
  try {
    last = JSON.parse(text);
  } catch {
    // An annotation that someone else wrote says nothing about what kubectl applied.
    return false;
  }
  const foreseen = isRecord(last)
    ? ownedFields(schema, last).union(FieldSet.paths(['metadata', 'annotations', lastAppliedAnnotation]))
    : FieldSet.empty;
  return conflicts.every(({ fields }) => fields.difference(foreseen).isEmpty);
}

export interface UpdateOptions extends Change {
  /** The object as it will be stored, and with the managedFields that the client sent. */
  updated: Readonly<Record<string, unknown>>;
}

/**
 * The managedFields after an ordinary write (create, update, patch): the writer comes to own what it added or changed,
 * and nobody owns what is gone. Entries that the client sends are taken over; `[{}]` resets them.
 */
export function updateManagedFields(options: UpdateOptions): ManagedFieldsEntry[] {
  const { schema, now, resetFields = FieldSet.empty } = options;
  const managers = managersToday(schema, currentManagers(options));
  // Nobody follows an object that existed before there were owners, until someone applies.
  if (managers.length === 0 && options.live !== undefined && !isReset(managedFieldsOf(options.updated))) return [];
  const live = withoutManagedFields(options.live ?? {});
  const { added, modified, removed } = compareFields(schema, live, withoutManagedFields(options.updated));
  const changed = added.union(modified).differenceBelow(resetFields);
  const gone = changed.union(removed.differenceBelow(resetFields));
  const self: ManagerIdentity = {
    manager: options.manager,
    operation: 'Update',
    apiVersion: options.apiVersion,
    subresource: options.subresource ?? '',
  };
  const fields = changed.difference(unowned);
  const before = managers.find((one) => isSameManager(one, self));
  const rest = managers.filter((one) => one !== before).map((one) => relieved(one, gone));
  const kept = before?.fields.difference(removed) ?? FieldSet.empty;
  const time = fields.isEmpty ? before?.time : formatTime(now);
  return encodeManagers(capped([...rest, { ...self, time, fields: kept.union(fields) }]));
}

function currentManagers({ live, updated, subresource }: UpdateOptions): Manager[] {
  const sent = managedFieldsOf(updated);
  const stored = decodeManagers(managedFieldsOf(live));
  if (subresource !== undefined && subresource !== '') return stored;
  if (isReset(sent)) return [];
  const managers = sent === undefined ? [] : decodedOrNothing(sent);
  // Clients that do not know managedFields leave them away, and mean nothing by it.
  return managers.length === 0 ? stored : managers;
}

function managersToday(schema: Schema, managers: Manager[]): Manager[] {
  if (schema.typeName !== undefined) return managers;
  const today = (one: Manager): Manager => ({ ...one, fields: reconciled(one.fields, schema) });
  return managers.map(today);
}

/** Entries that cannot be read are as good as none; Kubernetes does not refuse a write for them. */
function decodedOrNothing(entries: readonly ManagedFieldsEntry[]): Manager[] {
  try {
    return decodeManagers(entries);
  } catch {
    return [];
  }
}

function isReset(entries: readonly ManagedFieldsEntry[] | undefined): boolean {
  return entries?.length === 1 && Object.keys(entries[0] ?? {}).length === 0;
}

function managedFieldsOf(object: Readonly<Record<string, unknown>> | undefined): ManagedFieldsEntry[] | undefined {
  const metadata = object?.metadata as KubeObject['metadata'] | undefined;
  return Array.isArray(metadata?.managedFields) ? metadata.managedFields : undefined;
}

/** A copy, as deep as it needs to be. */
function withoutManagedFields(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (!isRecord(object.metadata)) return { ...object };
  const { managedFields: _owners, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function setManagedFields(object: Record<string, unknown>, managedFields: ManagedFieldsEntry[]): void {
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  object.metadata = managedFields.length === 0 ? metadata : { ...metadata, managedFields };
}
