import { formatTime } from '@kajitori/apimachinery';
import type { ContainerStatus } from '@kajitori/kinds';
import { podRefOf, podText } from '../model/node-pod.ts';
import type { ObservedContainer } from '../model/observed-pod.ts';
import { type ContainerView, hasRun, isReady, isStarted } from './container-view.ts';
import { goDuration } from './go-duration.ts';
import type { PodSyncInput } from './input.ts';
import { resizeOf } from './resize.ts';
import { backOffUntil, retryAt, shouldRestart } from './restart.ts';

/** How long a fresh failure is shown as itself before its back-off is shown instead. */
const freshMilliseconds = 3000;
export const firstPullBackOffSeconds = 10;

type State = NonNullable<ContainerStatus['state']>;
type Waiting = NonNullable<State['waiting']>;
type Terminated = NonNullable<State['terminated']>;

interface StatusContext {
  input: PodSyncInput;
  /** All init containers are done: what waits, waits for its own sake. */
  initialized: boolean;
  /** Nothing is started any more. */
  stopping: boolean;
}

/** One container's status as a kubelet writes it. */
export function containerStatus(view: ContainerView, context: StatusContext): ContainerStatus {
  const { container, latest, previous, role } = view;
  const { state, lastState } = statesOf(view, context);
  const running = latest?.state === 'running';
  return {
    name: container.name,
    state,
    lastState,
    ready: isReady(view, context.input),
    restartCount: latest?.attempt ?? (hasRun(previous) ? (previous?.restartCount ?? 0) : 0),
    image: latest?.image ?? container.image ?? '',
    imageID: latest?.imageId ?? (hasRun(previous) ? (previous?.imageID ?? '') : ''),
    ...(latest === undefined ? {} : { containerID: containerId(latest.id) }),
    started: isStarted(view, context.input) && (role !== 'init' || running),
    ...resourcesOf(view, context.input),
    ...mountsOf(view),
    ...(running && latest.user !== undefined ? { user: { linux: userOf(latest.user) } } : {}),
  };
}

export function containerId(id: string): string {
  return `docker://${id}`;
}

function userOf({ uid, gid, supplementalGroups }: NonNullable<ObservedContainer['user']>): {
  uid: number;
  gid: number;
  supplementalGroups?: number[];
} {
  return { uid, gid, ...(supplementalGroups.length === 0 ? {} : { supplementalGroups }) };
}

/** What was agreed to, and what a running container has of it now. */
function resourcesOf(view: ContainerView, input: PodSyncInput): Partial<ContainerStatus> {
  const { resources = {}, previous, latest, role } = view;
  if (role === 'ephemeral' && latest?.state !== 'running') return {};
  const { limits, requests } = resources;
  const agreed = { ...(limits === undefined ? {} : { limits }), ...(requests === undefined ? {} : { requests }) };
  const isAsAgreed = resizeOf(view, input).phase === 'done' || previous?.resources === undefined;
  return {
    ...(requests === undefined ? {} : { allocatedResources: requests }),
    resources: isAsAgreed ? agreed : previous.resources,
  };
}

function mountsOf({ container }: ContainerView): Partial<ContainerStatus> {
  if (container.volumeMounts === undefined || container.volumeMounts.length === 0) return {};
  return {
    volumeMounts: container.volumeMounts.map(({ name, mountPath, readOnly }) => ({
      name,
      mountPath,
      ...(readOnly === true ? { readOnly, recursiveReadOnly: 'Disabled' } : {}),
    })),
  };
}

function statesOf(view: ContainerView, context: StatusContext): { state: State; lastState: State } {
  const { latest, earlier, previous } = view;
  const last: State = earlier?.state === 'exited' ? { terminated: terminated(earlier) } : {};
  if (latest === undefined) {
    const lost: State = hasRun(previous) ? lostState(view, context) : {};
    if (context.stopping && lost.terminated !== undefined) return { state: lost, lastState: {} };
    return { state: { waiting: waitingReason(view, context) ?? firstWait(context) }, lastState: lost };
  }
  if (latest.state === 'running')
    return { state: { running: latest.startedAt === undefined ? {} : { startedAt: formatTime(latest.startedAt) } }, lastState: last };
  const waiting = waitingReason(view, context);
  if (waiting !== undefined) return { state: { waiting }, lastState: { terminated: terminated(latest) } };
  return { state: { terminated: terminated(latest) }, lastState: last };
}

