import type { LabelSelector } from '@kajitori/apimachinery';
import type { ClusterEvent } from './cluster-event.ts';
import { type HostPort, hostPortsOf } from './host-ports.ts';
import { Column } from './column.ts';
import { MatchCounts } from './match-counts.ts';
import type { SchedulableNode, Taint } from './node.ts';
import { hasEnded, namespaceOf, type SchedulablePod, uidOf } from './pod.ts';
import { type Amounts, amounts, comparedRequests, podRequests } from './requests.ts';

/** A node as plugins see it. `index` is its place in the snapshot's columns; it changes when nodes leave. */
export interface NodeInfo {
  readonly name: string;
  index: number;
  labels: Readonly<Record<string, string>>;
  taints: readonly Taint[];
  unschedulable: boolean;
  /** Bytes by image name. */
  images: ReadonlyMap<string, number>;
  readonly pods: Map<string, PlacedPod>;
  readonly hostPorts: Map<string, readonly HostPort[]>;
}

export interface PlacedPod {
  readonly pod: SchedulablePod;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly requests: Amounts;
  readonly compared: Amounts;
}

/**
 * Nodes and the pods on them, kept up to date change by change: no pass reads the cluster anew.
 * Owns the sums (what is requested of each node) as one typed array a resource, because every pod's fit reads all of them.
 * A pod is counted from the moment it is assumed on a node until it is removed or has ended.
 */
export class Snapshot {
  readonly nodes: NodeInfo[] = [];
  /** How many nodes have an image, by name. */
  readonly imageNodes = new Map<string, number>();
  /** Pods that have wishes about other pods, whom every placement has to ask. */
  readonly affine = new Map<string, { placed: PlacedPod; node: NodeInfo }>();
  readonly #byName = new Map<string, NodeInfo>();
  readonly #nodeOfPod = new Map<string, NodeInfo>();
  /** Pods whose node is not known (yet). */
  readonly #homeless = new Map<string, Map<string, SchedulablePod>>();
  readonly #allocatable = new Map<string, Column>();
  readonly #requested = new Map<string, Column>();
  readonly #compared = new Map<string, Column>();
  readonly #matches = new MatchCounts();

  node(name: string): NodeInfo | undefined {
    return this.#byName.get(name);
  }

  isPlaced(uid: string): boolean {
    return this.#nodeOfPod.has(uid);
  }

