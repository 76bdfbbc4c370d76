import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { list, object, string, type Infer } from '@kajitori/schema';
import type { Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';
import { nameColumn, textColumn } from '../meta/columns.ts';

export const ComponentStatus = topLevel('io.k8s.api.core.v1.ComponentStatus', {
  conditions: list(2, () => ComponentCondition)
    .mapBy('type')
    .patch('merge', 'type'),
});
export type ComponentStatus = Infer<typeof ComponentStatus>;

export const ComponentCondition = object('io.k8s.api.core.v1.ComponentCondition', {
  type: string(1).required(),
  status: string(2).required(),
  message: string(3),
  error: string(4),
});
export type ComponentCondition = Infer<typeof ComponentCondition>;

export const componentStatuses: Kind<ComponentStatus> = {
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  singular: 'componentstatus',
  shortNames: ['cs'],
  namespaced: false,
  schema: ComponentStatus,
  verbs: ['get', 'list', 'watch'],
  stored: false,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    allowUnconditionalUpdate: true,
  },
  columns: [
    nameColumn,
    textColumn(
      'Status',
      'Whether it is healthy.',
      ({ conditions }) =>
        ({ True: 'Healthy', False: 'Unhealthy' })[conditions?.find(({ type }) => type === 'Healthy')?.status ?? ''] ?? 'Unknown',
    ),
    textColumn('Message', 'What it says.', ({ conditions }) => conditions?.find(({ type }) => type === 'Healthy')?.message ?? ''),
    textColumn('Error', 'What is wrong with it.', ({ conditions }) => conditions?.find(({ type }) => type === 'Healthy')?.error ?? ''),
  ],
};
