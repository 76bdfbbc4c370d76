import { formatSelector, humanDuration, type KubeObject, type LabelSelectorObject, parseTime, selectorOf } from '@kajitori/apimachinery';
import type { Column } from '../kind.ts';

/** Cells are what `kubectl get` prints: the words for nothing and for not knowing are Kubernetes'. */
export const none = '<none>';
export const unknown = '<unknown>';

export const nameColumn: Column<KubeObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name, unique among objects of this kind in the namespace.',
  priority: 0,
  value: ({ metadata }) => metadata.name ?? '',
};

export const ageColumn: Column<KubeObject> = {
  name: 'Age',
  type: 'string',
  description: 'Time since the object was created.',
  priority: 0,
  value: ({ metadata }, now) => since(metadata.creationTimestamp, now),
};

export const createdColumn: Column<KubeObject> = {
  name: 'Created At',
  type: 'string',
  description: 'When the object was created.',
  priority: 0,
  value: ({ metadata }) => metadata.creationTimestamp ?? '<unknown>',
};

/** For kinds without columns of their own. */
export const defaultColumns: readonly Column<KubeObject>[] = [
  nameColumn,
  {
    name: 'Created At',
    type: 'date',
    description: 'When the object was created.',
    priority: 0,
    value: ({ metadata }) => metadata.creationTimestamp ?? null,
  },
];

/** A column of text; `wide` ones show with `-o wide`. */
export function textColumn<T>(name: string, description: string, value: Column<T>['value'], wide?: 'wide'): Column<T> {
  return { name, type: 'string', description, priority: wide === undefined ? 0 : 1, value };
}

export function countColumn<T>(name: string, description: string, value: Column<T>['value'], wide?: 'wide'): Column<T> {
  return { name, type: 'integer', description, priority: wide === undefined ? 0 : 1, value };
}

/** How long ago, in kubectl's short form. */
export function since(timestamp: string | undefined, now: Date): string {
  const at = parseTime(timestamp ?? '');
  return at === undefined ? unknown : humanDuration(now.getTime() - at);
}

export function labelsCell(labels: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(labels ?? {});
  return entries.length === 0
    ? none
    : entries
        .map(([key, value]) => `${key}=${value}`)
        .sort()
        .join(',');
}

export function selectorCell(selector: LabelSelectorObject | undefined): string {
  const terms = selectorOf(selector);
  if (terms === undefined) return none;
  return terms.length === 0 ? '<none>' : formatSelector(terms);
}

export function listCell(values: readonly string[] | undefined): string {
  return values === undefined || values.length === 0 ? none : values.join(',');
}

export const containerNames = (containers: readonly { name: string }[]): string => containers.map(({ name }) => name).join(',');
export const containerImages = (containers: readonly { image?: string }[]): string => containers.map(({ image }) => image ?? '').join(',');
