import type { ManagedFieldsEntry } from '@kajitori/apimachinery';
import { FieldSet } from './field-set.ts';

/** The managers of an object's fields, as `metadata.managedFields` lists them. */
export interface Manager {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  /** Empty for the object itself. */
  subresource: string;
  /** When its set last changed. */
  time: string | undefined;
  fields: FieldSet;
}

export type ManagerIdentity = Pick<Manager, 'manager' | 'operation' | 'apiVersion' | 'subresource'>;

/** More managers that update than this are gathered into one: tools that name themselves anew each time exist. */
const updateManagersMax = 10;
const ancientManager = 'ancient-changes';

/** Two entries are one manager's: who applies is the same in every version of the API, who updates is not. */
export function isSameManager(a: ManagerIdentity, b: ManagerIdentity): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
  );
}

/** @throws StatusError BadRequest when an entry's fields are no set of fields. */
export function decodeManagers(entries: readonly ManagedFieldsEntry[] | undefined): Manager[] {
  return (entries ?? []).flatMap((entry): Manager[] => {
    if (entry.operation !== 'Apply' && entry.operation !== 'Update') return [];
    return [
      {
        manager: entry.manager ?? '',
        operation: entry.operation,
        apiVersion: entry.apiVersion ?? '',
        subresource: entry.subresource ?? '',
        time: entry.time,
        fields: FieldSet.fromFieldsV1(entry.fieldsV1 ?? {}),
      },
    ];
  });
}

/** In the API's order: who applies first, then by time and name. Managers of nothing are left out. */
export function encodeManagers(managers: readonly Manager[]): ManagedFieldsEntry[] {
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return managers
    .filter(({ fields }) => !fields.isEmpty)
    .toSorted(
      (a, b) =>
        compare(a.operation, b.operation) ||
        compare(a.time ?? '', b.time ?? '') ||
        compare(a.manager, b.manager) ||
        compare(a.apiVersion, b.apiVersion) ||
        compare(a.subresource, b.subresource),
    )
    .map(encodeManager);
}

function encodeManager({ manager, operation, apiVersion, subresource, time, fields }: Manager): ManagedFieldsEntry {
  const entry: ManagedFieldsEntry = { manager, operation, apiVersion, fieldsType: 'FieldsV1', fieldsV1: fields.toFieldsV1() };
  if (time !== undefined) entry.time = time;
  if (subresource !== '') entry.subresource = subresource;
  return entry;
}

/** The manager without the set's fields. */
export function relieved(manager: Manager, of: FieldSet): Manager {
  return { ...manager, fields: manager.fields.difference(of) };
}

/** Gathers the oldest that update, beyond the limit, into one manager for each version. */
export function capped(managers: readonly Manager[]): Manager[] {
  const updates = managers.filter(
    ({ operation, subresource, manager }) => operation === 'Update' && subresource === '' && manager !== ancientManager,
  );
  if (updates.length <= updateManagersMax) return [...managers];
  const byAge = updates.toSorted((a, b) => ((a.time ?? '') < (b.time ?? '') ? -1 : 1));
  const old = new Set(byAge.slice(0, updates.length - updateManagersMax));
  const result = managers.filter((one) => !old.has(one));
  for (const one of old) {
    const at = result.findIndex(({ manager, apiVersion }) => manager === ancientManager && apiVersion === one.apiVersion);
    const known = result[at];
    if (known === undefined) result.push({ ...one, manager: ancientManager });
    else result[at] = { ...known, time: one.time, fields: known.fields.union(one.fields) };
  }
  return result;
}

/** How a conflict's message names a manager. */
export function managerText({ manager, operation, apiVersion, subresource }: ManagerIdentity): string {
  const name = JSON.stringify(manager) + (subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`);
  return operation === 'Apply' ? name : `${name} using ${apiVersion}`;
}
