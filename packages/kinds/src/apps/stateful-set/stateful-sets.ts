import { dns1123LabelError } from '@kajitori/apimachinery';
import { StatefulSet } from './stateful-set.ts';
import { replicaScale, standardVerbs, type Kind } from '../../kind.ts';
import { keepStatus, resetStatus } from '../../meta/status-split.ts';

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
    prepareForCreate: resetStatus({}),
    prepareForUpdate: keepStatus,
    allowUnconditionalUpdate: true,
  },
};
