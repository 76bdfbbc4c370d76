import { type FieldError, forbiddenField, invalid } from '@kajitori/apimachinery';
import { immutableField, sameValue } from '../../../meta/immutable.ts';
import type { Container } from '../container.ts';
import type { ContainerStatus } from '../container-status.ts';
import type { PodSpec } from '../pod-spec.ts';
import type { Pod } from '../pod.ts';

const onlyThese =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** A running pod is what it is: images, a shorter deadline, more tolerations and removed gates are all that may change. */
export function validatePodUpdate(pod: Pod, old: Pod): FieldError[] {
  const [before, after] = [old.spec, pod.spec];
  for (const list of ['containers', 'initContainers'] as const) {
    if ((before[list] ?? []).length !== (after[list] ?? []).length)
      return [forbiddenField(`spec.${list}`, 'pod updates may not add or remove containers')];
  }
  return [
    ...emptiedImages(after),
    ...deadline(after, before),
    ...tolerations(after, before),
    ...gates(after, before),
    ...theRest(after, before),
  ];
}

function emptiedImages(spec: PodSpec): FieldError[] {
  return (['containers', 'initContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap(({ image }, index) =>
      (image ?? '') === ''
        ? [{ reason: 'FieldValueRequired' as const, field: `spec.${list}[${index}].image`, message: 'Required value' }]
        : [],
    ),
  );
}

function deadline(after: PodSpec, before: PodSpec): FieldError[] {
  const field = 'spec.activeDeadlineSeconds';
  const [next, last] = [after.activeDeadlineSeconds, before.activeDeadlineSeconds];
  if (last === undefined || next === last) return [];
  if (next === undefined) return [invalid(field, next, 'must not update from a positive integer to nil value')];
  return next > last ? [invalid(field, next, 'must be less than or equal to previous value')] : [];
}

