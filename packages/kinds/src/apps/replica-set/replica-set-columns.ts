import type { Column } from '../../kind.ts';
import { ageColumn, countColumn, nameColumn } from '../../meta/columns.ts';
import { containersOf, selectorColumn } from '../workload-columns.ts';
import type { ReplicaSet } from './replica-set.ts';

export const replicaSetColumns: readonly Column<ReplicaSet>[] = [
  nameColumn,
  countColumn('Desired', 'Pods that are wanted.', ({ spec }) => spec.replicas ?? 0),
  countColumn('Current', 'Pods that exist.', ({ status }) => status?.replicas ?? 0),
  countColumn('Ready', 'Pods that are ready.', ({ status }) => status?.readyReplicas ?? 0),
  ageColumn,
  ...containersOf<ReplicaSet>(({ spec }) => spec.template.spec),
  selectorColumn(({ spec }) => spec.selector),
];
