/** Words of audit.k8s.io/v1. A policy is a list of rules; the first that matches a request says how much of it is kept. */
export const auditLevels = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
export type AuditLevel = (typeof auditLevels)[number];

export const auditStages = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type AuditStage = (typeof auditStages)[number];

export interface AuditGroupResources {
  group?: string;
  /** `pods`, `pods/log`, `pods/*`, ``*`; none: all of the group. */
  resources?: readonly string[];
  resourceNames?: readonly string[];
}

export interface AuditPolicyRule {
  level: AuditLevel;
  users?: readonly string[];
  userGroups?: readonly string[];
  verbs?: readonly string[];
  resources?: readonly AuditGroupResources[];
  /** `""` is what has no namespace. */
  namespaces?: readonly string[];
  nonResourceURLs?: readonly string[];
  omitStages?: readonly AuditStage[];
  omitManagedFields?: boolean;
}

export interface AuditPolicy {
  apiVersion: 'audit.k8s.io/v1';
  kind: 'Policy';
  metadata?: Record<string, unknown>;
  rules: readonly AuditPolicyRule[];
  omitStages?: readonly AuditStage[];
  omitManagedFields?: boolean;
}

const connects = ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy', 'services/proxy', 'nodes/proxy', 'serviceaccounts/token'];

/**
 * What a cluster that named no policy goes by: who wrote what and who reached into pods, and nothing of the bodies. Reads, Events, leases and
 * what the cluster's own parts do are not kept.
 */
export const defaultAuditPolicy: AuditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  rules: [
    { level: 'None', userGroups: ['system:nodes', 'system:serviceaccounts:kube-system'] },
    {
      level: 'None',
      resources: [
        { group: '', resources: ['events'] },
        { group: 'events.k8s.io', resources: ['events'] },
        { group: 'coordination.k8s.io', resources: ['leases'] },
      ],
    },
    { level: 'Metadata', resources: [{ group: '', resources: connects }] },
    { level: 'None', verbs: ['get', 'list', 'watch'] },
    { level: 'None', nonResourceURLs: ['*'] },
    { level: 'Metadata' },
  ],
};
