/** The status that a kubelet would give a pod whose containers all start, run and end as the node wills. Pure. */
import type { DesiredObject } from '@kajitori/agent-protocol';
import { formatTime } from '@kajitori/apimachinery';

export type HollowPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** What of a Pod this node reads. */
export interface HollowPod extends DesiredObject {
  spec: {
    containers: readonly HollowContainer[];
    initContainers?: readonly HollowContainer[];
    hostNetwork?: boolean;
  };
}

interface HollowContainer {
  name: string;
  image: string;
}

export interface PodTimes {
  startTime: Date;
  /** When its containers ran. */
  runningSince?: Date;
  finishedAt?: Date;
}

export interface HollowAddresses {
  hostIp: string;
  podIp: string;
}

const imageId = (image: string): string => `sim://${image}`;

function containerStatus(
  { name, image }: HollowContainer,
  phase: HollowPhase,
  { runningSince, finishedAt }: PodTimes,
  uid: string,
): Record<string, unknown> {
  const startedAt = runningSince === undefined ? undefined : formatTime(runningSince);
  const state =
    phase === 'Pending'
      ? { waiting: { reason: 'ContainerCreating' } }
      : phase === 'Running'
        ? { running: { startedAt } }
        : {
            terminated: {
              exitCode: phase === 'Succeeded' ? 0 : 1,
              reason: phase === 'Succeeded' ? 'Completed' : 'Error',
              startedAt,
              finishedAt: finishedAt === undefined ? undefined : formatTime(finishedAt),
              containerID: `sim://${uid}-${name}`,
            },
          };
  return {
    name,
    image,
    imageID: phase === 'Pending' ? '' : imageId(image),
    ready: phase === 'Running',
    started: phase === 'Running',
    restartCount: 0,
    lastState: {},
    state,
    ...(phase === 'Pending' ? {} : { containerID: `sim://${uid}-${name}` }),
  };
}

export function hollowPodStatus(pod: HollowPod, phase: HollowPhase, times: PodTimes, addresses: HollowAddresses): Record<string, unknown> {
  const ready = phase === 'Running';
  const since = formatTime(times.finishedAt ?? times.runningSince ?? times.startTime);
  const condition = (type: string, holds: boolean, reason?: string): Record<string, unknown> => ({
    type,
    status: holds ? 'True' : 'False',
    lastTransitionTime: type === 'Initialized' ? formatTime(times.startTime) : since,
    ...(holds || reason === undefined ? {} : { reason }),
  });
  const notReady = phase === 'Pending' ? 'ContainersNotReady' : 'PodCompleted';
  const podIp = pod.spec.hostNetwork === true ? addresses.hostIp : addresses.podIp;
  return {
    phase,
    conditions: [
      condition('PodReadyToStartContainers', phase !== 'Pending'),
      condition('Initialized', true),
      condition('Ready', ready, notReady),
      condition('ContainersReady', ready, notReady),
    ],
    hostIP: addresses.hostIp,
    hostIPs: [{ ip: addresses.hostIp }],
    ...(phase === 'Pending' ? {} : { podIP: podIp, podIPs: [{ ip: podIp }] }),
    startTime: formatTime(times.startTime),
    ...(pod.spec.initContainers === undefined
      ? {}
      : {
          initContainerStatuses: pod.spec.initContainers.map((one) =>
            containerStatus(
              one,
              phase === 'Pending' ? 'Pending' : 'Succeeded',
              { ...times, finishedAt: times.runningSince },
              pod.metadata.uid,
            ),
          ),
        }),
    containerStatuses: pod.spec.containers.map((one) => containerStatus(one, phase, times, pod.metadata.uid)),
  };
}
