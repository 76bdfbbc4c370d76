import { conditionOf, formatTime, parseTime } from '@kajitori/apimachinery';
import type { InformerEvent } from '@kajitori/client';
import { leases, type Node, type NodeCondition, nodes, type Pod, pods } from '@kajitori/kinds';
import { done, type Outcome, requeueAfter } from '@kajitori/reconciler';
import { deleteObject } from '../pods/claim-writes.ts';
import {
  type Controller,
  type ControllerContext,
  type ControllerDescriptor,
  type ObjectName,
  type Run,
  watch,
} from '../runtime/controller.ts';
import { unlessGone } from '../runtime/unless-gone.ts';
import { planNodeLifecycle } from './node-lifecycle.plan.ts';

const leaseNamespace = 'kube-node-lease';
const theCluster: readonly ObjectName[] = [{ namespace: '', name: '' }];

/**
 * Says of silent nodes that nobody knows whether they are ready, keeps pods off nodes with troubles, and evicts pods that do not
 * tolerate them. Heartbeats are read when a node could have run out of grace, and cause nothing by themselves.
 */
export const nodeLifecycle: ControllerDescriptor = {
  name: 'node-lifecycle',
  user: 'system:serviceaccount:kube-system:node-controller',
  component: 'node-controller',
  watches: [
    watch(nodes, (event) => (isTelling(event) ? theCluster : [])),
    watch(pods, (event) => (event.type === 'updated' && event.old.spec.nodeName !== event.object.spec.nodeName ? theCluster : [])),
  ],
  create: (context) => new NodeLifecycleController(context),
};

/** Whether anything but the time of a heartbeat changed. */
function isTelling(event: InformerEvent<Node>): boolean {
  if (event.type !== 'updated') return true;
  const told = ({ spec, status }: Node): string =>
    JSON.stringify([spec?.taints, spec?.unschedulable, status?.conditions?.map(({ type, status: value }) => [type, value])]);
  return told(event.old) !== told(event.object);
}

class NodeLifecycleController implements Controller {
  readonly #context: ControllerContext;

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  async reconcile(run: Run): Promise<Outcome> {
    const all = this.#context.cache(nodes).list();
    if (all.length === 0) return done;
    const { items } = await run.client.resource(leases).list(leaseNamespace);
    const renewedAt = new Map(items.map(({ metadata, spec }) => [metadata.name, parseTime(spec?.renewTime ?? '')]));
    const byNode = Map.groupBy(this.#context.cache(pods).list(), ({ spec }) => spec.nodeName ?? '');
    const plan = planNodeLifecycle({
      nodes: all,
      heardAt: (node) => renewedAt.get(node.metadata.name) ?? lastHeartbeat(node),
      podsOn: (nodeName) => byNode.get(nodeName) ?? [],
      now: run.now,
    });
    for (const { node, conditions } of plan.silent) await this.#silence(run, node, conditions);
    for (const { node, taints } of plan.taint) await patchNode(run, node, { spec: { taints: taints.length === 0 ? null : taints } });
    await Promise.all(plan.unready.map((pod) => markUnready(run, pod)));
    await Promise.all(plan.evict.map((pod) => this.#evict(run, pod)));
    return plan.requeueAfterMilliseconds === undefined ? done : requeueAfter(plan.requeueAfterMilliseconds);
  }

  async #silence(run: Run, node: Node, conditions: readonly NodeCondition[]): Promise<void> {
    await patchNode(run, node, { status: { conditions } }, 'status');
    this.#context.events.record(node, {
      type: 'Normal',
      reason: 'NodeNotReady',
      message: `Node ${node.metadata.name} status is now: NodeNotReady`,
    });
  }

  async #evict(run: Run, pod: Pod): Promise<void> {
    const { namespace = '', name = '' } = pod.metadata;
    this.#context.events.record(pod, {
      type: 'Normal',
      reason: 'TaintManagerEviction',
      message: `Marking for deletion Pod ${namespace}/${name}`,
    });
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      lastTransitionTime: formatTime(run.now),
    };
    await patchPod(run, pod, [condition]);
    await deleteObject(run.client.resource(pods), pod);
  }
}

/** A node without a lease is heard of by its status, or not at all since it came. */
function lastHeartbeat({ metadata, status }: Node): number {
  return parseTime(conditionOf(status?.conditions, 'Ready')?.lastHeartbeatTime ?? '') ?? parseTime(metadata.creationTimestamp ?? '') ?? 0;
}

async function patchNode({ client }: Run, { metadata }: Node, patch: object, subresource?: string): Promise<void> {
  await unlessGone(
    client.resource(nodes).patch('', metadata.name ?? '', patch, { subresource, type: 'application/strategic-merge-patch+json' }),
  );
}

async function markUnready(run: Run, pod: Pod): Promise<void> {
  const ready = conditionOf(pod.status?.conditions, 'Ready');
  if (ready !== undefined) await patchPod(run, pod, [{ ...ready, status: 'False', lastTransitionTime: formatTime(run.now) }]);
}

async function patchPod({ client }: Run, { metadata }: Pod, conditions: readonly object[]): Promise<void> {
  const options = { type: 'application/strategic-merge-patch+json', subresource: 'status' } as const;
  await unlessGone(client.resource(pods).patch(metadata.namespace ?? '', metadata.name ?? '', { status: { conditions } }, options));
}
