import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { int32, int64, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { Condition } from '../meta/condition.ts';
import { IntOrString } from '../meta/int-or-string.ts';
import { LabelSelector } from '../meta/label-selector.ts';
import { keepStatus, resetStatus } from '../meta/status-split.ts';
import { Time } from '../meta/time.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, countColumn, nameColumn, textColumn } from '../meta/columns.ts';
import { validateDisruptionBudget } from './validate-disruption-budget.ts';

export const PodDisruptionBudget = topLevel('io.k8s.api.policy.v1.PodDisruptionBudget', {
  spec: ref(2, () => PodDisruptionBudgetSpec).always(),
  status: ref(3, () => PodDisruptionBudgetStatus).byValue(),
});
export type PodDisruptionBudget = Infer<typeof PodDisruptionBudget>;

export const PodDisruptionBudgetSpec = object('io.k8s.api.policy.v1.PodDisruptionBudgetSpec', {
  minAvailable: ref(1, () => IntOrString),
  selector: ref(2, () => LabelSelector).patch('replace'),
  maxUnavailable: ref(3, () => IntOrString),
  unhealthyPodEvictionPolicy: string(4).keepsZero(),
});
export type PodDisruptionBudgetSpec = Infer<typeof PodDisruptionBudgetSpec>;

export const PodDisruptionBudgetStatus = object('io.k8s.api.policy.v1.PodDisruptionBudgetStatus', {
  observedGeneration: int64(1),
  disruptedPods: map(2, () => Time),
  disruptionsAllowed: int32(3).keepsZero().default(0),
  currentHealthy: int32(4).keepsZero().default(0),
  desiredHealthy: int32(5).keepsZero().default(0),
  expectedPods: int32(6).keepsZero().default(0),
  conditions: list(7, () => Condition)
    .mapBy('type')
    .patch('merge', 'type'),
});
export type PodDisruptionBudgetStatus = Infer<typeof PodDisruptionBudgetStatus>;

export const podDisruptionBudgets: Kind<PodDisruptionBudget> = {
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  singular: 'poddisruptionbudget',
  shortNames: ['pdb'],
  namespaced: true,
  schema: PodDisruptionBudget,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    status: { kind: 'policy/v1/PodDisruptionBudget', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    prepareForCreate: resetStatus({ disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }),
    prepareForUpdate: keepStatus,
    validate: validateDisruptionBudget,
    allowUnconditionalUpdate: false,
  },
  columns: [
    nameColumn,
    textColumn('Min Available', 'Pods that must stay.', ({ spec }) => String(spec.minAvailable ?? 'N/A')),
    textColumn('Max Unavailable', 'Pods that may be missing.', ({ spec }) => String(spec.maxUnavailable ?? 'N/A')),
    countColumn('Allowed Disruptions', 'Pods that may be evicted now.', ({ status }) => status?.disruptionsAllowed ?? 0),
    ageColumn,
  ],
};
