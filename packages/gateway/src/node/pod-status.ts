import type { KubeObject } from '@kajitori/apimachinery';
import type { Pod, PodStatus } from '@kajitori/kinds';
import { isNodeCondition } from '../desired/stored-object.ts';

/**
 * The status that a pod has after its node reported: the node's word, but for what others own. Those are the conditions of other writers
 * (the scheduler, readiness gates), the nomination, and the states of resource claims.
 */
export function statusAfterReport(current: PodStatus | undefined, reported: PodStatus): PodStatus {
  const told = new Set((reported.conditions ?? []).map(({ type }) => type));
  const foreign = (current?.conditions ?? []).filter(({ type }) => !isNodeCondition(type) && !told.has(type));
  const { nominatedNodeName, resourceClaimStatuses, qosClass } = current ?? {};
  return {
    ...(qosClass === undefined ? {} : { qosClass }),
    ...reported,
    ...(nominatedNodeName === undefined ? {} : { nominatedNodeName }),
    ...(resourceClaimStatuses === undefined ? {} : { resourceClaimStatuses }),
    ...(foreign.length + told.size === 0 ? {} : { conditions: [...foreign, ...(reported.conditions ?? [])] }),
  };
}

/** The newer of two views of a pod; resource versions of one cluster are its revisions. */
export function newer(one: Pod | undefined, other: Pod | undefined): Pod | undefined {
  return revisionOf(one) >= revisionOf(other) ? one : other;
}

export function revisionOf(object: Pick<KubeObject, 'metadata'> | undefined): number {
  return Number(object?.metadata.resourceVersion ?? 0);
}
