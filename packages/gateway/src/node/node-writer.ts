import { isDeepStrictEqual } from 'node:util';
import type { NodeReport } from '@kajitori/agent-protocol';
import { type Clock, formatMicroTime, formatTime, isStatusError, type KubeObject } from '@kajitori/apimachinery';
import type { ClusterClient, ResourceClient } from '@kajitori/client';
import { type Lease, leases, type Node, type NodeCondition, nodes, type NodeStatus } from '@kajitori/kinds';
import { leaseDurationSeconds } from '../limits.ts';

const leaseNamespace = 'kube-node-lease';
const maxAttempts = 5;

/** Writes what a node says of itself, as that node: the Node object, made when missing, and the Lease that says it lives. */
export class NodeWriter {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #nodes: ResourceClient<Node & KubeObject>;
  readonly #leases: ResourceClient<Lease & KubeObject>;
  #renewing: Promise<void> | undefined;
  #renewal: Promise<void> | undefined;
  /** What the node said last and was written. */
  #reported: NodeReport | undefined;

  constructor(client: ClusterClient, name: string, clock: Clock) {
    this.#name = name;
    this.#clock = clock;
    this.#nodes = client.resource(nodes);
    this.#leases = client.resource(leases);
  }

  /** Labels and annotations are merged, conditions by type; the rest of the status is the node's own. */
  async report(report: NodeReport): Promise<void> {
    await this.#write(report);
    this.#reported = report;
  }

  /** Says it again when somebody has taken the node for silent, as after all processes were away for long: the node itself has no news to report. */
  async confirm(): Promise<void> {
    const said = this.#reported;
    const node = said && (await this.#nodes.find('', this.#name));
    if (said && node && readyStatus(node.status) !== readyStatus(said.status)) await this.#write(said);
  }

  async #write(report: NodeReport): Promise<void> {
    let current = (await this.#nodes.find('', this.#name)) ?? (await this.#register(report));
    const { labels, annotations } = current.metadata;
    if (!contains(labels, report.labels) || !contains(annotations, report.annotations)) {
      current = await this.#nodes.patch('', this.#name, { metadata: { labels: report.labels, annotations: report.annotations } });
    }
    for (let attempt = 1; ; attempt += 1) {
      const status = nodeStatusAfterReport(current.status, report.status, formatTime(this.#clock.now()));
      if (isDeepStrictEqual(status, current.status)) return;
      try {
        await this.#nodes.updateStatus({ ...current, status });
        return;
      } catch (error) {
        if (!isStatusError(error, 'Conflict') || attempt === maxAttempts) throw error;
        current = await this.#nodes.get('', this.#name);
      }
    }
  }

  /**
   * Renews the lease. Heartbeats that come while one is being written share the next: a node counts its lease from the sending of what was
   * acknowledged, so a time that was taken before would promise too much.
   */
  renewLease(): Promise<void> {
    this.#renewal ??= (this.#renewing ?? Promise.resolve()).catch(() => undefined).then(() => this.#beginRenewal());
    return this.#renewal;
  }

  #beginRenewal(): Promise<void> {
    this.#renewing = this.#renewal;
    this.#renewal = undefined;
    return this.#writeLease();
  }

  async #register(report: NodeReport): Promise<Node & KubeObject> {
    try {
      return await this.#nodes.create({
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: this.#name, labels: report.labels, annotations: report.annotations },
        spec: {},
      });
    } catch (error) {
      if (!isStatusError(error, 'AlreadyExists')) throw error;
      return this.#nodes.get('', this.#name);
    }
  }

  async #writeLease(): Promise<void> {
    const spec = { holderIdentity: this.#name, leaseDurationSeconds, renewTime: formatMicroTime(this.#clock.now()) };
    let lease: Lease & KubeObject;
    try {
      lease = await this.#leases.patch(leaseNamespace, this.#name, { spec });
    } catch (error) {
      if (!isStatusError(error, 'NotFound')) throw error;
      const metadata = { namespace: leaseNamespace, name: this.#name };
      lease = await this.#leases.create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec });
    }
    if (lease.metadata.ownerReferences === undefined) await this.#ownLease();
  }

  /** Lets the lease go with its node. */
  async #ownLease(): Promise<void> {
    const node = await this.#nodes.find('', this.#name);
    if (node === undefined) return;
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: this.#name, uid: node.metadata.uid ?? '' }];
    await this.#leases.patch(leaseNamespace, this.#name, { metadata: { ownerReferences } });
  }
}

function readyStatus(status: Pick<NodeStatus, 'conditions'> | undefined): string | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready')?.status;
}

function contains(all: Readonly<Record<string, string>> | undefined, some: Readonly<Record<string, string>>): boolean {
  return Object.entries(some).every(([key, value]) => all?.[key] === value);
}

/** A condition that changes in the eyes of the cluster changes now, whatever the node remembers: it may have been declared Unknown meanwhile. */
export function nodeStatusAfterReport(current: NodeStatus | undefined, reported: NodeStatus, now: string): NodeStatus {
  const before = new Map((current?.conditions ?? []).map((condition) => [condition.type, condition]));
  const conditions = (reported.conditions ?? []).map((condition): NodeCondition => {
    const known = before.get(condition.type);
    before.delete(condition.type);
    const lastTransitionTime =
      known === undefined ? (condition.lastTransitionTime ?? now) : known.status === condition.status ? known.lastTransitionTime : now;
    return Object.assign(condition, {
      lastHeartbeatTime: now,
      lastTransitionTime,
    });
  });
  return { ...current, ...reported, conditions: [...before.values(), ...conditions] };
}
