import type { Job, JobStatus, Pod } from '@kajitori/kinds';
import { isActive, isReady, restartsOf } from '../pods/pod-state.ts';
import { completionIndexOf, formatIndexes, parseIndexes } from './completion-indexes.ts';
import { completionsOf, finishedAt, hasFailed, indexFailures, isIndexed, isTracked, limitsIndexes } from './job-pods.ts';
import { judgeFailure } from './pod-failure-policy.ts';

/** What has become of a Job's pods so far. */
export interface JobTally {
  active: Pod[];
  ready: number;
  terminating: number;
  succeeded: number;
  failed: number;
  succeededIndexes: Set<number>;
  /** Indexes that have failed too often to be tried again. */
  failedIndexes: Set<number>;
  /** Pods whose end is written down (or need not be) and that may go. */
  releasable: Pod[];
  /** Ends that the status names but has not added up yet. */
  uncounted: { succeeded: string[]; failed: string[] };
  /** What a pod failure policy ends the Job with. */
  failJob: string | undefined;
  /** Restarts of containers in pods that restart them. */
  restarts: number;
  /** Ends of failed pods since the last success, for the back-off. */
  recentFailures: number[];
}

/**
 * Counts a Job's pods. A pod's end is counted in three steps, so that nothing is counted twice or lost, whatever dies between: its
 * uid goes into the status, its finalizer goes, its uid becomes one more in the count. Rule: KEP-2307.
 */
export function tallyJob(job: Job, pods: readonly Pod[]): JobTally {
  const { status = {} } = job;
  const completions = completionsOf(job);
  const tracked = new Set(pods.filter(isTracked).map(({ metadata }) => metadata.uid ?? ''));
  const before = status.uncountedTerminatedPods ?? {};
  const still = (uids: readonly string[] = []): string[] => uids.filter((uid) => tracked.has(uid));
  const uncounted = { succeeded: still(before.succeeded), failed: still(before.failed) };
  let succeeded = (status.succeeded ?? 0) + ((before.succeeded?.length ?? 0) - uncounted.succeeded.length);
  const failed = (status.failed ?? 0) + ((before.failed?.length ?? 0) - uncounted.failed.length);
  const known = new Set([...uncounted.succeeded, ...uncounted.failed]);
  const succeededIndexes =
    isIndexed(job) && completions !== undefined ? parseIndexes(status.completedIndexes, completions) : new Set<number>();
  const failedIndexes = limitsIndexes(job) ? parseIndexes(status.failedIndexes, completions ?? 0) : new Set<number>();
  const releasable = pods.filter((pod) => isTracked(pod) && known.has(pod.metadata.uid ?? ''));
  let failJob: string | undefined;
  for (const pod of pods) {
    const uid = pod.metadata.uid ?? '';
    if (!isTracked(pod) || known.has(uid)) continue;
    if (pod.status?.phase === 'Succeeded') {
      if (isIndexed(job)) {
        // The index itself is the record: no uid needs to be written down.
        const index = completionIndexOf(pod);
        if (index !== undefined && index < (completions ?? 0)) succeededIndexes.add(index);
        releasable.push(pod);
      } else uncounted.succeeded.push(uid);
    } else if (hasFailed(job, pod)) {
      const verdict = judgeFailure(job, pod);
      if (verdict.action === 'FailJob') failJob ??= verdict.message;
      if (verdict.action === 'Ignore') releasable.push(pod);
      else uncounted.failed.push(uid);
      const index = completionIndexOf(pod);
      const isSpent =
        verdict.action === 'FailIndex' ||
        (verdict.action === 'Count' && indexFailures(pod) + 1 > (job.spec.backoffLimitPerIndex ?? Infinity));
      if (limitsIndexes(job) && index !== undefined && isSpent) failedIndexes.add(index);
    }
  }
  if (isIndexed(job)) succeeded = succeededIndexes.size;
  const active = pods.filter((pod) => isActive(pod));
  return {
    active,
    ready: active.filter(isReady).length,
    terminating: pods.filter(
      ({ metadata, status: { phase } = {} }) => metadata.deletionTimestamp !== undefined && phase !== 'Succeeded' && phase !== 'Failed',
    ).length,
    succeeded,
    failed,
    succeededIndexes,
    failedIndexes,
    releasable,
    uncounted,
    failJob,
    restarts: active.reduce((sum, pod) => sum + restartsOf(pod), 0),
    recentFailures: recentFailures(job, pods),
  };
}

/** All that have succeeded, added up or not. */
export function succeededOf({ succeeded, uncounted }: JobTally): number {
  return succeeded + uncounted.succeeded.length;
}

export function failedOf({ failed, uncounted }: JobTally): number {
  return failed + uncounted.failed.length;
}

function recentFailures(job: Job, pods: readonly Pod[]): number[] {
  const lastSuccess = Math.max(0, ...pods.filter(({ status }) => status?.phase === 'Succeeded').map(finishedAt));
  return pods
    .filter((pod) => hasFailed(job, pod) && judgeFailure(job, pod).action !== 'Ignore')
    .map(finishedAt)
    .filter((at) => at > lastSuccess)
    .sort((a, b) => a - b);
}

/** The counts as the status carries them. */
export function talliedStatus(job: Job, tally: JobTally): JobStatus {
  const { uncounted, active, succeeded, failed } = tally;
  const status: JobStatus = { ...job.status, active: active.length, ready: tally.ready, terminating: tally.terminating, succeeded, failed };
  status.uncountedTerminatedPods = {
    ...(uncounted.succeeded.length === 0 ? {} : { succeeded: uncounted.succeeded }),
    ...(uncounted.failed.length === 0 ? {} : { failed: uncounted.failed }),
  };
  if (isIndexed(job)) status.completedIndexes = formatIndexes(tally.succeededIndexes);
  if (limitsIndexes(job)) status.failedIndexes = formatIndexes(tally.failedIndexes);
  if (status.active === 0) delete status.active;
  if (status.succeeded === 0) delete status.succeeded;
  if (status.failed === 0) delete status.failed;
  return status;
}
