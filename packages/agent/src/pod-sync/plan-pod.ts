/**
 * Decides what to do next for one pod, and what to say about it. Owns the kubelet's rules: order of starting, restarts and their back-off, termination,
 * phases, conditions.
 *
 * Invariant: a pure function of its input. It never starts what may already run: a container is started only when the engine shows no live one and
 * nothing is under way for it. It must not do I/O, know time but `now`, or keep anything between calls.
 */
import { parseTime } from '@kajitori/apimachinery';
import { containerHash } from '../model/container-hash.ts';
import { graceSecondsOf } from '../model/node-pod.ts';
import type { KillReason, PodAction, PodPlan } from '../model/pod-plan.ts';
import { type ContainerView, type PodView, isDead, isRunning, isStarted, viewPod } from './container-view.ts';
import { firstPullBackOffSeconds } from './container-status.ts';
import type { PodSyncInput } from './input.ts';
import { transitionEvents } from './pod-events.ts';
import { type StatusDecision, isFinished, podStatus } from './pod-status.ts';
import { firstResizeBackOffSeconds, resizeOf } from './resize.ts';
import { backOffUntil, nextBackOffSeconds, retryAt, shouldRestart } from './restart.ts';

const firstMountBackOffSeconds = 1;
const firstSandboxBackOffSeconds = 1;
const maxSandboxBackOffSeconds = 20;
const maxMountBackOffSeconds = 120;
const firstStartBackOffSeconds = 2;

/** What a plan is gathered in. */
interface Draft {
  input: PodSyncInput;
  view: PodView;
  actions: PodAction[];
  wakeAt: Date | undefined;
}

export function planPod(input: PodSyncInput): PodPlan {
  const draft: Draft = { input, view: viewPod(input), actions: [], wakeAt: undefined };
  const decision = decide(draft);
  const status = podStatus(input, draft.view, decision);
  const events = transitionEvents(input, status);
  return { actions: draft.actions, status, events, ...(draft.wakeAt === undefined ? {} : { wakeAt: draft.wakeAt }) };
}

function decide(draft: Draft): StatusDecision {
  const { input } = draft;
  const initialized = isInitialized(draft);
  if (input.removed || input.pod.metadata.deletionTimestamp !== undefined) {
    const ended = stopAll(draft, 'stopping');
    if (ended) draft.actions.push({ type: 'removePod' });
    return { initialized, stopping: true, ended };
  }
  if ([input.previous, input.pod.status].some(isFinished)) {
    rest(draft);
    return { initialized, stopping: true, ended: false };
  }
  const failure = deadlineFailure(draft);
  if (failure !== undefined) {
    rest(draft);
    return { initialized, stopping: true, ended: false, failure };
  }
  if (isDone(draft, initialized)) {
    const ended = rest(draft);
    return { initialized, stopping: true, ended };
  }
  if (prepare(draft)) {
    run(draft, initialized);
    sweep(draft);
  }
  return { initialized, stopping: false, ended: false };
}

/** Stops what runs and then the sandbox, and keeps the dead containers for whoever asks for their logs. True once nothing runs. */
function rest(draft: Draft): boolean {
  const ended = stopAll(draft, 'stopping');
  const { sandboxes } = draft.input.observed;
  if (ended) for (const { id, state } of sandboxes) if (state === 'running') draft.actions.push({ type: 'stopSandbox', id });
  return ended;
}

/** Regular containers first, then sidecars in reverse order, as each other's helpers. True once nothing runs. */
function stopAll(draft: Draft, reason: KillReason): boolean {
  const { view, input } = draft;
  if (input.activity.starting.size > 0) return false;
  const known = new Set(view.all.flatMap(({ latest }) => (latest === undefined ? [] : [latest.id])));
  const strangers = input.observed.containers.filter((one) => one.state === 'running' && !known.has(one.id));
  for (const { id, name } of strangers)
    draft.actions.push({ type: 'killContainer', id, container: name, graceSeconds: graceSecondsOf(input.pod), reason });
  const first = view.all.filter((one) => one.role !== 'sidecar' && isRunning(one));
  for (const one of first) kill(draft, one, reason);
  if (first.length > 0 || strangers.length > 0) return false;
  const sidecar = view.init.findLast((one) => one.role === 'sidecar' && isRunning(one));
  if (sidecar !== undefined) kill(draft, sidecar, reason);
  return sidecar === undefined;
}

