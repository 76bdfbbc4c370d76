import type { SchedulableNode } from './node.ts';
import type { SchedulablePod } from './pod.ts';
import { Snapshot } from './snapshot.ts';

export type Spec = NonNullable<SchedulablePod['spec']>;

let serial = 0;

export function pod(name: string, spec: Partial<Spec> = {}, metadata: Partial<SchedulablePod['metadata']> = {}): SchedulablePod {
  serial += 1;
  return { metadata: { name, namespace: 'default', uid: `uid-${serial}`, ...metadata }, spec: { containers: [{ name: 'main' }], ...spec } };
}

export const requesting = (cpu: string, memory = '0'): Pick<Spec, 'containers'> => ({
  containers: [{ name: 'main', resources: { requests: { cpu, memory } } }],
});

export interface NodeParts {
  labels?: Record<string, string>;
  cpu?: string;
  memory?: string;
  pods?: string;
  taints?: NonNullable<SchedulableNode['spec']>['taints'];
  unschedulable?: boolean;
  images?: NonNullable<SchedulableNode['status']>['images'];
}

export function node(
  name: string,
  { labels = {}, cpu = '4', memory = '8Gi', pods = '110', taints, unschedulable, images }: NodeParts = {},
): SchedulableNode {
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: { taints, unschedulable },
    status: { allocatable: { cpu, memory, pods }, images },
  };
}

export function snapshotOf(nodes: readonly SchedulableNode[], pods: readonly SchedulablePod[] = []): Snapshot {
  const snapshot = new Snapshot();
  for (const one of nodes) snapshot.setNode(one);
  for (const one of pods) snapshot.setPod(one);
  return snapshot;
}

/** What a snapshot adds up, in an order that does not hang on how it came to be. */
export function sums(snapshot: Snapshot): unknown[] {
  return snapshot.nodes
    .map(({ name, index, pods }) => [
      name,
      snapshot.allocatable('cpu').at(index),
      snapshot.requested('cpu').at(index),
      snapshot.compared('memory').at(index),
      [...pods.keys()].sort(),
    ])
    .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
}
