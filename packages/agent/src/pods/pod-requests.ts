import type { PodStatus } from '@kajitori/kinds';
import { type NodePod, containersOf } from '../model/node-pod.ts';
import { type Requests, noRequests, requestsOf } from '../model/requests.ts';
import { isFinished } from '../pod-sync/pod-status.ts';

/** What this node has set aside for a pod's containers: as it agreed to, which its status tells; as they ask for, before that. */
export function podRequests(pod: NodePod, status: PodStatus | undefined): Requests {
  if (isFinished(status)) return noRequests;
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const agreed = new Map(statuses.map(({ name, allocatedResources }) => [name, allocatedResources]));
  const running = containersOf(pod).filter(({ role }) => role === 'regular' || role === 'sidecar');
  return requestsOf(
    running.map(({ container }) => {
      const requests = agreed.get(container.name);
      return requests === undefined ? container.resources : { requests };
    }),
  );
}
