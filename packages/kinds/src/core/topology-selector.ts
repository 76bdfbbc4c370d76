import { list, object, string, type Infer } from '@kajitori/schema';

export const TopologySelectorTerm = object(
  'io.k8s.api.core.v1.TopologySelectorTerm',
  {
    matchLabelExpressions: list(1, () => TopologySelectorLabelRequirement).atomic(),
  },
  { atomic: true },
);
export type TopologySelectorTerm = Infer<typeof TopologySelectorTerm>;

export const TopologySelectorLabelRequirement = object('io.k8s.api.core.v1.TopologySelectorLabelRequirement', {
  key: string(1).required(),
  values: list(2, string()).required().atomic(),
});
export type TopologySelectorLabelRequirement = Infer<typeof TopologySelectorLabelRequirement>;
