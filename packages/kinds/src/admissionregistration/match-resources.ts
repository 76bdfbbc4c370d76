import { inline, list, object, ref, string, type Infer } from '@kajitori/schema';
import { LabelSelector } from '../meta/label-selector.ts';

const rule = {
  apiGroups: list(1, string()).atomic(),
  apiVersions: list(2, string()).atomic(),
  resources: list(3, string()).atomic(),
  scope: string(4).keepsZero().default('*'),
};

const ruleWithOperations = {
  operations: list(1, string()).atomic(),
  ...inline(2, rule),
};

export const MatchCondition = object('io.k8s.api.admissionregistration.v1.MatchCondition', {
  name: string(1).required(),
  expression: string(2).required(),
});
export type MatchCondition = Infer<typeof MatchCondition>;

export const MatchResources = object(
  'io.k8s.api.admissionregistration.v1.MatchResources',
  {
    namespaceSelector: ref(1, () => LabelSelector).byValue(),
    objectSelector: ref(2, () => LabelSelector).byValue(),
    resourceRules: list(3, () => NamedRuleWithOperations).atomic(),
    excludeResourceRules: list(4, () => NamedRuleWithOperations).atomic(),
    matchPolicy: string(7).keepsZero().default('Equivalent'),
  },
  { atomic: true },
);
export type MatchResources = Infer<typeof MatchResources>;

export const NamedRuleWithOperations = object(
  'io.k8s.api.admissionregistration.v1.NamedRuleWithOperations',
  {
    resourceNames: list(1, string()).atomic(),
    ...inline(2, ruleWithOperations),
  },
  { atomic: true },
);
export type NamedRuleWithOperations = Infer<typeof NamedRuleWithOperations>;

export const ParamKind = object(
  'io.k8s.api.admissionregistration.v1.ParamKind',
  {
    apiVersion: string(1),
    kind: string(2),
  },
  { atomic: true },
);
export type ParamKind = Infer<typeof ParamKind>;

export const ParamRef = object(
  'io.k8s.api.admissionregistration.v1.ParamRef',
  {
    name: string(1),
    namespace: string(2),
    selector: ref(3, () => LabelSelector),
    parameterNotFoundAction: string(4).keepsZero(),
  },
  { atomic: true },
);
export type ParamRef = Infer<typeof ParamRef>;

export const RuleWithOperations = object('io.k8s.api.admissionregistration.v1.RuleWithOperations', {
  ...ruleWithOperations,
});
export type RuleWithOperations = Infer<typeof RuleWithOperations>;

export const Variable = object(
  'io.k8s.api.admissionregistration.v1.Variable',
  {
    name: string(1).required(),
    expression: string(2).required(),
  },
  { atomic: true },
);
export type Variable = Infer<typeof Variable>;
