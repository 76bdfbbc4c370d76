import { apiVersionOf, type GroupResource, type GroupVersionKind } from '@kajitori/apimachinery';
import {
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  mutatingWebhookConfigurations,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  validatingWebhookConfigurations,
} from './admissionregistration/index.ts';
import { customResourceDefinitions } from './apiextensions/index.ts';
import { apiServices } from './apiregistration/index.ts';
import { controllerRevisions, daemonSets, deployments, replicaSets, statefulSets } from './apps/index.ts';
import { selfSubjectReviews, tokenReviews } from './authentication/index.ts';
import {
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectRulesReviews,
  subjectAccessReviews,
} from './authorization/index.ts';
import { horizontalPodAutoscalers, horizontalPodAutoscalersV1 } from './autoscaling/index.ts';
import { cronJobs, jobs } from './batch/index.ts';
import { certificateSigningRequests } from './certificates/index.ts';
import { leases } from './coordination/index.ts';
import {
  bindings,
  componentStatuses,
  configMaps,
  endpoints,
  events,
  limitRanges,
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  podTemplates,
  pods,
  replicationControllers,
  resourceQuotas,
  secrets,
  serviceAccounts,
  services,
} from './core/index.ts';
import { endpointSlices } from './discovery/index.ts';
import { eventsV1 } from './events/index.ts';
import { flowSchemas, priorityLevelConfigurations } from './flowcontrol/index.ts';
import { nodeMetrics, podMetrics } from './metrics/index.ts';
import { ingressClasses, ingresses, ipAddresses, networkPolicies, serviceCIDRs } from './networking/index.ts';
import { runtimeClasses } from './node/index.ts';
import { podDisruptionBudgets } from './policy/index.ts';
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from './rbac/index.ts';
import { deviceClasses, resourceClaimTemplates, resourceClaims, resourceSlices } from './resource/index.ts';
import { priorityClasses } from './scheduling/index.ts';
import { csiDrivers, csiNodes, csiStorageCapacities, storageClasses, volumeAttachments, volumeAttributesClasses } from './storage/index.ts';
import type { Kind } from './kind.ts';

/**
 * Every built-in kind. Routes, discovery, OpenAPI, tables and the clients' types derive from this list: a new small kind
 * is one file and one line here. Versions of one group stand in Kubernetes' order of preference.
 */
export const catalogue: readonly Kind[] = [
  componentStatuses,
  configMaps,
  endpoints,
  events,
  limitRanges,
  namespaces,
  bindings,
  persistentVolumeClaims,
  pods,
  podTemplates,
  replicationControllers,
  resourceQuotas,
  secrets,
  serviceAccounts,
  services,
  nodes,
  persistentVolumes,
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  mutatingWebhookConfigurations,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  validatingWebhookConfigurations,
  customResourceDefinitions,
  apiServices,
  controllerRevisions,
  daemonSets,
  deployments,
  replicaSets,
  statefulSets,
  selfSubjectReviews,
  tokenReviews,
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectRulesReviews,
  subjectAccessReviews,
  horizontalPodAutoscalers,
  horizontalPodAutoscalersV1,
  cronJobs,
  jobs,
  certificateSigningRequests,
  leases,
  endpointSlices,
  eventsV1,
  flowSchemas,
  priorityLevelConfigurations,
  ingressClasses,
  ingresses,
  ipAddresses,
  networkPolicies,
  serviceCIDRs,
  runtimeClasses,
  podDisruptionBudgets,
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
  deviceClasses,
  resourceClaims,
  resourceClaimTemplates,
  resourceSlices,
  priorityClasses,
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  storageClasses,
  volumeAttachments,
  volumeAttributesClasses,
  nodeMetrics,
  podMetrics,
];

const byResource = new Map(catalogue.map((kind) => [resourceKey(kind.group, kind.version, kind.plural), kind]));
const byKind = new Map(catalogue.map((kind) => [kindKey(kind), kind]));

function resourceKey(group: string, version: string, plural: string): string {
  return `${apiVersionOf({ group, version })}/${plural}`;
}

function kindKey({ group, version, kind }: GroupVersionKind): string {
  return `${apiVersionOf({ group, version })}/${kind}`;
}

/** The kind behind `/apis/GROUP/VERSION/PLURAL`. */
export function kindOfResource(group: string, version: string, plural: string): Kind | undefined {
  return byResource.get(resourceKey(group, version, plural));
}

/** The kind that an object's `apiVersion` and `kind` name. */
export function kindOf(gvk: GroupVersionKind): Kind | undefined {
  return byKind.get(kindKey(gvk));
}

/** Every version of a resource, in order of preference. */
export function versionsOf({ group, resource }: GroupResource): readonly Kind[] {
  return catalogue.filter((kind) => kind.group === group && kind.plural === resource);
}