function firstWait({ initialized }: StatusContext): Waiting {
  return { reason: initialized ? 'ContainerCreating' : 'PodInitializing' };
}

/** Why this container is not being run although it should be. */
function waitingReason(view: ContainerView, { input, stopping }: StatusContext): Waiting | undefined {
  if (stopping || !shouldRestart(view, input.pod.spec.restartPolicy)) return undefined;
  return imageWait(view, input) ?? startFailureWait(view, input) ?? crashLoopWait(view, input);
}

function imageWait({ container, nextAttempt }: ContainerView, { activity, now }: PodSyncInput): Waiting | undefined {
  const image = activity.images.get(container.name);
  if (image?.failure === undefined || image.phase === 'present' || image.attempt !== nextAttempt) return undefined;
  const { reason, message, at } = image.failure;
  if (
    reason !== 'ErrImagePull' ||
    now.getTime() - at.getTime() < freshMilliseconds ||
    now >= retryAt(image.failure, firstPullBackOffSeconds)
  )
    return { reason, message };
  return { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image.image}": ${reason}: ${message}` };
}

function startFailureWait({ container, latest, nextAttempt }: ContainerView, { activity, now }: PodSyncInput): Waiting | undefined {
  const failure = activity.startFailures.get(container.name);
  if (failure === undefined) return undefined;
  const { attempt, reason, message, at } = failure;
  // An attempt that exists as a container is over: from here on its crash loop says more.
  const over = attempt === latest?.attempt;
  if (over ? now.getTime() - at.getTime() < freshMilliseconds : attempt === nextAttempt) return { reason, message };
  return undefined;
}

function crashLoopWait(view: ContainerView, { now, pod }: PodSyncInput): Waiting | undefined {
  const until = backOffUntil(view);
  if (until === undefined || now >= until || view.latest === undefined) return undefined;
  return {
    reason: 'CrashLoopBackOff',
    message: `back-off ${goDuration(view.latest.backOffSeconds)} restarting failed container=${view.container.name} pod=${podText(podRefOf(pod))}`,
  };
}

/** Linux' largest signal number, added to 128 in the exit code of what it killed. */
const oomExitCode = 137;

export function terminated(one: ObservedContainer): Terminated {
  const exitCode = one.exitCode ?? 0;
  return {
    exitCode,
    reason: reasonOf(one, exitCode),
    ...messageOf(one),
    ...(one.startedAt === undefined ? {} : { startedAt: formatTime(one.startedAt) }),
    ...(one.finishedAt === undefined ? {} : { finishedAt: formatTime(one.finishedAt) }),
    containerID: containerId(one.id),
  };
}

function messageOf({ startError, terminationMessage }: ObservedContainer): { message?: string } {
  const message = startError ?? terminationMessage;
  return message === undefined || message === '' ? {} : { message };
}

function reasonOf({ startError, oomKilled }: ObservedContainer, exitCode: number): string {
  if (startError !== undefined) return 'StartError';
  if (oomKilled === true && exitCode === oomExitCode) return 'OOMKilled';
  return exitCode === 0 ? 'Completed' : 'Error';
}

/** A container that was there and is not: nobody knows how it ended. */
function lostState({ previous }: ContainerView, { stopping }: StatusContext): State {
  const before = previous?.state?.terminated ?? previous?.lastState?.terminated;
  if (previous?.state?.running === undefined && before !== undefined) return { terminated: before };
  return {
    terminated: {
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
      message: `The container could not be located when the pod was ${stopping ? 'terminated' : 'deleted.  The container used to be Running'}`,
    },
  };
}
