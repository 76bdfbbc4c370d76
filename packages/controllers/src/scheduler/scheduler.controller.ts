import { conditionOf, formatTime, isStatusError } from '@kajitori/apimachinery';
import type { InformerEvent } from '@kajitori/client';
import { type Node, nodes, type Pod, pods, replicaSets, services } from '@kajitori/kinds';
import { done, type Outcome, requeueAfter } from '@kajitori/reconciler';
import {
  type ClusterEvent,
  inQueueOrder,
  isGated,
  type PendingPod,
  type Placement,
  RejectedPods,
  schedulingPass,
  Snapshot,
} from '@kajitori/scheduling';
import { deleteObject } from '../pods/claim-writes.ts';
import { isEnded } from '../pods/pod-state.ts';
import {
  type Controller,
  type ControllerContext,
  type ControllerDescriptor,
  type ObjectName,
  type Run,
  watch,
} from '../runtime/controller.ts';
import { unlessGone } from '../runtime/unless-gone.ts';
import { spreadSelectorOf } from './spread-selector.ts';

const none = (): ObjectName[] => [];

/** Gives pods their nodes. Owns `spec.nodeName` (through Binding) and the PodScheduled condition while it is False. */
export const scheduler: ControllerDescriptor = {
  name: 'scheduler',
  user: 'system:kube-scheduler',
  component: 'default-scheduler',
  // The scheduler keeps its own snapshot and asks for a pass itself, when a change could let a pod be placed.
  watches: [watch(pods, none), watch(nodes, none), watch(replicaSets, none), watch(services, none)],
  create: (context) => new Scheduler(context),
};

const schedulerName = 'default-scheduler';
/** Pods placed in one pass: between passes, changes and other clusters have their turn. */
const batchSize = 500;
const theCluster: ObjectName = { namespace: '', name: '' };

/**
 * One pass at a time over a snapshot that follows the caches. A pod that no node takes waits for a change that could help it.
 */
class Scheduler implements Controller {
  readonly #context: ControllerContext;
  readonly #snapshot = new Snapshot();
  readonly #rejected = new RejectedPods();
  /** Pods without a node, by uid. */
  readonly #pending = new Map<string, Pod>();

