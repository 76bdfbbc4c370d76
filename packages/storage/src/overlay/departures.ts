import { keyText } from '../keys.ts';
import type { Change, NewObject, ObjectKey, Operation, StoredObject } from '../storage.ts';

/**
 * Owns: the rows that say which overlay objects of a cluster have left the overlay, by their first update or by deletion.
 * Invariant: an overlay object is virtual exactly as long as it has no such row; the row is made in the same set that changes the object, and
 * stays for ever. So two writers of a virtual object meet on one row. Users of the decorated storage never see these rows.
 */
export const internalGroup = 'overlay.kajitori.internal';
const resource = 'departures';
/** Where the release lies that a cluster was last brought to. */
export const appliedRelease = { group: internalGroup, resource: 'releases' };
/** In the selectable fields of an object's first row: it was an update of what the overlay gave, not a creation. */
const leftField = 'overlay.kajitori.internal/left';

interface Departure {
  key: ObjectKey;
  /** `update`: the object's own row follows in the set. */
  by: 'update' | 'delete';
  /** The last body that watchers see of a deletion. */
  body?: string;
}

/** Lists all departures of one resource. */
export function departuresOf({ group, resource: of }: { group: string; resource: string }): {
  group: string;
  resource: string;
  namespace: string;
} {
  return { group: internalGroup, resource, namespace: `${group}/${of}` };
}

export const allDepartures = { group: internalGroup, resource };

export function departureKey(key: ObjectKey): ObjectKey {
  return { ...departuresOf(key), name: `${key.namespace}/${key.name}` };
}

/** The key, as `keyText` writes it, of the object that a departure is of. */
export function departed(row: Pick<StoredObject, 'body'>): string {
  return keyText((JSON.parse(row.body) as Departure).key);
}

/** `GROUP/RESOURCE` of the object that a departure is of. */
export function departedResource({ namespace }: Pick<StoredObject, 'namespace'>): string {
  return namespace;
}

/** The operations that an update of a virtual object becomes. The last one is the object's own. */
export function leaveByUpdate(object: NewObject, uid: string): Operation[] {
  const { group, resource: of, namespace, name } = object;
  const fields = { ...object.fields, [leftField]: 'true' };
  return [create({ key: { group, resource: of, namespace, name }, by: 'update' }, uid), { type: 'create', object: { ...object, fields } }];
}

export function leaveByDelete(key: ObjectKey, uid: string, body: string | undefined): Operation[] {
  return [create({ key, by: 'delete', ...(body === undefined ? {} : { body }) }, uid)];
}

function create(departure: Departure, uid: string): Operation {
  const object = {
    ...departureKey(departure.key),
    uid,
    body: JSON.stringify(departure),
    labels: {},
    fields: {},
    stamp: { version: 'v1', schemaHash: '' },
  };
  return { type: 'create', object };
}

/** The object without the mark of its departure. */
export function unmarked<T extends Pick<StoredObject, 'fields'>>(object: T): T {
  if (!Object.hasOwn(object.fields, leftField)) return object;
  const { [leftField]: _, ...fields } = object.fields;
  return { ...object, fields };
}

/**
 * A change as users see it: undefined for one they do not see. `virtual` gives an overlay object as the cluster had it untouched.
 */
export function visibleChange(change: Change, virtual: (key: ObjectKey) => StoredObject | undefined): Change | undefined {
  const { object } = change;
  if (object.group === internalGroup) {
    if (object.resource !== resource || change.type !== 'create') return undefined;
    const { key, by, body } = JSON.parse(object.body) as Departure;
    const before = by === 'delete' ? virtual(key) : undefined;
    if (before === undefined) return undefined;
    return { ...change, type: 'delete', object: { ...before, body: body ?? before.body, revision: change.revision }, before };
  }
  const before = change.before === undefined ? undefined : unmarked(change.before);
  if (change.type === 'create' && Object.hasOwn(object.fields, leftField)) {
    return { ...change, type: 'update', object: unmarked(object), before: virtual(object) };
  }
  return { ...change, object: unmarked(object), ...(before === undefined ? {} : { before }) };
}
