import type { DesiredObject } from '@kajitori/agent-protocol';
import type { Container, Pod } from '@kajitori/kinds';

/** A Pod as it comes to a node: admitted, defaulted, bound here. */
export type NodePod = Pod & { metadata: { name: string; namespace: string; uid: string } };

/** @throws TypeError when the object is no Pod with a namespace. */
export function nodePod(object: DesiredObject): NodePod {
  if (object.kind !== 'Pod' || object.metadata.namespace === undefined) throw new TypeError(`not a pod: ${object.kind}`);
  // The API server validated it against the schema of Pod before it stored it.
  return object as unknown as NodePod;
}

export interface PodRef {
  namespace: string;
  name: string;
  uid: string;
}

export function podRefOf({ metadata: { namespace, name, uid } }: NodePod): PodRef {
  return { namespace, name, uid };
}

/** How a kubelet names a pod in its messages. */
export function podText({ namespace, name, uid }: PodRef): string {
  return `${name}_${namespace}(${uid})`;
}

export type ContainerRole = 'init' | 'sidecar' | 'regular' | 'ephemeral';

/** A sidecar is an init container that goes on running (`restartPolicy: Always`). */
export function initRole(container: Container): 'init' | 'sidecar' {
  return container.restartPolicy === 'Always' ? 'sidecar' : 'init';
}

/** All containers with their roles, in the order of the spec: init (and sidecars), regular, ephemeral. */
export function containersOf(pod: NodePod): { container: Container; role: ContainerRole }[] {
  return [
    ...(pod.spec.initContainers ?? []).map((container) => ({ container, role: initRole(container) })),
    ...pod.spec.containers.map((container) => ({ container, role: 'regular' as const })),
    ...(pod.spec.ephemeralContainers ?? []).map((container) => ({ container, role: 'ephemeral' as const })),
  ];
}

export const defaultGraceSeconds = 30;

/** How long this pod's containers may take to stop; never under 1 unless the client forced it. */
export function graceSecondsOf(pod: NodePod): number {
  return pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? defaultGraceSeconds;
}

/** How events name one container of a pod. */
export function containerFieldPath(pod: NodePod, name: string): string {
  const role = containersOf(pod).find(({ container }) => container.name === name)?.role;
  const list = role === 'init' || role === 'sidecar' ? 'initContainers' : role === 'ephemeral' ? 'ephemeralContainers' : 'containers';
  return `spec.${list}{${name}}`;
}
