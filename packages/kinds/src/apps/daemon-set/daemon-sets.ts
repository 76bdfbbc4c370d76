import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { DaemonSet } from './daemon-set.ts';
import { standardVerbs, type Kind } from '../../kind.ts';
import { keepStatus, resetStatus } from '../../meta/status-split.ts';
import { ageColumn, countColumn, labelsCell, nameColumn, textColumn } from '../../meta/columns.ts';
import { defaultPodSpec } from '../../core/pod/pod-defaults.ts';
import { podWarnings } from '../../core/pod/pod-warnings.ts';
import { containersOf, selectorColumn } from '../workload-columns.ts';
import { validateDaemonSet, validateDaemonSetUpdate } from './validate-daemon-set.ts';

export const daemonSets: Kind<DaemonSet> = {
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  singular: 'daemonset',
  shortNames: ['ds'],
  categories: ['all'],
  namespaced: true,
  schema: DaemonSet,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    status: { kind: 'apps/v1/DaemonSet', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    defaults({ spec }) {
      if (spec.updateStrategy?.type === 'RollingUpdate')
        spec.updateStrategy.rollingUpdate = { maxUnavailable: 1, maxSurge: 0, ...spec.updateStrategy.rollingUpdate };
      defaultPodSpec(spec.template.spec);
    },
    prepareForCreate: resetStatus({ currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 }),
    prepareForUpdate: keepStatus,
    validate: validateDaemonSet,
    validateUpdate: validateDaemonSetUpdate,
    warnings: ({ spec }) => podWarnings(spec.template, 'spec.template'),
    allowUnconditionalUpdate: true,
    defaultPropagation: 'Background',
  },
  columns: [
    nameColumn,
    countColumn('Desired', 'Nodes that should run its pod.', ({ status }) => status?.desiredNumberScheduled ?? 0),
    countColumn('Current', 'Nodes that have its pod and should.', ({ status }) => status?.currentNumberScheduled ?? 0),
    countColumn('Ready', 'Nodes whose pod is ready.', ({ status }) => status?.numberReady ?? 0),
    countColumn('Up-to-date', 'Nodes whose pod follows the present template.', ({ status }) => status?.updatedNumberScheduled ?? 0),
    countColumn('Available', 'Nodes whose pod has been ready for minReadySeconds.', ({ status }) => status?.numberAvailable ?? 0),
    textColumn('Node Selector', 'Labels of the nodes that it is for.', ({ spec }) => labelsCell(spec.template.spec.nodeSelector)),
    ageColumn,
    ...containersOf<DaemonSet>(({ spec }) => spec.template.spec),
    selectorColumn(({ spec }) => spec.selector),
  ],
};
