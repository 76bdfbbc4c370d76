import type { Change, ObjectKey, StoredObject } from '../storage.ts';

/** What the read functions of migrations/0002 answer, and the objects that it becomes. */
export interface ObjectRow {
  uid: string;
  revision: number;
  version: string;
  schema_hash: string;
  labels: Record<string, string>;
  fields: Record<string, string>;
  body: string;
}

export interface ListRow extends ObjectRow {
  head: number;
  namespace: string;
  /** Null in the one row of an empty page. */
  name: string | null;
}

export interface ChangeRow extends ObjectRow {
  head: number;
  /** Null when no change follows. */
  previous: number | null;
  type: Change['type'];
  api_group: string;
  resource: string;
  namespace: string;
  name: string;
  before_revision: number | null;
  before_labels: Record<string, string>;
  before_fields: Record<string, string>;
  before_body: string;
}

export function objectOf({ group, resource, namespace, name }: ObjectKey, row: ObjectRow): StoredObject {
  const { uid, revision, version, schema_hash: schemaHash, labels, fields, body } = row;
  return { group, resource, namespace, name, uid, revision, body, labels, fields, stamp: { version, schemaHash } };
}

export function changeOf(row: ChangeRow): Change {
  const { revision, previous, type, api_group: group, resource, namespace, name } = row;
  const object = objectOf({ group, resource, namespace, name }, row);
  const change: Change = { revision, previous: previous ?? 0, type, object };
  if (row.before_revision === null) return change;
  change.before = { body: row.before_body, labels: row.before_labels, fields: row.before_fields, revision: row.before_revision };
  return change;
}
