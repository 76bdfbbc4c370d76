import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { boolean, int32, list, object, ref, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { keepStatus, resetStatus } from '../meta/status-split.ts';
import { Time } from '../meta/time.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, countColumn, nameColumn, none, textColumn } from '../meta/columns.ts';

export const FlowSchema = topLevel('io.k8s.api.flowcontrol.v1.FlowSchema', {
  spec: ref(2, () => FlowSchemaSpec).always(),
  status: ref(3, () => FlowSchemaStatus).byValue(),
});
export type FlowSchema = Infer<typeof FlowSchema>;

export const FlowSchemaSpec = object('io.k8s.api.flowcontrol.v1.FlowSchemaSpec', {
  priorityLevelConfiguration: ref(1, () => PriorityLevelConfigurationReference).required(),
  matchingPrecedence: int32(2).keepsZero().default(1000),
  distinguisherMethod: ref(3, () => FlowDistinguisherMethod),
  rules: list(4, () => PolicyRulesWithSubjects).atomic(),
});
export type FlowSchemaSpec = Infer<typeof FlowSchemaSpec>;

export const FlowSchemaStatus = object('io.k8s.api.flowcontrol.v1.FlowSchemaStatus', {
  conditions: list(1, () => FlowSchemaCondition)
    .mapBy('type')
    .patch('merge', 'type'),
});
export type FlowSchemaStatus = Infer<typeof FlowSchemaStatus>;

export const FlowSchemaCondition = object('io.k8s.api.flowcontrol.v1.FlowSchemaCondition', {
  type: string(1),
  status: string(2),
  lastTransitionTime: ref(3, () => Time),
  reason: string(4),
  message: string(5),
});
export type FlowSchemaCondition = Infer<typeof FlowSchemaCondition>;

export const FlowDistinguisherMethod = object('io.k8s.api.flowcontrol.v1.FlowDistinguisherMethod', {
  type: string(1).required(),
});
export type FlowDistinguisherMethod = Infer<typeof FlowDistinguisherMethod>;

export const PolicyRulesWithSubjects = object('io.k8s.api.flowcontrol.v1.PolicyRulesWithSubjects', {
  subjects: list(1, () => FlowSchemaSubject)
    .required()
    .atomic(),
  resourceRules: list(2, () => ResourcePolicyRule).atomic(),
  nonResourceRules: list(3, () => NonResourcePolicyRule).atomic(),
});
export type PolicyRulesWithSubjects = Infer<typeof PolicyRulesWithSubjects>;

export const ResourcePolicyRule = object('io.k8s.api.flowcontrol.v1.ResourcePolicyRule', {
  verbs: list(1, string()).required().set(),
  apiGroups: list(2, string()).required().set(),
  resources: list(3, string()).required().set(),
  clusterScope: boolean(4),
  namespaces: list(5, string()).set(),
});
export type ResourcePolicyRule = Infer<typeof ResourcePolicyRule>;

export const NonResourcePolicyRule = object('io.k8s.api.flowcontrol.v1.NonResourcePolicyRule', {
  verbs: list(1, string()).required().set(),
  nonResourceURLs: list(6, string()).required().set(),
});
export type NonResourcePolicyRule = Infer<typeof NonResourcePolicyRule>;

export const PriorityLevelConfigurationReference = object('io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationReference', {
  name: string(1).required(),
});
export type PriorityLevelConfigurationReference = Infer<typeof PriorityLevelConfigurationReference>;

export const FlowSchemaSubject = object(
  'io.k8s.api.flowcontrol.v1.Subject',
  {
    kind: string(1).required(),
    user: ref(2, () => UserSubject),
    group: ref(3, () => GroupSubject),
    serviceAccount: ref(4, () => ServiceAccountSubject),
  },
  {
    extensions: {
      'x-kubernetes-unions': [
        { discriminator: 'kind', 'fields-to-discriminateBy': { group: 'Group', serviceAccount: 'ServiceAccount', user: 'User' } },
      ],
    },
  },
);
export type FlowSchemaSubject = Infer<typeof FlowSchemaSubject>;

export const GroupSubject = object('io.k8s.api.flowcontrol.v1.GroupSubject', {
  name: string(1).required(),
});
export type GroupSubject = Infer<typeof GroupSubject>;

export const ServiceAccountSubject = object('io.k8s.api.flowcontrol.v1.ServiceAccountSubject', {
  namespace: string(1).required(),
  name: string(2).required(),
});
export type ServiceAccountSubject = Infer<typeof ServiceAccountSubject>;

export const UserSubject = object('io.k8s.api.flowcontrol.v1.UserSubject', {
  name: string(1).required(),
});
export type UserSubject = Infer<typeof UserSubject>;

export const flowSchemas: Kind<FlowSchema> = {
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  singular: 'flowschema',
  namespaced: false,
  schema: FlowSchema,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    status: { kind: 'flowcontrol.apiserver.k8s.io/v1/FlowSchema', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    prepareForCreate: resetStatus({}),
    prepareForUpdate: keepStatus,
    allowUnconditionalUpdate: true,
  },
  columns: [
    nameColumn,
    textColumn('PriorityLevel', 'The level that its requests get.', ({ spec }) => spec.priorityLevelConfiguration.name),
    countColumn('MatchingPrecedence', 'Lower is asked first.', ({ spec }) => spec.matchingPrecedence ?? 0),
    textColumn('DistinguisherMethod', 'How its requests are told apart.', ({ spec }) => spec.distinguisherMethod?.type ?? none),
    ageColumn,
    textColumn(
      'MissingPL',
      'Whether its level does not exist.',
      ({ status }) => ({ True: 'True', False: 'False' })[status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? ''] ?? '?',
    ),
  ],
};
