import type { NodePod } from '../model/node-pod.ts';
import { endedForResources } from './resize.ts';
import { type ContainerView, type PodView, hasRun, isDead, isRunning } from './container-view.ts';

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** The phase by the kubelet's table (`getPhase`). A pod that finished stays finished: the caller sees to that. */
export function phaseOf(pod: NodePod, view: PodView, initialized: boolean): Phase {
  const policy = pod.spec.restartPolicy ?? 'Always';
  if (policy === 'Never' && !initialized && view.init.some((one) => one.role === 'init' && failed(one))) return 'Failed';
  if (!initialized) return 'Pending';
  const counts = { running: 0, waiting: 0, stopped: 0, succeeded: 0 };
  for (const one of view.regular) {
    if (isRunning(one)) counts.running++;
    else if (isDead(one) || hasRun(one.previous)) {
      counts.stopped++;
      if (one.latest?.exitCode === 0) counts.succeeded++;
    } else counts.waiting++;
  }
  if (counts.waiting > 0) return 'Pending';
  if (counts.running > 0) return 'Running';
  if (policy === 'Always' || view.init.some((one) => one.role === 'sidecar' && isRunning(one))) return 'Running';
  if (policy === 'OnFailure' && view.regular.some(endedForResources)) return 'Running';
  if (counts.stopped === counts.succeeded) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

function failed(one: ContainerView): boolean {
  return isDead(one) && one.latest?.exitCode !== 0;
}

/** What a pod is called once all is stopped because someone asked for it. */
export function finalPhase(view: PodView, initialized: boolean): 'Succeeded' | 'Failed' {
  const succeeded = initialized && view.regular.every((one) => isDead(one) && one.latest?.exitCode === 0);
  return succeeded ? 'Succeeded' : 'Failed';
}
