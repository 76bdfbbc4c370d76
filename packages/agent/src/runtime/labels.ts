import type { PodRef } from '../model/node-pod.ts';

/**
 * Labels are how the agent finds its containers again after it was killed: nothing that matters about a container is known only to the process.
 */
export const label = {
  /** Which agent owns it: several may share an engine. */
  agent: 'io.kajitori.agent',
  /** Which node it belongs to, for whoever removes a node by its name. */
  node: 'kajitori.dev/node',
  role: 'io.kajitori.role',
  podNamespace: 'io.kajitori.pod.namespace',
  podName: 'io.kajitori.pod.name',
  podUid: 'io.kajitori.pod.uid',
  /** How long the pod may take to stop, for when nothing else is known of it. */
  podGraceSeconds: 'io.kajitori.pod.grace-seconds',
  container: 'io.kajitori.container.name',
  attempt: 'io.kajitori.attempt',
  sandbox: 'io.kajitori.sandbox',
  hash: 'io.kajitori.container.hash',
  /** What it was made with: some engines leave out what they cannot set. */
  limits: 'io.kajitori.container.limits',
  backOffSeconds: 'io.kajitori.container.back-off-seconds',
  terminationMessagePath: 'io.kajitori.container.termination-message',
  terminationMessagePolicy: 'io.kajitori.container.termination-message-policy',
} as const;

export type Labels = Readonly<Record<string, string>>;

/** Whose containers they are. */
export interface Owner {
  agentId: string;
  nodeName: string;
}

export function podLabels({ agentId, nodeName }: Owner, pod: PodRef, graceSeconds: number): Labels {
  return {
    [label.agent]: agentId,
    [label.node]: nodeName,
    [label.podNamespace]: pod.namespace,
    [label.podName]: pod.name,
    [label.podUid]: pod.uid,
    [label.podGraceSeconds]: String(graceSeconds),
  };
}

export function podRefOfLabels(labels: Labels): PodRef | undefined {
  const { [label.podNamespace]: namespace, [label.podName]: name, [label.podUid]: uid } = labels;
  return namespace === undefined || name === undefined || uid === undefined ? undefined : { namespace, name, uid };
}

/** Unique for as long as the engine keeps the container, and readable in `docker ps`. */
export function containerName(container: string, pod: PodRef, attempt: number): string {
  return `k8s_${container}_${pod.name}_${pod.namespace}_${pod.uid}_${attempt}`;
}
