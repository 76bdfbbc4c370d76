/**
 * Brings running containers to the CPU and memory that was agreed to: in place, or by a restart where their `resizePolicy` asks for one. Pure.
 */
import type { Container } from '@kajitori/kinds';
import { type EngineLimits, changedLimits, engineLimitsOf } from '../model/engine-limits.ts';
import type { Failure, ResizeState } from '../model/pod-activity.ts';
import type { ContainerView } from './container-view.ts';
import type { PodSyncInput } from './input.ts';

export const firstResizeBackOffSeconds = 5;

/** How far a running container is from what it may use. */
export type Resize =
  | { phase: 'done' }
  | { phase: 'restart' }
  | { phase: 'change'; limits: EngineLimits }
  | { phase: 'underway' }
  | { phase: 'failed'; limits: EngineLimits; failure: Failure };

export function resizeOf({ container, role, latest, resources }: ContainerView, { activity, pod }: PodSyncInput): Resize {
  if (latest?.state !== 'running' || role === 'init' || role === 'ephemeral') return { phase: 'done' };
  const limits = engineLimitsOf(resources);
  const changed = changedLimits(limits, latest.limits);
  if (!changed.cpu && !changed.memory) return { phase: 'done' };
  const tried = activity.resizes.get(latest.id);
  const same = tried !== undefined && isSame(tried, limits);
  // An engine that cannot set it does not keep it: it was told, and there is no more to do.
  if (same && tried.phase === 'done') return { phase: 'done' };
  if (same && tried.phase === 'underway') return { phase: 'underway' };
  if (pod.spec.restartPolicy !== 'Never' && asksForRestart(container, changed)) return { phase: 'restart' };
  if (same && tried.failure !== undefined) return { phase: 'failed', limits, failure: tried.failure };
  return { phase: 'change', limits };
}

/** Whether a container ended for the sake of its resources, and so is started again whatever its exit code. */
export function endedForResources({ container, latest, resources }: ContainerView): boolean {
  return latest?.state === 'exited' && asksForRestart(container, changedLimits(engineLimitsOf(resources), latest.limits));
}

function asksForRestart({ resizePolicy }: Container, changed: { cpu: boolean; memory: boolean }): boolean {
  return (
    resizePolicy?.some(
      ({ resourceName, restartPolicy }) => restartPolicy === 'RestartContainer' && changed[resourceName as 'cpu' | 'memory'],
    ) ?? false
  );
}

function isSame({ limits }: ResizeState, wanted: EngineLimits): boolean {
  const { cpu, memory } = changedLimits(limits, wanted);
  return !cpu && !memory;
}
