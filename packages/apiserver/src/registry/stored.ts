import type { KubeObject } from '@kajitori/apimachinery';
import { applyDefaults, normalize, schemaHash } from '@kajitori/schema';
import type { Kind } from '@kajitori/kinds';
import type { NewObject, ObjectKey, Revision, Stamp, StoredObject } from '@kajitori/storage';
import { bodyOf, Item } from './item.ts';

/**
 * The step between a kind's object and the row that storage keeps. A kind that is another view of a stored one
 * (events.k8s.io Events, older versions) names its hub; the row is always the hub's.
 */
export function storedKind(kind: Kind): Kind {
  return kind.hub === undefined ? kind : kind.hub.kind;
}

export function keyOf(kind: Kind, namespace: string, name: string): ObjectKey {
  const hub = storedKind(kind);
  return { group: hub.group, resource: hub.plural, namespace: kind.namespaced ? namespace : '', name };
}

const stamps = new WeakMap<Kind, Stamp>();

function stampOf(kind: Kind): Stamp {
  let stamp = stamps.get(kind);
  if (stamp === undefined) {
    stamp = { version: kind.version, schemaHash: schemaHash(kind.schema.schema) };
    stamps.set(kind, stamp);
  }
  return stamp;
}

/** The row for an object of the given kind. */
export function toStored(kind: Kind, object: KubeObject): NewObject {
  const hub = storedKind(kind);
  const stored = kind.hub === undefined ? object : kind.hub.toHub(object);
  return {
    ...keyOf(hub, stored.metadata.namespace ?? '', stored.metadata.name ?? ''),
    uid: stored.metadata.uid ?? '',
    body: bodyOf(hub, stored),
    labels: stored.metadata.labels ?? {},
    // A definition may name other fields any day: those of custom resources are read from the object whenever they are asked for.
    fields: hub.custom === undefined ? selectableValues(hub, stored) : {},
    stamp: stampOf(hub),
  };
}

/** The values of the kind's selectable fields, as far as they are not empty. */
export function selectableValues(kind: Kind, object: KubeObject): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [field, read] of Object.entries(kind.selectableFields ?? {})) {
    const value = read(object);
    if (value !== undefined && value !== '') fields[field] = value;
  }
  return fields;
}

/** A row as an item of the asked kind: the stored text itself when it is current, else brought up to date. */
export function toItem(
  kind: Kind,
  { body, revision, stamp }: Pick<StoredObject, 'body' | 'stamp'> & { revision: Revision | undefined },
): Item {
  const hub = storedKind(kind);
  const current = stampOf(hub);
  let item = new Item(hub, body, revision);
  if (stamp.version !== current.version || stamp.schemaHash !== current.schemaHash) {
    item = new Item(hub, bodyOf(hub, upToDate(hub, JSON.parse(body) as KubeObject)), revision);
  }
  return kind.hub === undefined ? item : new Item(kind, bodyOf(kind, kind.hub.fromHub(item.draft())), revision);
}

/** Written under an older schema: drops what is no longer known and fills defaults, as decoding a request would. */
function upToDate(kind: Kind, object: KubeObject): KubeObject {
  normalize(kind.schema.schema, object, { unknown: 'drop' });
  applyDefaults(kind.schema.schema, object);
  kind.strategy.defaults?.(object);
  return object;
}
