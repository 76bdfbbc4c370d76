import { parseTime } from '@kajitori/apimachinery';
import type { Job, Pod } from '@kajitori/kinds';
import { podFromTemplate } from '../pods/new-pod.ts';
import { completionIndexAnnotation } from './completion-indexes.ts';

/** Holds a pod until its end has been counted. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';

/** Both counts default to one when neither is given; parallelism alone makes a work queue. */
export function completionsOf({ spec }: Job): number | undefined {
  return spec.completions ?? (spec.parallelism === undefined ? 1 : undefined);
}

export function parallelismOf({ spec }: Job): number {
  return spec.parallelism ?? 1;
}

export function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === 'Indexed';
}

/** Each index is tried only so often (KEP-3850). */
export function limitsIndexes(job: Job): boolean {
  return isIndexed(job) && job.spec.backoffLimitPerIndex !== undefined;
}

const indexFailuresAnnotation = 'batch.kubernetes.io/job-index-failure-count';

/** How often the pod's index had failed before it. */
export function indexFailures({ metadata }: Pod): number {
  const count = Number(metadata.annotations?.[indexFailuresAnnotation] ?? 0);
  return Number.isSafeInteger(count) ? count : 0;
}

export function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(trackingFinalizer) === true;
}

/** Unless only failed pods are replaced, one that is being deleted counts as failed: it may never come to an end by itself. */
export function hasFailed(job: Job, { metadata, status }: Pod): boolean {
  if (status?.phase === 'Failed') return true;
  if (job.spec.podReplacementPolicy === 'Failed' || job.spec.podFailurePolicy !== undefined) return false;
  return metadata.deletionTimestamp !== undefined && status?.phase !== 'Succeeded';
}

/** When a pod ended: its last container's end, else its deletion, else its last condition. */
export function finishedAt({ metadata, status }: Pod): number {
  const ends = (status?.containerStatuses ?? []).map(({ state }) => parseTime(state?.terminated?.finishedAt ?? '') ?? 0);
  const deleted = parseTime(metadata.deletionTimestamp ?? '') ?? 0;
  const changed = (status?.conditions ?? []).map(({ lastTransitionTime }) => parseTime(lastTransitionTime ?? '') ?? 0);
  return Math.max(...ends, 0) || deleted || Math.max(...changed, 0) || (parseTime(metadata.creationTimestamp ?? '') ?? 0);
}

/** `failures`: how often the index has failed so far; only told where that is limited. */
export function newJobPod(job: Job, index: number | undefined, failures?: number): Pod {
  const { name = '', uid = '' } = job.metadata;
  const pod = podFromTemplate(job, job.spec.template);
  const indexLabel: Record<string, string> = index === undefined ? {} : { [completionIndexAnnotation]: String(index) };
  const told: Record<string, string> = failures === undefined ? indexLabel : { ...indexLabel, [indexFailuresAnnotation]: String(failures) };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      ...(index === undefined
        ? {}
        : { generateName: `${name}-${index}-`.slice(0, 58), annotations: { ...pod.metadata.annotations, ...told } }),
      labels: {
        ...pod.metadata.labels,
        'batch.kubernetes.io/controller-uid': uid,
        'batch.kubernetes.io/job-name': name,
        'controller-uid': uid,
        'job-name': name,
        ...indexLabel,
      },
      finalizers: [...(pod.metadata.finalizers ?? []).filter((one) => one !== trackingFinalizer), trackingFinalizer],
    },
    spec: index === undefined ? pod.spec : indexedSpec(pod.spec, name, index),
  };
}

function indexedSpec(spec: Pod['spec'], name: string, index: number): Pod['spec'] {
  const env = {
    name: 'JOB_COMPLETION_INDEX',
    valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.annotations['${completionIndexAnnotation}']` } },
  };
  const withIndex = <C extends { env?: { name: string }[] }>(container: C): C =>
    container.env?.some((one) => one.name === env.name) === true ? container : { ...container, env: [...(container.env ?? []), env] };
  return {
    ...spec,
    hostname: `${name}-${index}`.slice(0, 63),
    containers: spec.containers.map(withIndex),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(withIndex) }),
  };
}
