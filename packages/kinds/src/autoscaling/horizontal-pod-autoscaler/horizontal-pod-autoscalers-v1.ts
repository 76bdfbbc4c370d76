import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { HorizontalPodAutoscalerV1 } from './horizontal-pod-autoscaler-v1.ts';
import { standardVerbs, type Kind } from '../../kind.ts';
import { keepStatus, resetStatus } from '../../meta/status-split.ts';
import { ageColumn, countColumn, nameColumn, textColumn, unknown } from '../../meta/columns.ts';
import { autoscalerFromV1, autoscalerToV1 } from './autoscaler-conversion.ts';
import { validateAutoscaler } from './autoscaler-rules.ts';
import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import { horizontalPodAutoscalers } from './horizontal-pod-autoscalers.ts';

export const horizontalPodAutoscalersV1: Kind<HorizontalPodAutoscalerV1> = {
  group: 'autoscaling',
  version: 'v1',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  singular: 'horizontalpodautoscaler',
  shortNames: ['hpa'],
  categories: ['all'],
  namespaced: true,
  schema: HorizontalPodAutoscalerV1,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    status: { kind: 'autoscaling/v1/HorizontalPodAutoscaler', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    prepareForCreate: resetStatus({ currentReplicas: 0, desiredReplicas: 0 }),
    prepareForUpdate: keepStatus,
    // Its rules are those of version 2.
    validate: (autoscaler) => validateAutoscaler(autoscalerFromV1(autoscaler) as HorizontalPodAutoscaler),
    allowUnconditionalUpdate: true,
  },
  hub: { kind: horizontalPodAutoscalers, toHub: autoscalerFromV1, fromHub: autoscalerToV1 },
  columns: [
    nameColumn,
    textColumn('Reference', 'What it scales.', ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`),
    textColumn('Targets', 'CPU: where it is, and where it should be.', ({ spec, status }) => {
      const share = (value: number | undefined): string => (value === undefined ? unknown : `${value}%`);
      return `cpu: ${share(status?.currentCPUUtilizationPercentage)}/${share(spec.targetCPUUtilizationPercentage)}`;
    }),
    textColumn('MinPods', 'Fewest pods it leaves.', ({ spec }) => String(spec.minReplicas ?? '<unset>')),
    countColumn('MaxPods', 'Most pods it makes.', ({ spec }) => spec.maxReplicas),
    countColumn('Replicas', 'Pods that there are.', ({ status }) => status?.currentReplicas ?? 0),
    ageColumn,
  ],
};
