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
  const columns = kind.columns ?? defaultColumns;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ name, type, format, description, priority }) => ({
      name,
      type,
      format: format ?? (name === 'Name' ? 'name' : ''),
      description,
      priority,
    })),
    rows: items.map((item) => ({
      cells: columns.map((column) => column.value(item.object, options.now)),
      ...(options.includeObject === 'None' ? {} : { object: options.includeObject === 'Object' ? item.object : partialOf(item.object) }),
    })),
  };
}

/** `PartialObjectMetadata`: for clients that care for metadata alone. */
export function partialOf(object: KubeObject): KubeObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}
