import { withCondition } from '@kajitori/apimachinery';
import type { Namespace, NamespaceStatus } from '@kajitori/kinds';
import type { Remaining } from '../deletion/delete-all.ts';

/** The conditions of a namespace's end, as Kubernetes words them. */
export function terminatingStatus(
  namespace: Namespace,
  remaining: readonly Remaining[],
  failures: readonly string[],
  now: Date,
): NamespaceStatus {
  const left = remaining.filter(({ count }) => count > 0);
  const held = new Map<string, number>();
  for (const { finalizers } of left) for (const [name, count] of finalizers) held.set(name, (held.get(name) ?? 0) + count);
  const wanted = [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      status: 'False',
      reason: 'ResourcesDiscovered',
      message: 'All resources successfully discovered',
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      status: 'False',
      reason: 'ParsedGroupVersions',
      message: 'All legacy kube types successfully parsed',
    },
    failures.length === 0
      ? {
          type: 'NamespaceDeletionContentFailure',
          status: 'False',
          reason: 'ContentDeleted',
          message: 'All content successfully deleted, may be waiting on finalization',
        }
      : {
          type: 'NamespaceDeletionContentFailure',
          status: 'True',
          reason: 'ContentDeletionFailed',
          message: `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(', ')}`,
        },
    left.length === 0
      ? { type: 'NamespaceContentRemaining', status: 'False', reason: 'ContentRemoved', message: 'All content successfully removed' }
      : {
          type: 'NamespaceContentRemaining',
          status: 'True',
          reason: 'SomeResourcesRemain',
          message: `Some resources are remaining: ${left.map(({ resource, count }) => `${resource} has ${count} resource instances`).join(', ')}`,
        },
    held.size === 0
      ? {
          type: 'NamespaceFinalizersRemaining',
          status: 'False',
          reason: 'ContentHasNoFinalizers',
          message: 'All content-preserving finalizers finished',
        }
      : {
          type: 'NamespaceFinalizersRemaining',
          status: 'True',
          reason: 'SomeFinalizersRemain',
          message: `Some content in the namespace has finalizers remaining: ${[...held].map(([name, count]) => `${name} in ${count} resource instances`).join(', ')}`,
        },
  ];
  let conditions = namespace.status?.conditions ?? [];
  for (const condition of wanted) conditions = withCondition(conditions, condition, now);
  return { ...namespace.status, phase: 'Terminating', conditions };
}
