import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { boolean, int32, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';

export const PriorityClass = topLevel('io.k8s.api.scheduling.v1.PriorityClass', {
  value: int32(2).keepsZero(),
  globalDefault: boolean(3),
  description: string(4),
  preemptionPolicy: string(5).keepsZero().default('PreemptLowerPriority'),
});
export type PriorityClass = Infer<typeof PriorityClass>;

export const priorityClasses: Kind<PriorityClass> = {
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  singular: 'priorityclass',
  shortNames: ['pc'],
  namespaced: false,
  schema: PriorityClass,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    allowUnconditionalUpdate: true,
  },
};
