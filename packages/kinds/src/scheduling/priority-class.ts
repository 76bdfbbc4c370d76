import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { boolean, int32, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, countColumn, nameColumn, textColumn } from '../meta/columns.ts';
import { validatePriorityClass, validatePriorityClassUpdate } from './validate-priority-class.ts';

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
    validate: validatePriorityClass,
    validateUpdate: validatePriorityClassUpdate,
    allowUnconditionalUpdate: true,
  },
  columns: [
    nameColumn,
    countColumn('Value', 'Higher goes first.', ({ value }) => value ?? 0),
    {
      name: 'Global-Default',
      type: 'boolean',
      description: 'Whether pods without a class get this one.',
      priority: 0,
      value: ({ globalDefault }) => globalDefault ?? false,
    },
    ageColumn,
    textColumn('PreemptionPolicy', 'Whether its pods push others out.', ({ preemptionPolicy }) => preemptionPolicy ?? ''),
  ],
};
