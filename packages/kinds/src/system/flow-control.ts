import type { FlowSchema } from '../flowcontrol/flow-schema.ts';
import type { PriorityLevelConfiguration } from '../flowcontrol/priority-level-configuration.ts';

const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';
const annotations = { 'apf.kubernetes.io/autoupdate-spec': 'true' };

/** The two levels that Kubernetes always has: one that never waits, and one for whatever nothing else names. */
export const priorityLevels: readonly PriorityLevelConfiguration[] = [
  {
    apiVersion,
    kind: 'PriorityLevelConfiguration',
    metadata: { name: 'exempt', generation: 1, annotations },
    spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
    status: {},
  },
  {
    apiVersion,
    kind: 'PriorityLevelConfiguration',
    metadata: { name: 'catch-all', generation: 1, annotations },
    spec: { type: 'Limited', limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } } },
    status: {},
  },
];

function everything(groups: readonly string[]): NonNullable<FlowSchema['spec']['rules']> {
  return [
    {
      subjects: groups.map((name) => ({ kind: 'Group', group: { name } })),
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    },
  ];
}

export const flowSchemas: readonly FlowSchema[] = [
  {
    apiVersion,
    kind: 'FlowSchema',
    metadata: { name: 'exempt', generation: 1, annotations },
    spec: { priorityLevelConfiguration: { name: 'exempt' }, matchingPrecedence: 1, rules: everything(['system:masters']) },
    status: {},
  },
  {
    apiVersion,
    kind: 'FlowSchema',
    metadata: { name: 'catch-all', generation: 1, annotations },
    spec: {
      priorityLevelConfiguration: { name: 'catch-all' },
      matchingPrecedence: 10_000,
      distinguisherMethod: { type: 'ByUser' },
      rules: everything(['system:unauthenticated', 'system:authenticated']),
    },
    status: {},
  },
];
