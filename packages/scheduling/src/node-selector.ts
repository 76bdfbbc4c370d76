import type { NodeSelectorRequirement, NodeSelectorTerm, SchedulablePod } from './pod.ts';
import type { NodeInfo } from './snapshot.ts';

/** Whether a node is one that the pod's `nodeSelector` and required node affinity allow. */
export function matchesNodeAffinity(pod: SchedulablePod, node: NodeInfo): boolean {
  for (const [key, value] of Object.entries(pod.spec?.nodeSelector ?? {})) if (labelOf(node, key) !== value) return false;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesNodeTerm(term, node));
}

/** Terms are alternatives, the requirements of a term all hold. A term without any matches nothing. */
export function matchesNodeTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: NodeInfo): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  return (
    matchExpressions.every((one) => matchesRequirement(one, labelOf(node, one.key))) &&
    matchFields.every((one) => matchesRequirement(one, one.key === 'metadata.name' ? node.name : undefined))
  );
}

export function labelOf(node: NodeInfo, key: string): string | undefined {
  return Object.hasOwn(node.labels, key) ? node.labels[key] : undefined;
}

function matchesRequirement({ operator, values = [] }: NodeSelectorRequirement, actual: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return actual !== undefined && values.includes(actual);
    case 'NotIn':
      return actual === undefined || !values.includes(actual);
    case 'Exists':
      return actual !== undefined;
    case 'DoesNotExist':
      return actual === undefined;
    case 'Gt':
    case 'Lt': {
      const bound = values[0] ?? '';
      if (actual === undefined || !/^-?\d+$/.test(actual) || !/^-?\d+$/.test(bound)) return false;
      return operator === 'Gt' ? BigInt(actual) > BigInt(bound) : BigInt(actual) < BigInt(bound);
    }
    default:
      return false;
  }
}