function kill(
  draft: Draft,
  { container, latest }: ContainerView,
  reason: KillReason,
  graceSeconds = graceSecondsOf(draft.input.pod),
): void {
  if (latest === undefined) return;
  const under = draft.input.activity.stopping.get(latest.id);
  const deadline = draft.input.now.getTime() + graceSeconds * 1000;
  // Asked again only to shorten the wait: a second delete with less grace.
  if (under !== undefined && under.deadline.getTime() <= deadline) return;
  draft.actions.push({ type: 'killContainer', id: latest.id, container: container.name, graceSeconds, reason });
}

/**
 * Whether all init containers have done their part. Where a regular container was made in this sandbox they had, even if theirs were removed since;
 * a new sandbox starts from the first again.
 */
function isInitialized({ input, view }: Draft): boolean {
  const { sandbox } = view;
  const begun = sandbox !== undefined && view.regular.some(({ latest }) => latest?.sandboxId === sandbox.id);
  if (begun || isFinished(input.previous)) return true;
  return view.init.every((one) => (one.role === 'sidecar' ? isStarted(one, input) : isInitDone(one, sandbox?.id)));
}

function isInitDone({ latest }: ContainerView, sandboxId: string | undefined): boolean {
  return latest?.state === 'exited' && latest.exitCode === 0 && latest.sandboxId === sandboxId;
}

/** Nothing will ever be started again: all regular containers, or an init container, ended for good. */
function isDone({ input, view }: Draft, initialized: boolean): boolean {
  const policy = input.pod.spec.restartPolicy;
  const forGood = (one: ContainerView): boolean => isDead(one) && !shouldRestart(one, policy);
  if (view.regular.every(forGood)) return true;
  return !initialized && view.init.some((one) => one.role === 'init' && forGood(one) && one.latest?.exitCode !== 0);
}

