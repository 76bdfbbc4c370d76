import type { Column } from '../../kind.ts';
import { ageColumn, countColumn, nameColumn, textColumn } from '../../meta/columns.ts';
import { containersOf, selectorColumn } from '../workload-columns.ts';
import type { Deployment } from './deployment.ts';

export const deploymentColumns: readonly Column<Deployment>[] = [
  nameColumn,
  textColumn(
    'Ready',
    'Pods that are ready, of all that are wanted.',
    ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
  ),
  countColumn('Up-to-date', 'Pods that follow the present template.', ({ status }) => status?.updatedReplicas ?? 0),
  countColumn('Available', 'Pods that have been ready for minReadySeconds.', ({ status }) => status?.availableReplicas ?? 0),
  ageColumn,
  ...containersOf<Deployment>(({ spec }) => spec.template.spec),
  selectorColumn(({ spec }) => spec.selector),
];
