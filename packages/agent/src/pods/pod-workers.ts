/**
 * One worker for each pod that is wanted here or has left something here. Owns their beginning and their end.
 *
 * Invariant: workers go by uid, so a pod and its successor of the same name never meet. Containers that nobody wants are stopped only once the whole desired
 * state is known: an agent that starts alone touches nothing that it cannot explain.
 */
import type { PodStatus } from '@kajitori/kinds';
import { type NodePod, type PodRef, podRefOf } from '../model/node-pod.ts';
import { type Requests, noRequests } from '../model/requests.ts';
import type { FoundPod } from '../runtime/pod-cache.ts';
import type { PodContext } from './pod-context.ts';
import { PodWorker } from './pod-worker.ts';

export interface PodWorkersOptions {
  context: PodContext;
  /** Nothing of the pod is left here. */
  onGone: (pod: PodRef) => void;
  /** What the last process said of a pod. */
  previousStatus: (uid: string) => PodStatus | undefined;
}

const maxGoneRemembered = 1000;

export class PodWorkers implements AsyncDisposable {
  readonly #context: PodContext;
  readonly #onGone: (pod: PodRef) => void;
  readonly #previousStatus: PodWorkersOptions['previousStatus'];
  readonly #workers = new Map<string, PodWorker>();
  /** Pods that ended here while the control plane still lists them. */
  readonly #gone = new Map<string, PodRef>();

  constructor({ context, onGone, previousStatus }: PodWorkersOptions) {
    this.#context = context;
    this.#previousStatus = previousStatus;
    this.#onGone = onGone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#workers.values()].map((worker) => worker[Symbol.asyncDispose]()));
  }

  worker(uid: string): PodWorker | undefined {
    return this.#workers.get(uid);
  }

  all(): Iterable<PodWorker> {
    return this.#workers.values();
  }

  hasAddress(address: string): boolean {
    return this.#workers.values().some(({ pod, status }) => pod.spec.hostNetwork !== true && status?.podIP === address);
  }

  /** What is set aside for all pods here but one. */
  requestsOfOthers(uid: string): Requests {
    const sum = { ...noRequests };
    for (const [other, { requests }] of this.#workers) {
      if (other === uid) continue;
      sum.cpuMillis += requests.cpuMillis;
      sum.memoryBytes += requests.memoryBytes;
    }
    return sum;
  }

  get size(): number {
    return this.#workers.size;
  }

  want(pod: NodePod): void {
    const { uid } = pod.metadata;
    const gone = this.#gone.get(uid);
    // It ended here already and the control plane has not heard yet: starting it again would raise the dead.
    if (gone !== undefined) return this.#onGone(gone);
    const worker = this.#workers.get(uid);
    if (worker === undefined) this.#add(pod, false);
    else if (isNews(worker.pod, pod)) worker.update(pod);
  }

  unwant(uid: string): void {
    this.#gone.delete(uid);
    this.#workers.get(uid)?.remove();
  }

  /** The control plane has heard that the pod is gone. */
  forgetGone(uid: string): void {
    this.#gone.delete(uid);
  }

  /** The whole desired state is known: what else is found here goes. */
  async sweep(wanted: ReadonlySet<string>): Promise<void> {
    for (const uid of this.#workers.keys()) if (!wanted.has(uid)) this.unwant(uid);
    for (const found of await this.#context.runtime.findPods())
      if (!wanted.has(found.uid) && !this.#workers.has(found.uid)) this.#add(strayPod(found), true);
    for (const uid of await this.#context.volumes.podUids())
      if (!wanted.has(uid) && !this.#workers.has(uid)) await this.#context.volumes.remove(uid);
  }

  objectsChanged(namespaces: ReadonlySet<string>): void {
    for (const worker of this.#workers.values()) if (namespaces.has(worker.pod.metadata.namespace)) worker.objectsChanged();
  }

  wake(uid: string): void {
    this.#workers.get(uid)?.wake();
  }

  wakeAll(): void {
    for (const worker of this.#workers.values()) worker.wake();
  }

  /** A new session is told everything once. */
  reportAll(): void {
    for (const worker of this.#workers.values()) worker.reportAgain();
    for (const pod of this.#gone.values()) this.#onGone(pod);
  }

  #add(pod: NodePod, removed: boolean): void {
    const onGone = (last: NodePod): void => {
      this.#workers.delete(last.metadata.uid);
      this.#remember(podRefOf(last));
      this.#onGone(podRefOf(last));
      for (const worker of this.#workers.values()) if (worker.isResizePending) worker.wake();
    };
    const worker = new PodWorker({ context: this.#context, pod, removed, previous: this.#previousStatus(pod.metadata.uid), onGone });
    this.#workers.set(pod.metadata.uid, worker);
    worker.update(pod);
    if (removed) worker.remove();
  }

  #remember(pod: PodRef): void {
    const oldest = this.#gone.size >= maxGoneRemembered ? this.#gone.keys().next() : undefined;
    if (oldest?.done === false) this.#gone.delete(oldest.value);
    this.#gone.set(pod.uid, pod);
  }
}

/** A pod that only its containers tell of: enough to stop them as they were promised. */
function strayPod({ namespace, name, uid, graceSeconds }: FoundPod): NodePod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, uid },
    spec: { containers: [], terminationGracePeriodSeconds: graceSeconds },
  };
}

/** Whether a new version says anything that this node did not say itself: the agent's own status comes back to it with each write. */
function isNews(before: NodePod, after: NodePod): boolean {
  return telling(before) !== telling(after);
}

const ownConditions = new Set([
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
  'PodResizePending',
  'PodResizeInProgress',
]);

function telling({ metadata, spec, status }: NodePod): string {
  const { resourceVersion: _version, managedFields: _fields, ...meta } = metadata;
  const foreign = (status?.conditions ?? []).filter(({ type }) => !ownConditions.has(type));
  const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return JSON.stringify([meta, spec, foreign, ended]);
}
