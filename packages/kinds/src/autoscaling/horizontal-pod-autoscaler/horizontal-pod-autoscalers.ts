import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import { standardVerbs, type Kind } from '../../kind.ts';
import { keepStatus, resetStatus } from '../../meta/status-split.ts';

import { autoscalerColumns } from './autoscaler-columns.ts';
import { defaultAutoscaler, validateAutoscaler } from './autoscaler-rules.ts';

export const horizontalPodAutoscalers: Kind<HorizontalPodAutoscaler> = {
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  singular: 'horizontalpodautoscaler',
  shortNames: ['hpa'],
  categories: ['all'],
  namespaced: true,
  schema: HorizontalPodAutoscaler,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    status: { kind: 'autoscaling/v2/HorizontalPodAutoscaler', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    prepareForCreate: resetStatus({ desiredReplicas: 0 }),
    prepareForUpdate: keepStatus,
    defaults: defaultAutoscaler,
    validate: validateAutoscaler,
    allowUnconditionalUpdate: true,
  },
  columns: autoscalerColumns,
};