function deadlineFailure(draft: Draft): StatusDecision['failure'] {
  const { pod, previous, now } = draft.input;
  const seconds = pod.spec.activeDeadlineSeconds;
  const startTime = (previous ?? pod.status)?.startTime;
  const started = startTime === undefined ? undefined : parseTime(startTime);
  if (seconds === undefined || started === undefined) return undefined;
  const until = new Date(started + seconds * 1000);
  if (now >= until) return { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' };
  wake(draft, until);
  return undefined;
}

/** Volumes and sandbox. True when containers may run. */
function prepare(draft: Draft): boolean {
  const { input, view, actions } = draft;
  const { volumes, sandboxFailure } = input.activity;
  if (volumes.phase !== 'ready') {
    if (volumes.phase === 'pending' || isDue(draft, retryAt(volumes.failure, firstMountBackOffSeconds, maxMountBackOffSeconds)))
      actions.push({ type: 'mountVolumes' });
    // What runs keeps running: a ConfigMap that vanished does not stop it.
    if (volumes.phase === 'pending' || view.sandbox?.state !== 'running') return false;
  }
  if (view.sandbox?.state === 'running') return true;
  // Without its sandbox a container has no network: whatever still runs ends before the next one begins.
  if (!stopAll(draft, 'sandboxChanged')) return false;
  if (sandboxFailure !== undefined && !isDue(draft, retryAt(sandboxFailure, firstSandboxBackOffSeconds, maxSandboxBackOffSeconds)))
    return false;
  actions.push({ type: 'createSandbox', attempt: (view.sandbox?.attempt ?? -1) + 1 });
  return false;
}

function run(draft: Draft, initialized: boolean): void {
  const { view } = draft;
  for (const one of view.ephemeral) keep(draft, one);
  for (const one of view.init) {
    if (one.role === 'sidecar') {
      keep(draft, one);
      if (!initialized && !isStarted(one, draft.input)) return;
    } else if (!initialized && !isInitDone(one, view.sandbox?.id)) {
      return keep(draft, one);
    }
  }
  for (const one of view.regular) keep(draft, one);
}

/** Keeps one container as it should be: running, or to be replaced, or to be started when its time has come. */
function keep(draft: Draft, one: ContainerView): void {
  const { input, view } = draft;
  const { activity, pod } = input;
  const { latest, container, role } = one;
  if (activity.starting.has(container.name)) return;
  if (latest?.state === 'running') return keepRunning(draft, one);
  const again = role === 'init' && latest !== undefined && latest.sandboxId !== view.sandbox?.id;
  if (!again && !shouldRestart(one, pod.spec.restartPolicy)) return;
  const until = backOffUntil(one);
  if (until !== undefined && !isDue(draft, until)) return;
  start(draft, one);
}

function keepRunning(draft: Draft, one: ContainerView): void {
  const { container, latest, role } = one;
  if (latest === undefined) return;
  const failed = draft.input.activity.probes.get(latest.id)?.failed;
  if (failed !== undefined) kill(draft, one, `${failed.probe}Probe`, failed.graceSeconds);
  else if (role !== 'ephemeral' && latest.hash !== containerHash(container)) kill(draft, one, 'definitionChanged');
  else resize(draft, one);
}

function resize(draft: Draft, one: ContainerView): void {
  const { latest, container } = one;
  const change = resizeOf(one, draft.input);
  if (latest === undefined || draft.input.activity.stopping.has(latest.id)) return;
  if (change.phase === 'restart') return kill(draft, one, 'resources');
  const due = change.phase === 'failed' && isDue(draft, retryAt(change.failure, firstResizeBackOffSeconds));
  if (change.phase !== 'change' && !due) return;
  draft.actions.push({ type: 'resizeContainer', id: latest.id, container: container.name, limits: change.limits });
}

function start(draft: Draft, one: ContainerView): void {
  const { input, view, actions } = draft;
  const { container, nextAttempt, role } = one;
  if (input.activity.volumes.phase !== 'ready') return;
  const failure = input.activity.startFailures.get(container.name);
  if (failure?.attempt === nextAttempt && !isDue(draft, retryAt(failure, firstStartBackOffSeconds))) return;
  const image = input.activity.images.get(container.name);
  if (image?.attempt !== nextAttempt || image.image !== container.image) {
    actions.push({ type: 'ensureImage', container: container.name, attempt: nextAttempt });
  } else if (image.phase === 'failed') {
    const due = image.failure === undefined || isDue(draft, retryAt(image.failure, firstPullBackOffSeconds));
    if (due) actions.push({ type: 'ensureImage', container: container.name, attempt: nextAttempt });
    else if (image.failure !== undefined) wake(draft, new Date(image.failure.at.getTime() + 3000));
  } else if (image.phase === 'present' && view.sandbox !== undefined) {
    removeUnstarted(draft, container.name);
    actions.push({
      type: 'startContainer',
      container: container.name,
      role,
      attempt: nextAttempt,
      sandboxId: view.sandbox.id,
      backOffSeconds: nextBackOffSeconds(one),
      ...(one.resources === undefined ? {} : { resources: one.resources }),
    });
  }
}

/** A container that was made and not started holds the name of the one that is about to be made. */
function removeUnstarted({ input, actions }: Draft, name: string): void {
  for (const one of input.observed.containers) {
    if (one.name === name && one.state === 'created') actions.push({ type: 'removeContainer', id: one.id, container: name });
  }
}

/** Of each container the last two stay, for `logs --previous` and `lastState`; older ones go, and sandboxes before the last. */
function sweep({ input, view, actions }: Draft): void {
  for (const { id } of input.observed.sandboxes.slice(1)) actions.push({ type: 'removeSandbox', id });
  for (const { container, older } of view.all)
    for (const { id } of older) actions.push({ type: 'removeContainer', id, container: container.name });
}

/** Whether the time has come; if not, the plan is looked at again then. */
function isDue(draft: Draft, at: Date): boolean {
  if (draft.input.now >= at) return true;
  wake(draft, at);
  return false;
}

function wake(draft: Draft, at: Date): void {
  if (at > draft.input.now && (draft.wakeAt === undefined || at < draft.wakeAt)) draft.wakeAt = at;
}
