import { list, map, object, string, type Infer } from '@kajitori/schema';

export const LabelSelector = object(
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector',
  {
    matchLabels: map(1, string()).describe('Labels that must have exactly these values.'),
    matchExpressions: list(2, () => LabelSelectorRequirement)
      .atomic()
      .describe('Conditions on labels; all must hold.'),
  },
  { atomic: true },
);
export type LabelSelector = Infer<typeof LabelSelector>;

export const LabelSelectorRequirement = object('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement', {
  key: string(1).required().describe('Label that the condition is about.'),
  operator: string(2).required().describe('In, NotIn, Exists or DoesNotExist.'),
  values: list(3, string()).atomic().describe('Values for In and NotIn; empty for the others.'),
});
export type LabelSelectorRequirement = Infer<typeof LabelSelectorRequirement>;

export const FieldSelectorRequirement = object('io.k8s.apimachinery.pkg.apis.meta.v1.FieldSelectorRequirement', {
  key: string(1).required(),
  operator: string(2).required(),
  values: list(3, string()).atomic(),
});
export type FieldSelectorRequirement = Infer<typeof FieldSelectorRequirement>;
