import { type KubeObject, matchesLabels } from '@kajitori/apimachinery';
import { type PersistentVolumeClaim, type Pod, qosClassOf, type ResourceQuota } from '@kajitori/kinds';
import type { CountedResource } from './usage.ts';

interface Requirement {
  scopeName: string;
  operator: string;
  values?: readonly string[];
}

/** Whether all scopes of a quota take the object in. Only pods, and claims by their attributes class, know scopes at all. */
export function inScopes({ spec }: ResourceQuota, { group, resource }: CountedResource, object: KubeObject): boolean {
  const requirements: Requirement[] = [
    ...(spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' })),
    ...(spec.scopeSelector?.matchExpressions ?? []),
  ];
  if (requirements.length === 0) return true;
  if (group !== '') return false;
  if (resource === 'pods') return requirements.every((one) => podInScope(one, object as Pod));
  return resource === 'persistentvolumeclaims' && requirements.every((one) => claimInScope(one, object as PersistentVolumeClaim));
}

function podInScope(requirement: Requirement, pod: Pod): boolean {
  switch (requirement.scopeName) {
    case 'Terminating':
      return isTerminating(pod);
    case 'NotTerminating':
      return !isTerminating(pod);
    case 'BestEffort':
      return qosClassOf(pod) === 'BestEffort';
    case 'NotBestEffort':
      return qosClassOf(pod) !== 'BestEffort';
    case 'PriorityClass':
      return isSelected(requirement, pod.spec.priorityClassName);
    case 'CrossNamespacePodAffinity':
      return looksIntoNamespaces(pod);
    default:
      return false;
  }
}

function claimInScope(requirement: Requirement, { spec }: PersistentVolumeClaim): boolean {
  return requirement.scopeName === 'VolumeAttributesClass' && isSelected(requirement, spec.volumeAttributesClassName);
}

function isTerminating({ spec }: Pod): boolean {
  return spec.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds >= 0;
}

function isSelected({ scopeName, operator, values = [] }: Requirement, value = ''): boolean {
  const term = { key: scopeName, operator: operator as 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', values };
  return matchesLabels([term], value === '' ? {} : { [scopeName]: value });
}

/** Some term of its affinity names namespaces other than its own. */
function looksIntoNamespaces({ spec: { affinity } }: Pod): boolean {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].some((rules) =>
    [
      ...(rules?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(rules?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
    ].some(({ namespaces, namespaceSelector }) => (namespaces ?? []).length > 0 || namespaceSelector !== undefined),
  );
}
