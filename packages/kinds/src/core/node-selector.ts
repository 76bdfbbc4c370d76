import { list, object, string, type Infer } from '@kajitori/schema';

export const NodeSelector = object(
  'io.k8s.api.core.v1.NodeSelector',
  {
    nodeSelectorTerms: list(1, () => NodeSelectorTerm)
      .required()
      .atomic(),
  },
  { atomic: true },
);
export type NodeSelector = Infer<typeof NodeSelector>;

export const NodeSelectorTerm = object(
  'io.k8s.api.core.v1.NodeSelectorTerm',
  {
    matchExpressions: list(1, () => NodeSelectorRequirement).atomic(),
    matchFields: list(2, () => NodeSelectorRequirement).atomic(),
  },
  { atomic: true },
);
export type NodeSelectorTerm = Infer<typeof NodeSelectorTerm>;

export const NodeSelectorRequirement = object('io.k8s.api.core.v1.NodeSelectorRequirement', {
  key: string(1).required(),
  operator: string(2).required(),
  values: list(3, string()).atomic(),
});
export type NodeSelectorRequirement = Infer<typeof NodeSelectorRequirement>;
