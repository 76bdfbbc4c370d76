import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { Quantity } from '../meta/quantity.ts';
import { topLevel } from '../meta/top-level.ts';
import { createdColumn, nameColumn } from '../meta/columns.ts';
import { defaultLimitRange } from './limit-range-defaults.ts';
import { validateLimitRange } from './validate-quotas.ts';

export const LimitRange = topLevel('io.k8s.api.core.v1.LimitRange', {
  spec: ref(2, () => LimitRangeSpec).always(),
});
export type LimitRange = Infer<typeof LimitRange>;

export const LimitRangeSpec = object('io.k8s.api.core.v1.LimitRangeSpec', {
  limits: list(1, () => LimitRangeItem)
    .required()
    .atomic(),
});
export type LimitRangeSpec = Infer<typeof LimitRangeSpec>;

export const LimitRangeItem = object('io.k8s.api.core.v1.LimitRangeItem', {
  type: string(1).required(),
  max: map(2, () => Quantity),
  min: map(3, () => Quantity),
  default: map(4, () => Quantity),
  defaultRequest: map(5, () => Quantity),
  maxLimitRequestRatio: map(6, () => Quantity),
});
export type LimitRangeItem = Infer<typeof LimitRangeItem>;

export const limitRanges: Kind<LimitRange> = {
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  singular: 'limitrange',
  shortNames: ['limits'],
  namespaced: true,
  schema: LimitRange,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    defaults: defaultLimitRange,
    validate: validateLimitRange,
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: true,
  },
  columns: [nameColumn, createdColumn],
};