  constructor(context: ControllerContext) {
    this.#context = context;
    context.onChange(nodes, (event) => this.#nodeChanged(event));
    context.onChange(pods, (event) => this.#podChanged(event));
  }

  async reconcile(run: Run): Promise<Outcome> {
    const waiting = [...this.#pending.values()].filter(({ metadata }) => this.#isEligible(metadata.uid ?? ''));
    if (waiting.length === 0) return done;
    const pending = waiting.map((pod): PendingPod => ({ pod, spreadSelector: spreadSelectorOf(pod, this.#context.caches) }));
    const placements = schedulingPass(this.#snapshot, inQueueOrder(pending).slice(0, batchSize));
    const results = await Promise.allSettled(placements.map((placement) => this.#carryOut(run, placement)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return waiting.length > batchSize ? requeueAfter(0) : done;
  }

  async #carryOut(run: Run, placement: Placement): Promise<void> {
    const pod = placement.pod as Pod;
    if (placement.type === 'bind') return this.#bind(run, pod, placement.nodeName);
    this.#rejected.set(pod.metadata.uid ?? '', placement.plugins);
    if (placement.type === 'preempt') await this.#preempt(run, pod, placement.nodeName, placement.victims as readonly Pod[]);
    await this.#reject(run, pod, placement.message);
  }

  /** The pod waits on its nominated node for the others to leave; their leaving brings it back. */
  async #preempt(run: Run, pod: Pod, nodeName: string, victims: readonly Pod[]): Promise<void> {
    const { namespace = '', name = '' } = pod.metadata;
    const client = run.client.resource(pods);
    await unlessGone(client.patch(namespace, name, { status: { nominatedNodeName: nodeName } }, { subresource: 'status' }));
    await Promise.all(victims.map((victim) => this.#evict(run, victim, pod, nodeName)));
  }

  async #evict({ client, now }: Run, victim: Pod, pod: Pod, nodeName: string): Promise<void> {
    const { namespace = '', name = '' } = victim.metadata;
    const message = 'default-scheduler: preempting to accommodate a higher priority pod';
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message,
      lastTransitionTime: formatTime(now),
    };
    const options = { type: 'application/strategic-merge-patch+json', subresource: 'status' } as const;
    await unlessGone(client.resource(pods).patch(namespace, name, { status: { conditions: [condition] } }, options));
    await deleteObject(client.resource(pods), victim);
    this.#context.events.record(victim, {
      type: 'Normal',
      reason: 'Preempted',
      message: `Preempted by pod ${pod.metadata.uid} on node ${nodeName}`,
    });
  }

  async #bind({ client }: Run, pod: Pod, nodeName: string): Promise<void> {
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    try {
      const binding = {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { namespace, name, uid },
        target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
      };
      await client.resource(pods).post(namespace, name, 'binding', binding);
      this.#context.events.record(pod, {
        type: 'Normal',
        reason: 'Scheduled',
        message: `Successfully assigned ${namespace}/${name} to ${nodeName}`,
      });
    } catch (error) {
      // Unless the cache shows it there already, the pod is not on that node.
      if (this.#pending.has(uid)) this.#snapshot.removePod(uid);
      // Gone, or bound by someone else: the cache will say so.
      if (!isStatusError(error, 'NotFound') && !isStatusError(error, 'Conflict')) throw error;
    }
  }

  async #reject({ client, now }: Run, pod: Pod, message: string): Promise<void> {
    this.#context.events.record(pod, { type: 'Warning', reason: 'FailedScheduling', message });
    const { namespace = '', name = '' } = pod.metadata;
    const before = conditionOf(pod.status?.conditions, 'PodScheduled');
    if (before?.status === 'False' && before.reason === 'Unschedulable' && before.message === message) return;
    const lastTransitionTime = before?.status === 'False' ? before.lastTransitionTime : formatTime(now);
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastProbeTime: null, lastTransitionTime };
    const options = { type: 'application/strategic-merge-patch+json', subresource: 'status' } as const;
    await unlessGone(client.resource(pods).patch(namespace, name, { status: { conditions: [condition] } }, options));
  }

  #isEligible(uid: string): boolean {
    return !this.#rejected.has(uid) && !this.#snapshot.isPlaced(uid);
  }

  #nodeChanged(event: InformerEvent<Node>): void {
    if (event.type === 'deleted') this.#snapshot.removeNode(event.object.metadata.name ?? '');
    else this.#helped(this.#snapshot.setNode(event.object));
  }

  #podChanged(event: InformerEvent<Pod>): void {
    const { object: pod } = event;
    const uid = pod.metadata.uid ?? '';
    if (event.type === 'deleted' || pod.spec.nodeName !== undefined || !isMine(pod)) {
      this.#pending.delete(uid);
      this.#rejected.delete(uid);
      this.#helped(event.type === 'deleted' ? this.#snapshot.removePod(uid) : this.#snapshot.setPod(pod));
      return;
    }
    const changed =
      event.type === 'updated' &&
      (event.old.metadata.generation !== pod.metadata.generation ||
        JSON.stringify(event.old.metadata.labels) !== JSON.stringify(pod.metadata.labels));
    const isNew = !this.#pending.has(uid);
    this.#pending.set(uid, pod);
    if (changed) this.#rejected.delete(uid);
    if ((isNew || changed) && this.#isEligible(uid)) this.#context.enqueue(theCluster);
  }

  #helped(events: readonly ClusterEvent[]): void {
    const helped = this.#rejected.helpedBy(events);
    const freed = events.includes('NodeAdded') && this.#pending.size > 0;
    if (helped.length > 0 || freed) this.#context.enqueue(theCluster);
  }
}

/** Waits for this scheduler to place it. */
function isMine(pod: Pod): boolean {
  const wanted = pod.spec.schedulerName ?? schedulerName;
  return wanted === schedulerName && pod.metadata.deletionTimestamp === undefined && !isEnded(pod) && !isGated(pod);
}
