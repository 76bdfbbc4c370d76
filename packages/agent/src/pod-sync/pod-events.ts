import type { ContainerStatus, PodStatus } from '@kajitori/kinds';
import { containerFieldPath, podRefOf, podText } from '../model/node-pod.ts';
import type { PodEvent } from '../model/pod-plan.ts';
import type { PodSyncInput } from './input.ts';

/** What a change of status is worth telling: the beginning of a back-off, the end by a deadline. */
export function transitionEvents(input: PodSyncInput, status: PodStatus): PodEvent[] {
  const before = new Map(statuses(input.previous).map((one) => [one.name, one.state?.waiting?.reason]));
  const events = statuses(status).flatMap((one) => {
    const reason = one.state?.waiting?.reason;
    return reason === undefined || reason === before.get(one.name) ? [] : waitingEvents(input, one.name, reason);
  });
  if (status.reason === 'DeadlineExceeded' && input.previous?.reason !== 'DeadlineExceeded') {
    events.push({ type: 'Normal', reason: 'DeadlineExceeded', message: status.message ?? '' });
  }
  return [...events, ...resizeEvents(input, status)];
}

/** How a change of the pod's resources goes, as conditions come and go. */
function resizeEvents({ pod, previous }: PodSyncInput, status: PodStatus): PodEvent[] {
  const find = (one: PodStatus | undefined, wanted: string) => one?.conditions?.find(({ type }) => type === wanted);
  const told = (error?: string): string =>
    JSON.stringify({
      containers: pod.spec.containers.map(({ name, resources = {} }) => ({ name, resources })),
      ...(pod.metadata.generation === undefined ? {} : { generation: pod.metadata.generation }),
      ...(error === undefined ? {} : { error }),
    });
  const events: PodEvent[] = [];
  const [pending, held] = [find(status, 'PodResizePending'), find(previous, 'PodResizePending')];
  if (pending !== undefined && (pending.reason !== held?.reason || pending.message !== held?.message)) {
    const { reason = '', message = '' } = pending;
    events.push({ type: 'Warning', reason: `Resize${reason}`, message: `Pod resize ${reason}: ${told(message)}` });
  }
  const [now, before] = [find(status, 'PodResizeInProgress'), find(previous, 'PodResizeInProgress')];
  if (now !== undefined && before === undefined)
    events.push({ type: 'Normal', reason: 'ResizeStarted', message: `Pod resize started: ${told()}` });
  if (now?.reason === 'Error' && before?.message !== now.message)
    events.push({ type: 'Warning', reason: 'ResizeError', message: `Pod resize error: ${told(now.message)}` });
  if (now === undefined && before !== undefined && !isOver(status))
    events.push({ type: 'Normal', reason: 'ResizeCompleted', message: `Pod resize completed: ${told()}` });
  return events;
}

function isOver({ phase }: PodStatus): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

function statuses(status: PodStatus | undefined): ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? []), ...(status?.ephemeralContainerStatuses ?? [])];
}

function waitingEvents(input: PodSyncInput, name: string, reason: string): PodEvent[] {
  const fieldPath = containerFieldPath(input.pod, name);
  if (reason === 'CrashLoopBackOff') {
    return [
      {
        type: 'Warning',
        reason: 'BackOff',
        message: `Back-off restarting failed container ${name} in pod ${podText(podRefOf(input.pod))}`,
        fieldPath,
      },
    ];
  }
  if (reason !== 'ImagePullBackOff') return [];
  const image = input.activity.images.get(name)?.image ?? '';
  return [
    { type: 'Normal', reason: 'BackOff', message: `Back-off pulling image "${image}"`, fieldPath },
    { type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff', fieldPath },
  ];
}
