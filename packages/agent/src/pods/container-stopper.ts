import type { Container } from '@kajitori/kinds';
import { type NodePod, containerFieldPath, containersOf } from '../model/node-pod.ts';
import type { KillReason, PodAction } from '../model/pod-plan.ts';
import { runHook } from './lifecycle-hook.ts';
import type { PodContext } from './pod-context.ts';

export type KillAction = Extract<PodAction, { type: 'killContainer' }>;

/** What is left to a process for its own end when the hook took all the time, as a kubelet grants it. */
const minGraceSeconds = 2;

/** Runs the preStop hook and stops the container within its grace. Resolves once it has ended. */
export async function stopContainer(
  context: PodContext,
  pod: NodePod,
  podIp: string,
  { id, container: name, graceSeconds, reason }: KillAction,
): Promise<void> {
  const container = containersOf(pod).find((one) => one.container.name === name)?.container;
  const fieldPath = containerFieldPath(pod, name);
  context.recordEvent(pod, { type: 'Normal', reason: 'Killing', message: killingText(name, reason), fieldPath });
  const from = performance.now();
  const hook = container?.lifecycle?.preStop;
  if (container !== undefined && hook !== undefined && graceSeconds > 0)
    await preStop(context, { pod, container, id, podIp, graceSeconds, fieldPath });
  const leftSeconds = graceSeconds - Math.floor((performance.now() - from) / 1000);
  await (graceSeconds === 0
    ? context.runtime.killContainer(id)
    : context.runtime.stopContainer(id, Math.max(leftSeconds, Math.min(minGraceSeconds, graceSeconds))));
}

interface Stopping {
  pod: NodePod;
  container: Container;
  id: string;
  podIp: string;
  graceSeconds: number;
  fieldPath: string;
}

async function preStop(
  { runtime, recordEvent }: PodContext,
  { pod, container, id, podIp, graceSeconds, fieldPath }: Stopping,
): Promise<void> {
  const timeoutMilliseconds = graceSeconds * 1000;
  const run = (command: readonly string[], milliseconds: number) => runtime.run(id, command, milliseconds);
  try {
    await runHook(container.lifecycle?.preStop ?? {}, {
      container,
      podIp,
      run,
      timeoutMilliseconds,
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
  } catch {
    // The container is stopped all the same; whoever wrote the hook is told.
    recordEvent(pod, { type: 'Warning', reason: 'FailedPreStopHook', message: 'PreStopHook failed', fieldPath });
  }
}

function killingText(container: string, reason: KillReason): string {
  switch (reason) {
    case 'stopping':
      return `Stopping container ${container}`;
    case 'livenessProbe':
      return `Container ${container} failed liveness probe, will be restarted`;
    case 'startupProbe':
      return `Container ${container} failed startup probe, will be restarted`;
    case 'definitionChanged':
      return `Container ${container} definition changed, will be restarted`;
    case 'resources':
      return `Container ${container} resize requires restart`;
    case 'sandboxChanged':
      return `Stopping container ${container}`;
  }
}
