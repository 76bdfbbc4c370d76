import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { int32, list, object, ref, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { keepStatus, resetStatus } from '../meta/status-split.ts';
import { Time } from '../meta/time.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, nameColumn, none, textColumn } from '../meta/columns.ts';

export const PriorityLevelConfiguration = topLevel('io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration', {
  spec: ref(2, () => PriorityLevelConfigurationSpec).always(),
  status: ref(3, () => PriorityLevelConfigurationStatus).byValue(),
});
export type PriorityLevelConfiguration = Infer<typeof PriorityLevelConfiguration>;

export const PriorityLevelConfigurationSpec = object(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec',
  {
    type: string(1).required(),
    limited: ref(2, () => LimitedPriorityLevelConfiguration),
    exempt: ref(3, () => ExemptPriorityLevelConfiguration),
  },
  {
    extensions: {
      'x-kubernetes-unions': [{ discriminator: 'type', 'fields-to-discriminateBy': { exempt: 'Exempt', limited: 'Limited' } }],
    },
  },
);
export type PriorityLevelConfigurationSpec = Infer<typeof PriorityLevelConfigurationSpec>;

export const PriorityLevelConfigurationStatus = object('io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationStatus', {
  conditions: list(1, () => PriorityLevelConfigurationCondition)
    .mapBy('type')
    .patch('merge', 'type'),
});
export type PriorityLevelConfigurationStatus = Infer<typeof PriorityLevelConfigurationStatus>;

export const PriorityLevelConfigurationCondition = object('io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationCondition', {
  type: string(1),
  status: string(2),
  lastTransitionTime: ref(3, () => Time),
  reason: string(4),
  message: string(5),
});
export type PriorityLevelConfigurationCondition = Infer<typeof PriorityLevelConfigurationCondition>;

export const ExemptPriorityLevelConfiguration = object('io.k8s.api.flowcontrol.v1.ExemptPriorityLevelConfiguration', {
  nominalConcurrencyShares: int32(1).keepsZero().default(0),
  lendablePercent: int32(2).keepsZero().default(0),
});
export type ExemptPriorityLevelConfiguration = Infer<typeof ExemptPriorityLevelConfiguration>;

export const LimitedPriorityLevelConfiguration = object('io.k8s.api.flowcontrol.v1.LimitedPriorityLevelConfiguration', {
  nominalConcurrencyShares: int32(1).keepsZero().default(30),
  limitResponse: ref(2, () => LimitResponse),
  lendablePercent: int32(3).keepsZero().default(0),
  borrowingLimitPercent: int32(4).keepsZero(),
});
export type LimitedPriorityLevelConfiguration = Infer<typeof LimitedPriorityLevelConfiguration>;

export const LimitResponse = object(
  'io.k8s.api.flowcontrol.v1.LimitResponse',
  {
    type: string(1).required(),
    queuing: ref(2, () => QueuingConfiguration),
  },
  { extensions: { 'x-kubernetes-unions': [{ discriminator: 'type', 'fields-to-discriminateBy': { queuing: 'Queuing' } }] } },
);
export type LimitResponse = Infer<typeof LimitResponse>;

export const QueuingConfiguration = object('io.k8s.api.flowcontrol.v1.QueuingConfiguration', {
  queues: int32(1).keepsZero().default(64),
  handSize: int32(2).keepsZero().default(8),
  queueLengthLimit: int32(3).keepsZero().default(50),
});
export type QueuingConfiguration = Infer<typeof QueuingConfiguration>;

export const priorityLevelConfigurations: Kind<PriorityLevelConfiguration> = {
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  singular: 'prioritylevelconfiguration',
  namespaced: false,
  schema: PriorityLevelConfiguration,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    status: { kind: 'flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration', verbs: ['get', 'patch', 'update'] },
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
    textColumn('Type', 'Whether it is limited.', ({ spec }) => spec.type),
    textColumn('NominalConcurrencyShares', 'Its share of what the server can do at once.', ({ spec }) =>
      String((spec.limited ?? spec.exempt)?.nominalConcurrencyShares ?? none),
    ),
    textColumn('Queues', 'How many queues it has.', ({ spec }) => String(spec.limited?.limitResponse?.queuing?.queues ?? none)),
    textColumn('HandSize', 'How many queues a flow may use.', ({ spec }) => String(spec.limited?.limitResponse?.queuing?.handSize ?? none)),
    textColumn('QueueLengthLimit', 'How many may wait in one queue.', ({ spec }) =>
      String(spec.limited?.limitResponse?.queuing?.queueLengthLimit ?? none),
    ),
    ageColumn,
  ],
};
