import { formatTime } from '@kajitori/apimachinery';
import type { ContainerStatus, PodStatus } from '@kajitori/kinds';
import { qosClassOf } from '../model/qos-class.ts';
import type { ContainerView, PodView } from './container-view.ts';
import { containerStatus } from './container-status.ts';
import type { PodSyncInput } from './input.ts';
import { type Verdict, podConditions } from './pod-conditions.ts';
import { resizeOf } from './resize.ts';
import { type Phase, finalPhase, phaseOf } from './pod-phase.ts';

export interface StatusDecision {
  initialized: boolean;
  /** Nothing is started any more. */
  stopping: boolean;
  /** Everything has ended: the phase becomes final even where the table would wait. */
  ended: boolean;
  /** The agent itself ended the pod. */
  failure?: { reason: string; message: string };
}

/** The complete status of a pod, as a kubelet would write it. */
export function podStatus(input: PodSyncInput, view: PodView, decision: StatusDecision): PodStatus {
  const { pod, previous, now } = input;
  const before = previous ?? pod.status;
  const context = { input, initialized: decision.initialized, stopping: decision.stopping };
  const statusOf = (one: ContainerView): ContainerStatus => containerStatus(one, context);
  const init = view.init.map(statusOf);
  const regular = view.regular.map(statusOf);
  const phase = phaseFor(input, view, decision);
  const sandboxReady = view.sandbox?.state === 'running';
  const failure = decision.failure ?? (phase === 'Failed' ? keptFailure(before) : undefined);
  const ips = ipsOf(input, view);
  const { generation } = pod.metadata;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    conditions: podConditions({
      pod,
      phase,
      sandboxReady,
      initialized: decision.initialized,
      init,
      regular,
      sidecarNames: new Set(view.init.filter(({ role }) => role === 'sidecar').map(({ container }) => container.name)),
      before: previous?.conditions ?? [],
      resize: resizeVerdicts(input, view, decision.stopping),
      now,
    }),
    ...failure,
    ...hostIps(input),
    ...(ips.length === 0 ? {} : { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) }),
    startTime: before?.startTime ?? formatTime(now),
    ...(init.length === 0 ? {} : { initContainerStatuses: init }),
    containerStatuses: regular,
    ...(view.ephemeral.length === 0 ? {} : { ephemeralContainerStatuses: view.ephemeral.map(statusOf) }),
    qosClass: pod.status?.qosClass ?? qosClassOf(pod),
  };
}

/** `PodResizePending` and `PodResizeInProgress`, while they hold. */
function resizeVerdicts(input: PodSyncInput, view: PodView, stopping: boolean): [type: string, Verdict][] {
  if (stopping) return [];
  const { resizePending } = view;
  const resizes = view.all.map((one) => resizeOf(one, input));
  const failed = resizes.find(({ phase }) => phase === 'failed');
  const verdicts: [string, Verdict][] = [];
  if (resizePending !== undefined) verdicts.push(['PodResizePending', { status: 'True', ...resizePending }]);
  if (failed?.phase === 'failed')
    verdicts.push(['PodResizeInProgress', { status: 'True', reason: 'Error', message: failed.failure.message }]);
  else if (resizes.some(({ phase }) => phase !== 'done')) verdicts.push(['PodResizeInProgress', { status: 'True' }]);
  return verdicts;
}

function keptFailure(before: PodStatus | undefined): { reason?: string; message?: string } {
  return {
    ...(before?.reason === undefined ? {} : { reason: before.reason }),
    ...(before?.message === undefined ? {} : { message: before.message }),
  };
}

export function isFinished(status: PodStatus | undefined): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function phaseFor(input: PodSyncInput, view: PodView, { initialized, ended, failure }: StatusDecision): Phase {
  const before = [input.previous, input.pod.status].find(isFinished);
  if (before !== undefined) return before.phase as Phase;
  if (failure !== undefined) return 'Failed';
  if (ended) return finalPhase(view, initialized);
  const phase = phaseOf(input.pod, view, initialized);
  // While a pod is being stopped its phase is final only once nothing runs.
  return (input.removed || input.pod.metadata.deletionTimestamp !== undefined) && phase !== 'Pending' ? 'Running' : phase;
}

function hostIps({ node: { ips } }: PodSyncInput): Partial<PodStatus> {
  return ips.length === 0 ? {} : { hostIP: ips[0], hostIPs: ips.map((ip) => ({ ip })) };
}

/** A stopped sandbox has lost its address; the status keeps the last one, as a kubelet's does. */
function ipsOf({ pod, node, previous }: PodSyncInput, { sandbox }: PodView): readonly string[] {
  if (sandbox === undefined) return [];
  if (pod.spec.hostNetwork === true) return node.ips;
  if (sandbox.state === 'running') return sandbox.ips;
  return (previous ?? pod.status)?.podIPs?.map(({ ip }) => ip) ?? [];
}
