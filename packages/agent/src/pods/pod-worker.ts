/**
 * Brings one pod to what is wanted: looks, plans, acts, and again. Owns what the agent is doing for that pod.
 *
 * Invariant: one turn at a time; whatever takes long (pulling, starting, stopping) goes on beside the turns and wakes them when it is done. It decides
 * nothing: the plan does.
 */
import type { PodStatus } from '@kajitori/kinds';
import { type NodePod, containerFieldPath, containersOf, podRefOf } from '../model/node-pod.ts';
import { EngineUnavailableError } from '../model/engine-unavailable.ts';
import type { ObservedPod } from '../model/observed-pod.ts';
import type { Failure, ImageState, PodActivity, StartFailure, Stopping, VolumesState } from '../model/pod-activity.ts';
import type { Requests } from '../model/requests.ts';
import type { PodAction, PodPlan } from '../model/pod-plan.ts';
import { planPod } from '../pod-sync/plan-pod.ts';
import { ImageError } from '../runtime/images.ts';
import { StartError, podFacts, pullSecretsOf, startContainer } from './container-starter.ts';
import { ContainerResizer } from './container-resizer.ts';
import { failureAfter, textOf } from './failures.ts';
import { stopContainer } from './container-stopper.ts';
import type { PodContext } from './pod-context.ts';
import { podDns } from './pod-dns.ts';
import { podRequests } from './pod-requests.ts';
import { probeTargets } from './probe-targets.ts';

/** Even when nothing happens, a pod is looked at so often: time changes tokens, and engines forget to tell. */
const lookAgainMilliseconds = 60_000;
const retryMilliseconds = 2000;

export interface PodWorkerOptions {
  context: PodContext;
  pod: NodePod;
  removed: boolean;
  /** What the last process said of it. */
  previous: PodStatus | undefined;
  onGone: (pod: NodePod) => void;
}

export class PodWorker implements AsyncDisposable {
  readonly #context: PodContext;
  readonly #onGone: (pod: NodePod) => void;
  #pod: NodePod;
  #removed: boolean;
  #status: PodStatus | undefined;
  #statusText = '';
  #volumes: VolumesState = { phase: 'pending' };
  #sandboxFailure: Failure | undefined;
  readonly #images = new Map<string, ImageState>();
  readonly #startFailures = new Map<string, StartFailure>();
  readonly #starting = new Map<string, number>();
  readonly #stopping = new Map<string, Stopping>();
  readonly #resizes: ContainerResizer;
  #startQueue: Promise<void> = Promise.resolve();
  readonly #over = new AbortController();
  /** Pulls and starts end when the pod does. */
  #ending = new AbortController();
  #turning: Promise<void> | undefined;
  #again = false;
  #timer: NodeJS.Timeout | undefined;

  constructor({ context, pod, removed, previous, onGone }: PodWorkerOptions) {
    this.#context = context;
    this.#pod = pod;
    this.#removed = removed;
    this.#status = previous;
    this.#onGone = onGone;
    this.#resizes = new ContainerResizer(context, () => this.wake());
  }

  get pod(): NodePod {
    return this.#pod;
  }

  get status(): PodStatus | undefined {
    return this.#status;
  }