  allocatable(resource: string): Column {
    return columnOf(this.#allocatable, resource, this.nodes.length);
  }

  requested(resource: string): Column {
    return columnOf(this.#requested, resource, this.nodes.length);
  }

  /** Requests with assumed minimums: for comparing nodes. */
  compared(resource: string): Column {
    return columnOf(this.#compared, resource, this.nodes.length);
  }

  /** How many pods of a namespace each node has that a selector matches. */
  matching(namespace: string, selector: LabelSelector): Column {
    return this.#matches.of(namespace, selector, () => this.nodes.map(({ index, pods }) => ({ index, pods: pods.values() })));
  }

  /** Adds or replaces a node; says what that may change for rejected pods. */
  setNode(node: SchedulableNode): ClusterEvent[] {
    const name = node.metadata.name ?? '';
    const known = this.#byName.get(name);
    const info = known ?? this.#addNode(name);
    const changed: ClusterEvent[] = [];
    if (this.#setAllocatable(info, amounts(node.status?.allocatable))) changed.push('NodeAllocatableChanged');
    const taints = node.spec?.taints ?? [];
    const unschedulable = node.spec?.unschedulable === true;
    if (!sameJson(info.taints, taints) || info.unschedulable !== unschedulable) changed.push('NodeTaintsChanged');
    const labels = node.metadata.labels ?? {};
    if (!sameJson(info.labels, labels)) changed.push('NodeLabelsChanged');
    Object.assign(info, { labels, taints, unschedulable });
    this.#setImages(info, node);
    for (const pod of this.#homeless.get(name)?.values() ?? []) this.#place(pod, info);
    this.#homeless.delete(name);
    return known === undefined ? ['NodeAdded'] : changed;
  }

  removeNode(name: string): void {
    const info = this.#byName.get(name);
    if (info === undefined) return;
    const homeless = new Map([...info.pods].map(([uid, { pod }]) => [uid, pod]));
    for (const uid of info.pods.keys()) this.#displace(uid, info);
    if (homeless.size > 0) this.#homeless.set(name, homeless);
    this.#setImages(info, { metadata: {} });
    const last = this.nodes.pop();
    for (const columns of [this.#allocatable, this.#requested, this.#compared]) {
      for (const column of columns.values()) column.moveLastTo(info.index, this.nodes.length);
    }
    this.#matches.moveLastTo(info.index, this.nodes.length);
    if (last !== undefined && last !== info) {
      last.index = info.index;
      this.nodes[info.index] = last;
    }
    this.#byName.delete(name);
  }

  /** A pod as the cluster has it now; says what that may change for rejected pods. */
  setPod(pod: SchedulablePod): ClusterEvent[] {
    const uid = uidOf(pod);
    const nodeName = pod.spec?.nodeName ?? '';
    if (nodeName === '') return [];
    if (hasEnded(pod)) return this.removePod(uid);
    const node = this.#nodeOfPod.get(uid);
    const before = node?.pods.get(uid);
    const sameLabels = before !== undefined && sameJson(before.labels, pod.metadata.labels ?? {});
    if (
      node?.name === nodeName &&
      sameLabels &&
      pod.metadata.generation !== undefined &&
      before.pod.metadata.generation === pod.metadata.generation
    ) {
      // Only its status is another: nothing to count anew.
      node.pods.set(uid, { ...before, pod });
      return [];
    }
    this.#remove(uid);
    this.#put(pod, nodeName);
    if (before === undefined) return ['AssignedPodAdded'];
    return sameLabels ? [] : ['AssignedPodLabelsChanged'];
  }

  removePod(uid: string): ClusterEvent[] {
    return this.#remove(uid) ? ['AssignedPodRemoved'] : [];
  }

  /** Counts a pod on a node before the API says so; `setPod` or `removePod` confirm or undo it. */
  assume(pod: SchedulablePod, nodeName: string): void {
    this.#remove(uidOf(pod));
    this.#put(pod, nodeName);
  }

  #put(pod: SchedulablePod, nodeName: string): void {
    const info = this.#byName.get(nodeName);
    if (info !== undefined) {
      this.#place(pod, info);
      return;
    }
    const homeless = this.#homeless.get(nodeName) ?? new Map<string, SchedulablePod>();
    homeless.set(uidOf(pod), pod);
    this.#homeless.set(nodeName, homeless);
  }

  #remove(uid: string): boolean {
    const info = this.#nodeOfPod.get(uid);
    if (info !== undefined) {
      this.#displace(uid, info);
      return true;
    }
    for (const [name, pods] of this.#homeless) {
      if (pods.delete(uid) && pods.size === 0) this.#homeless.delete(name);
    }
    return false;
  }

  #addNode(name: string): NodeInfo {
    const info: NodeInfo = {
      name,
      index: this.nodes.length,
      labels: {},
      taints: [],
      unschedulable: false,
      images: new Map(),
      pods: new Map(),
      hostPorts: new Map(),
    };
    this.nodes.push(info);
    this.#byName.set(name, info);
    for (const columns of [this.#allocatable, this.#requested, this.#compared]) {
      for (const column of columns.values()) column.set(info.index, 0);
    }
    this.#matches.addNode(info.index);
    return info;
  }

  #setAllocatable({ index }: NodeInfo, wanted: Amounts): boolean {
    let changed = false;
    for (const resource of new Set([...wanted.keys(), ...this.#allocatable.keys()])) {
      const column = this.allocatable(resource);
      const amount = wanted.get(resource) ?? 0;
      changed ||= column.at(index) !== amount;
      column.set(index, amount);
    }
    return changed;
  }

  #setImages(info: NodeInfo, node: SchedulableNode): void {
    for (const name of info.images.keys()) {
      const count = (this.imageNodes.get(name) ?? 0) - 1;
      if (count > 0) this.imageNodes.set(name, count);
      else this.imageNodes.delete(name);
    }
    const images = new Map(
      (node.status?.images ?? []).flatMap(({ names = [], sizeBytes = 0 }) => names.map((name) => [name, sizeBytes] as const)),
    );
    for (const name of images.keys()) this.imageNodes.set(name, (this.imageNodes.get(name) ?? 0) + 1);
    info.images = images;
  }

  #place(pod: SchedulablePod, info: NodeInfo): void {
    const uid = uidOf(pod);
    const placed: PlacedPod = {
      pod,
      namespace: namespaceOf(pod),
      labels: pod.metadata.labels ?? {},
      requests: podRequests(pod),
      compared: comparedRequests(pod),
    };
    info.pods.set(uid, placed);
    this.#nodeOfPod.set(uid, info);
    const ports = hostPortsOf(pod);
    if (ports.length > 0) info.hostPorts.set(uid, ports);
    const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {};
    if (podAffinity !== undefined || podAntiAffinity !== undefined) this.affine.set(uid, { placed, node: info });
    this.#count(placed, info.index, 1);
  }

  #displace(uid: string, info: NodeInfo): void {
    const placed = info.pods.get(uid);
    if (placed === undefined) return;
    this.#count(placed, info.index, -1);
    info.pods.delete(uid);
    info.hostPorts.delete(uid);
    this.affine.delete(uid);
    this.#nodeOfPod.delete(uid);
  }

  #count(placed: PlacedPod, index: number, sign: 1 | -1): void {
    const { requests, compared } = placed;
    this.#matches.add(placed, index, sign);
    for (const [resource, amount] of requests) this.requested(resource).add(index, sign * amount);
    for (const [resource, amount] of compared) this.compared(resource).add(index, sign * amount);
  }
}

function columnOf(columns: Map<string, Column>, resource: string, length: number): Column {
  const known = columns.get(resource);
  if (known !== undefined) return known;
  const column = new Column(length);
  columns.set(resource, column);
  return column;
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
