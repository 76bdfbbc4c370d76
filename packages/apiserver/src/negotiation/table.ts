import type { KubeObject } from '@kajitori/apimachinery';
import { defaultColumns, type Kind } from '@kajitori/kinds';
import type { Item } from '../registry/item.ts';

/** `meta.k8s.io/v1` Table: what `kubectl get` prints. */
export interface Table {
  kind: 'Table';
  apiVersion: 'meta.k8s.io/v1';
  metadata: Record<string, unknown>;
  columnDefinitions: { name: string; type: string; format: string; description: string; priority: number }[];
  rows: { cells: unknown[]; object?: unknown }[];
}

export type IncludeObject = 'None' | 'Metadata' | 'Object';

export function tableOf(
  kind: Kind,
  items: readonly Item[],
  metadata: Record<string, unknown>,
  options: { includeObject: IncludeObject; now: Date },
): Table {
  const { columns, head } = tableColumns(kind);
  return { ...head, metadata, rows: items.map((item) => tableRow(columns, item, options)) };
}

type Columns = NonNullable<Kind['columns']>;

/** A kind's columns, and what its tables say of them. */
export function tableColumns(kind: Kind): { columns: Columns; head: Pick<Table, 'kind' | 'apiVersion' | 'columnDefinitions'> } {
  const columns = kind.columns ?? defaultColumns;
  const columnDefinitions = columns.map(({ name, type, format, description, priority }) => ({
    name,
    type,
    format: format ?? (name === 'Name' ? 'name' : ''),
    description,
    priority,
  }));
  return { columns, head: { kind: 'Table', apiVersion: 'meta.k8s.io/v1', columnDefinitions } };
}

export function tableRow(
  columns: Columns,
  item: Item,
  { includeObject, now }: { includeObject: IncludeObject; now: Date },
): Table['rows'][number] {
  return {
    cells: columns.map((column) => column.value(item.object, now)),
    ...(includeObject === 'None' ? {} : { object: includeObject === 'Object' ? item.object : partialOf(item.object) }),
  };
}

/** `PartialObjectMetadata`: for clients that care for metadata alone. */
export function partialOf(object: KubeObject): KubeObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}