  /** What is set aside for its containers. */
  get requests(): Requests {
    return podRequests(this.#pod, this.#status);
  }

  /** A change of what it may use waits for others to go. */
  get isResizePending(): boolean {
    return this.#status?.conditions?.some(({ type }) => type === 'PodResizePending') === true;
  }

  /** Lets go of the pod; its containers stay as they are. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    this.#ending.abort();
    clearTimeout(this.#timer);
    await this.#turning;
  }

  /** The pod as it is wanted now. */
  update(pod: NodePod): void {
    this.#pod = pod;
    this.#removed = false;
    this.#checkEnding();
    this.wake();
  }

  /** Nobody wants the pod here any more. */
  remove(): void {
    this.#removed = true;
    this.#checkEnding();
    this.wake();
  }

  #checkEnding(): void {
    const ends = this.#removed || this.#pod.metadata.deletionTimestamp !== undefined;
    if (ends) this.#ending.abort();
    else if (this.#ending.signal.aborted) this.#ending = new AbortController();
  }

  /** Objects that the pod may use have changed: its volumes are brought up to date, and what failed for want of them is tried again. */
  objectsChanged(): void {
    this.#volumes = { phase: 'pending' };
    this.#startFailures.clear();
    this.wake();
  }

  /** A new session knows nothing of what was said before. */
  reportAgain(): void {
    if (this.#status !== undefined && !this.#removed) this.#context.reportStatus(this.#pod, this.#status);
  }

  wake(): void {
    if (this.#over.signal.aborted) return;
    if (this.#turning !== undefined) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#turning = this.#turns().finally(() => {
      this.#turning = undefined;
    });
  }

  async #turns(): Promise<void> {
    do {
      this.#again = false;
      let next = lookAgainMilliseconds;
      try {
        next = await this.#turn();
      } catch (error) {
        this.#context.log.warn({ ...podRefOf(this.#pod), error }, 'a pod could not be brought to its wanted state; it is tried again');
        next = retryMilliseconds;
      }
      this.#wakeIn(next);
    } while (this.#again && !this.#over.signal.aborted);
  }

  #wakeIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (!this.#over.signal.aborted) this.#timer = setTimeout(() => this.wake(), milliseconds);
  }

  /** Returns after how many milliseconds to look again. */
  async #turn(): Promise<number> {
    const { runtime, node } = this.#context;
    const observed = await runtime.observe(this.#pod.metadata.uid);
    this.#settle(observed);
    this.#watchProbes(observed);
    const now = new Date();
    const plan = planPod({
      pod: this.#pod,
      removed: this.#removed,
      observed,
      activity: this.#activity(),
      previous: this.#status,
      node: { ips: node.ips, allocatable: node.allocatable, others: node.requestsOfOthers(this.#pod.metadata.uid) },
      now,
    });
    this.#tell(plan);
    for (const action of plan.actions) await this.#act(action, observed);
    return plan.wakeAt === undefined ? lookAgainMilliseconds : Math.max(plan.wakeAt.getTime() - Date.now(), 0);
  }

  #activity(): PodActivity {
    return {
      volumes: this.#volumes,
      ...(this.#sandboxFailure === undefined ? {} : { sandboxFailure: this.#sandboxFailure }),
      images: this.#images,
      startFailures: this.#startFailures,
      starting: this.#starting,
      stopping: this.#stopping,
      resizes: this.#resizes.states,
      probes: this.#context.probes.results(this.#pod.metadata.uid),
    };
  }

  /** What has ended is not being stopped any more. */
  #settle(observed: ObservedPod): void {
    const running = new Set(observed.containers.filter(({ state }) => state === 'running').map(({ id }) => id));
    for (const id of this.#stopping.keys()) if (!running.has(id)) this.#stopping.delete(id);
    this.#resizes.keep(running);
  }

  #watchProbes(observed: ObservedPod): void {
    const { uid } = this.#pod.metadata;
    const stopping = this.#ending.signal.aborted ? observed.containers.map(({ id }) => id) : [...this.#stopping.keys()];
    const starting = new Set(this.#starting.keys());
    this.#context.probes.watch(
      uid,
      probeTargets(podFacts(this.#context, this.#pod, observed), observed, this.#status, { stopping: new Set(stopping), starting }),
    );
  }

  #tell({ status, events }: PodPlan): void {
    this.#status = status;
    const text = JSON.stringify(status);
    if (text !== this.#statusText) {
      this.#statusText = text;
      // Whose object is gone, nobody keeps a status of.
      if (!this.#removed) this.#context.reportStatus(this.#pod, status);
    }
    for (const event of events) this.#context.recordEvent(this.#pod, event);
  }

  async #act(action: PodAction, observed: ObservedPod): Promise<void> {
    const { runtime } = this.#context;
    switch (action.type) {
      case 'mountVolumes':
        return this.#mountVolumes(observed);
      case 'createSandbox':
        return this.#createSandbox(action.attempt);
      case 'ensureImage':
        return this.#ensureImage(action.container, action.attempt);
      case 'startContainer':
        return this.#startContainer(action, observed);
      case 'killContainer':
        return this.#killContainer(action, observed);
      case 'resizeContainer':
        return this.#resizes.resize(this.#pod, action);
      case 'stopSandbox':
        return runtime.killContainer(action.id);
      case 'removeSandbox':
      case 'removeContainer':
        return runtime.removeContainer(action.id);
      case 'removePod':
        return this.#removePod(observed);
    }
  }

  async #mountVolumes(observed: ObservedPod): Promise<void> {
    const { volumes, objects } = this.#context;
    const before = this.#volumes;
    try {
      await volumes.ensure({ facts: podFacts(this.#context, this.#pod, observed), objects, now: new Date() });
      this.#volumes = { phase: 'ready' };
    } catch (error) {
      const message = textOf(error);
      this.#volumes = { phase: 'failed', failure: failureAfter(before.phase === 'failed' ? before.failure : undefined, message) };
      this.#context.recordEvent(this.#pod, { type: 'Warning', reason: 'FailedMount', message });
    }
    this.#again = true;
  }

  async #createSandbox(attempt: number): Promise<void> {
    const { runtime, node } = this.#context;
    if (attempt > 0)
      this.#context.recordEvent(this.#pod, {
        type: 'Normal',
        reason: 'SandboxChanged',
        message: 'Pod sandbox changed, it will be killed and re-created.',
      });
    try {
      const { network, hostDns } = node;
      await runtime.createSandbox({
        pod: this.#pod,
        attempt,
        dns: podDns(this.#pod, network, hostDns),
        clusterDomain: network.clusterDomain,
      });
      this.#sandboxFailure = undefined;
    } catch (error) {
      // Not the pod's fault: it is tried again as soon as the engine is there.
      if (error instanceof EngineUnavailableError) throw error;
      const message = textOf(error);
      this.#sandboxFailure = failureAfter(this.#sandboxFailure, message);
      this.#context.recordEvent(this.#pod, {
        type: 'Warning',
        reason: 'FailedCreatePodSandBox',
        message: `Failed to create pod sandbox: ${message}`,
      });
    }
    this.#again = true;
  }

  #ensureImage(name: string, attempt: number): void {
    const container = containersOf(this.#pod).find((one) => one.container.name === name)?.container;
    if (container === undefined) return;
    const { image = '', imagePullPolicy: policy } = container;
    const before = this.#images.get(name);
    const failure = before?.image === image && before.attempt === attempt ? before.failure : undefined;
    this.#images.set(name, { attempt, image, phase: 'pulling', ...(failure === undefined ? {} : { failure }) });
    const fieldPath = containerFieldPath(this.#pod, name);
    const record = (type: 'Normal' | 'Warning', reason: string, message: string): void =>
      this.#context.recordEvent(this.#pod, { type, reason, message, fieldPath });
    const observer = {
      pulling: () => record('Normal', 'Pulling', `Pulling image "${image}"`),
      alreadyPresent: () =>
        record('Normal', 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`),
      pulled: ({ milliseconds, sizeBytes }: { milliseconds: number; sizeBytes: number }) => {
        const took = milliseconds < 1000 ? `${Math.round(milliseconds)}ms` : `${(milliseconds / 1000).toFixed(3)}s`;
        record(
          'Normal',
          'Pulled',
          `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${sizeBytes} bytes.`,
        );
      },
    };
    const request = { image, policy, pullSecrets: pullSecretsOf(this.#context, this.#pod) };
    const done = (state: Pick<ImageState, 'phase' | 'failure'>): void => {
      this.#images.set(name, { attempt, image, ...state });
      this.wake();
    };
    this.#context.runtime.images.ensure(request, observer, this.#ending.signal).then(
      () => done({ phase: 'present' }),
      (error: unknown) => {
        if (error instanceof EngineUnavailableError || this.#ending.signal.aborted) {
          this.#images.delete(name);
          return this.#wakeIn(retryMilliseconds);
        }
        const reason = error instanceof ImageError ? error.reason : 'ErrImagePull';
        const message = textOf(error);
        if (reason === 'ErrImageNeverPull') record('Warning', 'ErrImageNeverPull', message);
        else
          record(
            'Warning',
            reason === 'InvalidImageName' ? 'InspectFailed' : 'Failed',
            reason === 'InvalidImageName' ? message : `Failed to pull image "${image}": ${message}`,
          );
        record('Warning', 'Failed', `Error: ${reason}`);
        done({ phase: 'failed', failure: { ...failureAfter(failure, message), reason } });
      },
    );
  }

  #startContainer(action: Extract<PodAction, { type: 'startContainer' }>, observed: ObservedPod): void {
    const { container: name, attempt } = action;
    this.#starting.set(name, attempt);
    this.#startQueue = this.#startQueue
      .then(() =>
        this.#ending.signal.aborted ? undefined : startContainer(this.#context, this.#pod, observed, action, this.#ending.signal),
      )
      .then(
        () => void this.#startFailures.delete(name),
        (error: unknown) => this.#startFailed(name, attempt, error),
      )
      .finally(() => {
        this.#starting.delete(name);
        this.wake();
      });
  }

  #startFailed(name: string, attempt: number, error: unknown): void {
    if (error instanceof EngineUnavailableError) return;
    if (!(error instanceof StartError)) {
      this.#context.log.warn({ ...podRefOf(this.#pod), container: name, error }, 'a container could not be started; it is tried again');
    }
    const before = this.#startFailures.get(name);
    const reason = error instanceof StartError ? error.reason : 'CreateContainerError';
    this.#startFailures.set(name, { ...failureAfter(before, textOf(error)), attempt, reason });
  }

  #killContainer(action: Extract<PodAction, { type: 'killContainer' }>, observed: ObservedPod): void {
    const { id, graceSeconds } = action;
    const { runtime } = this.#context;
    const again = this.#stopping.has(id);
    this.#stopping.set(id, { deadline: new Date(Date.now() + graceSeconds * 1000) });
    const podIp = podFacts(this.#context, this.#pod, observed).podIps[0] ?? '';
    const stopped = again ? runtime.stopContainer(id, graceSeconds) : stopContainer(this.#context, this.#pod, podIp, action);
    stopped
      .catch((error: unknown) => {
        this.#context.log.warn(
          { ...podRefOf(this.#pod), container: action.container, error },
          'a container could not be stopped; it is tried again',
        );
        this.#stopping.delete(id);
      })
      .finally(() => this.wake());
  }

  async #removePod(observed: ObservedPod): Promise<void> {
    const { runtime, volumes, probes } = this.#context;
    const { uid } = this.#pod.metadata;
    probes.watch(uid, []);
    await Promise.all([...observed.containers, ...observed.sandboxes].map(({ id }) => runtime.removeContainer(id)));
    await volumes.remove(uid);
    this.#over.abort();
    clearTimeout(this.#timer);
    this.#onGone(this.#pod);
  }
}
