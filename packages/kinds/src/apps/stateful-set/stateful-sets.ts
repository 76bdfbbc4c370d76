import { dns1123LabelError } from '@kajitori/apimachinery';
import { StatefulSet } from './stateful-set.ts';
import { replicaScale, standardVerbs, type Kind } from '../../kind.ts';
import { keepStatus, resetStatus } from '../../meta/status-split.ts';
import { ageColumn, nameColumn, textColumn } from '../../meta/columns.ts';
import { defaultPodSpec } from '../../core/pod/pod-defaults.ts';
import { podWarnings } from '../../core/pod/pod-warnings.ts';
import { containersOf } from '../workload-columns.ts';
import { validateStatefulSet, validateStatefulSetUpdate } from './validate-stateful-set.ts';

export const statefulSets: Kind<StatefulSet> = {
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  singular: 'statefulset',
  shortNames: ['sts'],
  categories: ['all'],
  namespaced: true,
  schema: StatefulSet,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    scale: { kind: 'autoscaling/v1/Scale', verbs: ['get', 'patch', 'update'], scale: replicaScale },
    status: { kind: 'apps/v1/StatefulSet', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123LabelError,
    generation: true,
    defaults({ spec }) {
      if (spec.updateStrategy?.type === 'RollingUpdate')
        spec.updateStrategy.rollingUpdate = { partition: 0, ...spec.updateStrategy.rollingUpdate };
      defaultPodSpec(spec.template.spec);
      // A claim's template is a whole object that was never stored.
      for (const claim of spec.volumeClaimTemplates ?? []) claim.status = { phase: 'Pending' };
    },
    prepareForCreate: resetStatus({ replicas: 0, availableReplicas: 0 }),
    prepareForUpdate: keepStatus,
    validate: validateStatefulSet,
    validateUpdate: validateStatefulSetUpdate,
    warnings: ({ spec }) => podWarnings(spec.template, 'spec.template'),
    allowUnconditionalUpdate: true,
    defaultPropagation: 'Background',
  },
  columns: [
    nameColumn,
    textColumn(
      'Ready',
      'Pods that are ready, of all that are wanted.',
      ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    ),
    ageColumn,
    ...containersOf<StatefulSet>(({ spec }) => spec.template.spec),
  ],
};
