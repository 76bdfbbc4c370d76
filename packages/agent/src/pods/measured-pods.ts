import type { NodePod } from '../model/node-pod.ts';
import type { MeasuredPod } from '../stats/usage-sampler.ts';
import type { PodWorker } from './pod-worker.ts';

/** The pods of this node with their running containers, by what their statuses say. */
export function measuredPods(workers: Iterable<PodWorker>): MeasuredPod[] {
  return [...workers].flatMap(({ pod: { metadata }, status }) => {
    const statuses = [
      ...(status?.initContainerStatuses ?? []),
      ...(status?.containerStatuses ?? []),
      ...(status?.ephemeralContainerStatuses ?? []),
    ];
    const containers = statuses.flatMap(({ name, state, containerID = '' }) => {
      const id = containerID.slice(containerID.indexOf('//') + 2);
      const running = state?.running;
      if (running === undefined || containerID === '') return [];
      return [{ id, name, ...(running.startedAt === undefined || running.startedAt === null ? {} : { startedAt: running.startedAt }) }];
    });
    if (containers.length === 0) return [];
    const startedAt = status?.startTime;
    const { namespace, name, uid } = metadata;
    return [{ namespace, name, uid, ...(startedAt === undefined || startedAt === null ? {} : { startedAt }), containers }];
  });
}

/** A pod as this node knows it: its status is often newer than what came with it. */
export function podWithStatus({ pod, status }: PodWorker): NodePod {
  return { ...pod, status: status ?? pod.status };
}
