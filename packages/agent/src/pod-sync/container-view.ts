import type { Container, ContainerStatus, PodStatus } from '@kajitori/kinds';
import type { Resources } from '../model/engine-limits.ts';
import { type ContainerRole, containersOf } from '../model/node-pod.ts';
import type { ObservedContainer, ObservedSandbox } from '../model/observed-pod.ts';
import { type ResizePending, allocate } from './allocation.ts';
import type { PodSyncInput } from './input.ts';

/** One container of the spec beside what exists of it. */
export interface ContainerView {
  container: Container;
  role: ContainerRole;
  /** The highest attempt. */
  latest: ObservedContainer | undefined;
  /** The one before it that ran. */
  earlier: ObservedContainer | undefined;
  /** All before these. */
  older: ObservedContainer[];
  /** What was last said about it. */
  previous: ContainerStatus | undefined;
  /** The number that the next one gets. */
  nextAttempt: number;
  /** What it may use, as this node has agreed to. */
  resources: Resources | undefined;
}

export interface PodView {
  sandbox: ObservedSandbox | undefined;
  init: ContainerView[];
  regular: ContainerView[];
  ephemeral: ContainerView[];
  all: ContainerView[];
  /** Why a change of what it may use has to wait. */
  resizePending: ResizePending | undefined;
}

export function viewPod(input: PodSyncInput): PodView {
  const before = statusesByName(input.previous ?? input.pod.status);
  const allocation = allocate(input.pod, before, input.node);
  const byName = Map.groupBy(input.observed.containers, (one) => one.name);
  const all = containersOf(input.pod).map(({ container, role }): ContainerView => {
    const attempts = [...(byName.get(container.name) ?? [])].sort(
      (a, b) => b.attempt - a.attempt || b.createdAt.getTime() - a.createdAt.getTime(),
    );
    // A container that was made and never started is what a killed agent leaves in the middle: it did not run, so it does not count.
    const counted = attempts.filter((one) => one.state !== 'created');
    const [latest, earlier, ...older] = counted;
    const previous = before.get(container.name);
    return {
      container,
      role,
      latest,
      earlier,
      older,
      previous,
      nextAttempt: nextAttempt(latest, previous),
      resources: allocation.resources.get(container.name),
    };
  });
  return {
    sandbox: input.observed.sandboxes[0],
    init: all.filter(({ role }) => role === 'init' || role === 'sidecar'),
    regular: all.filter(({ role }) => role === 'regular'),
    ephemeral: all.filter(({ role }) => role === 'ephemeral'),
    all,
    resizePending: allocation.pending,
  };
}

/** Containers that someone removed behind the agent's back still count: restarts are never said to be fewer than before. */
function nextAttempt(latest: ObservedContainer | undefined, previous: ContainerStatus | undefined): number {
  if (latest !== undefined) return latest.attempt + 1;
  return hasRun(previous) ? (previous?.restartCount ?? 0) + 1 : 0;
}

/** Whether a status tells of a container that was once there. */
export function hasRun(status: ContainerStatus | undefined): boolean {
  return status?.containerID !== undefined && status.containerID !== '';
}

function statusesByName(status: PodStatus | undefined): Map<string, ContainerStatus> {
  const lists = [status?.initContainerStatuses, status?.containerStatuses, status?.ephemeralContainerStatuses];
  return new Map(lists.flatMap((list) => list ?? []).map((one) => [one.name, one]));
}

export const isRunning = (view: ContainerView): boolean => view.latest?.state === 'running';
export const isDead = (view: ContainerView): boolean => view.latest?.state === 'exited';

/** Running, and past its startup probe if it has one. */
export function isStarted(view: ContainerView, input: PodSyncInput): boolean {
  if (view.latest?.state !== 'running' || input.activity.starting.has(view.container.name)) return false;
  return view.container.startupProbe === undefined || input.activity.probes.get(view.latest.id)?.started === true;
}

export function isReady(view: ContainerView, input: PodSyncInput): boolean {
  if (view.role === 'init') return view.latest?.state === 'exited' && view.latest.exitCode === 0;
  if (view.role === 'ephemeral' || !isStarted(view, input) || view.latest === undefined) return false;
  return view.container.readinessProbe === undefined || input.activity.probes.get(view.latest.id)?.ready === true;
}
