import { list, map, object, string, type Infer } from '@kajitori/schema';

export const LabelSelector = object(
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector',
  {
    matchLabels: map(1, string()),
    matchExpressions: list(2, () => LabelSelectorRequirement).atomic(),
  },
  { atomic: true },
);
export type LabelSelector = Infer<typeof LabelSelector>;

export const LabelSelectorRequirement = object('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement', {
  key: string(1).required(),
  operator: string(2).required(),
  values: list(3, string()).atomic(),
});
export type LabelSelectorRequirement = Infer<typeof LabelSelectorRequirement>;

export const FieldSelectorRequirement = object('io.k8s.apimachinery.pkg.apis.meta.v1.FieldSelectorRequirement', {
  key: string(1).required(),
  operator: string(2).required(),
  values: list(3, string()).atomic(),
});
export type FieldSelectorRequirement = Infer<typeof FieldSelectorRequirement>;
