import { type FieldError, forbiddenField, invalid, type KubeObject } from '@kajitori/apimachinery';
import type { SubresourcePart } from '../../kind.ts';
import type { Container } from './container.ts';
import type { Pod } from './pod.ts';
import { qosClassOf } from './pod-qos.ts';
import { validatePodSpec } from './validation/pod-spec.ts';
import { validateEphemeralContainersUpdate, validatePodResize } from './validation/pod-update.ts';

const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** `ephemeralcontainers`: containers that are added to a pod to look at it. */
export const ephemeralContainersPart: SubresourcePart = {
  take(sent, stored) {
    const pod = stored as Pod;
    const added = (sent as Pod).spec.ephemeralContainers;
    if (added === undefined) delete pod.spec.ephemeralContainers;
    else pod.spec.ephemeralContainers = added;
    return pod;
  },
  validate(object, old) {
    if (isStatic(old)) return [forbiddenField('', 'static pods do not support ephemeral containers')];
    const pod = object as Pod;
    return [...rulesOf(pod), ...validateEphemeralContainersUpdate(pod, old as Pod)];
  },
};

/** `resize`: what running containers may use of CPU and memory. */
export const resizePart: SubresourcePart = {
  take(sent, stored) {
    const [wanted, pod] = [sent as Pod, stored as Pod];
    for (const list of ['containers', 'initContainers'] as const) takeResources(wanted.spec[list], pod.spec[list]);
    if (wanted.spec.resources !== undefined) pod.spec.resources = wanted.spec.resources;
    return pod;
  },
  validate(object, old) {
    if (isStatic(old)) return [forbiddenField('', 'static pods cannot be resized')];
    const [pod, before] = [object as Pod, old as Pod];
    const qosClass = qosClassOf(pod);
    const changed =
      qosClass === (before.status?.qosClass ?? qosClassOf(before))
        ? []
        : [invalid('spec', qosClass, 'Pod QOS Class may not change as a result of resizing')];
    return [...rulesOf(pod), ...changed, ...validatePodResize(pod, before)];
  },
};

function rulesOf(pod: Pod): FieldError[] {
  return validatePodSpec(pod.spec, 'spec', pod.metadata.name);
}

function isStatic({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[mirrorAnnotation] !== undefined;
}

function takeResources(wanted: readonly Container[] | undefined, containers: readonly Container[] | undefined): void {
  for (const container of containers ?? []) {
    const same = wanted?.find(({ name }) => name === container.name);
    if (same?.resources !== undefined) container.resources = same.resources;
    if (same?.resizePolicy !== undefined) container.resizePolicy = same.resizePolicy;
  }
}
