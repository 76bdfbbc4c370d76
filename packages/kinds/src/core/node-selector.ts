import { list, object, string, type Infer } from '@kajitori/schema';

export const NodeSelector = object(
  'io.k8s.api.core.v1.NodeSelector',
  {
    nodeSelectorTerms: list(1, () => NodeSelectorTerm)
      .required()
      .atomic()
      .describe('A node fits if one of them does.'),
  },
  { atomic: true },
);
export type NodeSelector = Infer<typeof NodeSelector>;

export const NodeSelectorTerm = object(
  'io.k8s.api.core.v1.NodeSelectorTerm',
  {
    matchExpressions: list(1, () => NodeSelectorRequirement)
      .atomic()
      .describe('Conditions on labels; all must hold.'),
    matchFields: list(2, () => NodeSelectorRequirement)
      .atomic()
      .describe('Conditions on fields; all must hold.'),
  },
  { atomic: true },
);
export type NodeSelectorTerm = Infer<typeof NodeSelectorTerm>;

export const NodeSelectorRequirement = object('io.k8s.api.core.v1.NodeSelectorRequirement', {
  key: string(1).required().describe('Label or field that the condition is about.'),
  operator: string(2).required().describe('In, NotIn, Exists, DoesNotExist, Gt or Lt.'),
  values: list(3, string()).atomic().describe('Values for the operator; one number for Gt and Lt.'),
});
export type NodeSelectorRequirement = Infer<typeof NodeSelectorRequirement>;
