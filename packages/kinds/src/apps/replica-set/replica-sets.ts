import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { ReplicaSet } from './replica-set.ts';
import { replicaScale, standardVerbs, type Kind } from '../../kind.ts';
import { keepStatus, resetStatus } from '../../meta/status-split.ts';
import { defaultPodSpec } from '../../core/pod/pod-defaults.ts';
import { podWarnings } from '../../core/pod/pod-warnings.ts';
import { replicaSetColumns } from './replica-set-columns.ts';
import { validateReplicaCounts } from '../../meta/replica-counts.ts';
import { validateReplicaSet, validateReplicaSetUpdate } from './validate-replica-set.ts';

export const replicaSets: Kind<ReplicaSet> = {
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  namespaced: true,
  schema: ReplicaSet,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    scale: { kind: 'autoscaling/v1/Scale', verbs: ['get', 'patch', 'update'], scale: replicaScale },
    status: { kind: 'apps/v1/ReplicaSet', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    defaults: ({ spec }) => defaultPodSpec(spec.template.spec),
    prepareForCreate: resetStatus({ replicas: 0 }),
    prepareForUpdate: keepStatus,
    validate: validateReplicaSet,
    validateUpdate: validateReplicaSetUpdate,
    validateStatusUpdate: validateReplicaCounts,
    warnings: ({ spec }) => podWarnings(spec.template, 'spec.template'),
    allowUnconditionalUpdate: true,
    defaultPropagation: 'Background',
  },
  selectableFields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  columns: replicaSetColumns,
};
