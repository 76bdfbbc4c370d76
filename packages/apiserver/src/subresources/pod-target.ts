import { badRequest, type ClusterId, type KubeObject } from '@kajitori/apimachinery';
import type { ContainerTarget, PodTarget } from '@kajitori/streams';

interface PodShape extends KubeObject {
  spec: {
    nodeName?: string;
    containers: { name: string }[];
    initContainers?: { name: string }[];
    ephemeralContainers?: { name: string }[];
  };
}

const defaultContainerAnnotation = 'kubectl.kubernetes.io/default-container';

/** Where a pod's streams lead. @throws StatusError BadRequest while the pod is on no node. */
export function podTarget(cluster: ClusterId, object: KubeObject): PodTarget {
  const { metadata, spec } = object as PodShape;
  const { namespace = '', name = '', uid = '' } = metadata;
  if (spec.nodeName === undefined || spec.nodeName === '') throw badRequest(`pod ${name} does not have a host assigned`);
  return { cluster, node: spec.nodeName, namespace, pod: name, uid };
}

/** The asked container, or the only one, or the one that the pod's annotation names. */
export function containerTarget(cluster: ClusterId, object: KubeObject, asked: string): ContainerTarget {
  const { metadata, spec } = object as PodShape;
  const name = metadata.name ?? '';
  const names = spec.containers.map((one) => one.name);
  const all = [...names, ...(spec.initContainers ?? []).map((one) => one.name), ...(spec.ephemeralContainers ?? []).map((one) => one.name)];
  const annotated = metadata.annotations?.[defaultContainerAnnotation] ?? '';
  const container = asked !== '' ? asked : names.length === 1 ? (names[0] ?? '') : names.includes(annotated) ? annotated : '';
  if (container === '') throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`);
  if (!all.includes(container)) throw badRequest(`container ${container} is not valid for pod ${name}`);
  return { ...podTarget(cluster, object), container };
}