function tolerations(after: PodSpec, before: PodSpec): FieldError[] {
  const kept = (before.tolerations ?? []).every((one) =>
    (after.tolerations ?? []).some((other) => sameValue({ ...one, tolerationSeconds: 0 }, { ...other, tolerationSeconds: 0 })),
  );
  return kept ? [] : [forbiddenField('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
}

/** Gates only ever come off. */
function gates(after: PodSpec, before: PodSpec): FieldError[] {
  const was = new Set((before.schedulingGates ?? []).map(({ name }) => name));
  return (after.schedulingGates ?? [])
    .filter(({ name }) => !was.has(name))
    .map(({ name }) => forbiddenField('spec.schedulingGates', `only deletion is allowed, but found new scheduling gate '${name}'`));
}

function theRest(after: PodSpec, before: PodSpec): FieldError[] {
  const munged = munge(after, before);
  if (sameValue(munged, withoutAbsent(before))) return [];
  const changed = Object.keys({ ...munged, ...before }).filter((key) => !sameValue(munged[key], withoutAbsent(before)[key]));
  return [
    forbiddenField(
      'spec',
      `${onlyThese}\nchanged: ${changed
        .map((key) => `spec.${key}`)
        .sort()
        .join(', ')}`,
    ),
  ];
}

/** The new spec with everything that may change taken from the old one. */
function munge(after: PodSpec, before: PodSpec): Record<string, unknown> {
  const images = (containers: readonly Container[] | undefined, old: readonly Container[] | undefined): Container[] | undefined =>
    containers?.map((container, index) => ({ ...container, image: old?.[index]?.image }));
  const ungated = (before.schedulingGates ?? []).length > 0;
  return withoutAbsent({
    ...after,
    containers: images(after.containers, before.containers) ?? [],
    initContainers: images(after.initContainers, before.initContainers),
    activeDeadlineSeconds: before.activeDeadlineSeconds,
    tolerations: before.tolerations,
    schedulingGates: before.schedulingGates,
    terminationGracePeriodSeconds:
      (before.terminationGracePeriodSeconds ?? 0) < 0 && after.terminationGracePeriodSeconds === 1
        ? before.terminationGracePeriodSeconds
        : after.terminationGracePeriodSeconds,
    // While gates hold a pod back, where it may go can still be narrowed.
    ...(ungated ? { nodeSelector: before.nodeSelector, affinity: before.affinity } : {}),
  });
}

function withoutAbsent(spec: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
}

/** What writing `status` may not do: move the pod, or revive a container that its restart policy leaves dead. */
export function validatePodStatusUpdate(pod: Pod, old: Pod): FieldError[] {
  const errors = immutableField('status.nodeName', pod.spec.nodeName, old.spec.nodeName);
  if (old.status?.qosClass !== undefined) errors.push(...immutableField('status.qosClass', pod.status?.qosClass, old.status.qosClass));
  if (old.spec.restartPolicy === 'Always') return errors;
  return [...errors, ...revived(pod.status?.containerStatuses ?? [], old.status?.containerStatuses ?? [], old.spec)];
}

function revived(statuses: readonly ContainerStatus[], before: readonly ContainerStatus[], spec: PodSpec): FieldError[] {
  return before.flatMap((was) => {
    const ended = was.state?.terminated;
    const container = spec.containers.find(({ name }) => name === was.name);
    if (ended === undefined || container?.restartPolicy !== undefined || (container?.restartPolicyRules ?? []).length > 0) return [];
    if (spec.restartPolicy === 'OnFailure' && ended.exitCode !== 0) return [];
    const index = statuses.findIndex(({ name }) => name === was.name);
    const now = statuses[index];
    if (now === undefined || now.state?.terminated !== undefined) return [];
    return [forbiddenField(`status.containerStatuses[${index}].state`, 'may not be transitioned to non-terminated state')];
  });
}

/** The `ephemeralcontainers` subresource adds containers, and changes nothing else. */
export function validateEphemeralContainersUpdate(pod: Pod, old: Pod): FieldError[] {
  const now = pod.spec.ephemeralContainers ?? [];
  return (old.spec.ephemeralContainers ?? []).flatMap((was) => {
    const same = now.find(({ name }) => name === was.name);
    if (same === undefined)
      return [forbiddenField('spec.ephemeralContainers', `existing ephemeral containers "${was.name}" may not be removed\n`)];
    return sameValue(same, was)
      ? []
      : [forbiddenField('spec.ephemeralContainers', `existing ephemeral containers "${was.name}" may not be changed\n`)];
  });
}

/** The `resize` subresource changes CPU and memory of containers, and nothing else. */
export function validatePodResize(pod: Pod, old: Pod): FieldError[] {
  const errors = resized(pod.spec, old.spec);
  const stripped = (spec: PodSpec): unknown =>
    withoutAbsent({ ...spec, containers: spec.containers.map(bare), initContainers: spec.initContainers?.map(bare), resources: undefined });
  if (!sameValue(stripped(pod.spec), stripped(old.spec))) errors.push(forbiddenField('spec', 'only cpu and memory resources are mutable'));
  return errors;
}

function bare(container: Container): unknown {
  return { ...container, resources: undefined };
}

const resizable: ReadonlySet<string> = new Set(['cpu', 'memory']);

function resized(after: PodSpec, before: PodSpec): FieldError[] {
  return after.containers.flatMap((container, index) => {
    const [next, last] = [container.resources, before.containers[index]?.resources];
    const path = `spec.containers[${index}].resources`;
    return amountsChanged(next?.limits, last?.limits, `${path}.limits`).concat(
      amountsChanged(next?.requests, last?.requests, `${path}.requests`),
    );
  });
}

type Amounts = Readonly<Record<string, string>>;

function amountsChanged(next: Amounts = {}, last: Amounts = {}, path = ''): FieldError[] {
  const others = Object.keys({ ...next, ...last }).filter((name) => !resizable.has(name) && next[name] !== last[name]);
  const removed = Object.keys(last).filter((name) => resizable.has(name) && next[name] === undefined);
  return [
    ...others.map(() => forbiddenField(path, 'only cpu and memory resources are mutable')),
    ...removed.map((name) => forbiddenField(path, `${name} cannot be removed`)),
  ];
}
