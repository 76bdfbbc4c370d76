import {
  ingressClasses,
  limitRanges,
  namespaces,
  nodes,
  priorityClasses,
  resourceQuotas,
  runtimeClasses,
  serviceAccounts,
  storageClasses,
} from '@kajitori/kinds';
import type { AdmissionPlugin } from './admission.ts';
import { claimResize } from './claim-resize.ts';
import { defaultIngressClass, defaultStorageClass } from './default-classes.ts';
import { limitRanger } from './limit-ranger.ts';
import { storageObjectInUseProtection, taintNodesByCondition } from './new-object-marks.ts';
import { nodeRestriction } from './node-restriction.ts';
import { defaultTolerationSeconds } from './pod-defaults.ts';
import { podSecurity } from './pod-security.ts';
import { podTopologyLabels } from './pod-topology-labels.ts';
import type { PolicySource } from './policy-source.ts';
import { priority } from './priority.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccountAdmission } from './service-account.ts';

/** Kinds that plug-ins read: their writes are heard of. */
const policyKinds = [
  ingressClasses,
  limitRanges,
  namespaces,
  nodes,
  priorityClasses,
  resourceQuotas,
  runtimeClasses,
  serviceAccounts,
  storageClasses,
];

/**
 * The plug-ins that Kubernetes turns on by default and that know only built-in kinds, in its order. Before them stands NamespaceLifecycle,
 * after them what runs tenants' code; ResourceQuota comes last of all, with the write itself.
 */
export function builtInPlugins(policies: PolicySource): AdmissionPlugin[] {
  return [
    limitRanger(policies),
    serviceAccountAdmission(policies),
    nodeRestriction,
    taintNodesByCondition,
    podSecurity(policies),
    priority(policies),
    defaultTolerationSeconds,
    defaultStorageClass(policies),
    storageObjectInUseProtection,
    claimResize(policies),
    runtimeClass(policies),
    defaultIngressClass(policies),
    podTopologyLabels(policies),
    policies.plugin(policyKinds),
  ];
}
