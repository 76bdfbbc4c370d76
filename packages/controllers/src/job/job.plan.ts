import { formatTime, parseTime, conditionOf, isConditionTrue } from '@kajitori/apimachinery';
import type { Job, JobCondition, JobStatus, Pod } from '@kajitori/kinds';
import { inDeletionOrder } from '../pods/deletion-order.ts';
import type { RecordedEvent } from '../runtime/event-recorder.ts';
import { completionIndexOf, firstPending, parseIndexes } from './completion-indexes.ts';
import { completionsOf, hasFailed, indexFailures, isIndexed, isTracked, limitsIndexes, parallelismOf } from './job-pods.ts';
import { judgeFailure } from './pod-failure-policy.ts';
import { failedOf, type JobTally, succeededOf, talliedStatus, tallyJob } from './job-tally.ts';

/** A failed pod is replaced after 10 s, 20 s, 40 s, …, at most 10 minutes. */
const backoffBaseMilliseconds = 10_000;
const backoffMaxMilliseconds = 600_000;
const backoffLimitDefault = 6;
/** Most pods made in one run. */
const burstPods = 500;

export interface JobSnapshot {
  job: Job;
  /** Pods that the Job owns. */
  pods: readonly Pod[];
  now: Date;
}

export interface JobPlan {
  /** Written first: a pod's end must stand in the status before its finalizer goes. */
  status: JobStatus;
  releaseFinalizers: Pod[];
  /** Deleted by the Job itself: freed of the finalizer first, so that they do not count as failed. */
  delete: Pod[];
  /** Deleted because the Job has come to its end: they count. */
  stop: Pod[];
  create: NewPod[];
  events: RecordedEvent[];
  requeueAfterMilliseconds?: number;
}

export interface NewPod {
  /** Of an Indexed Job's pod. */
  index?: number;
  /** How often the index has failed, where that is limited. */
  failures?: number;
}

interface Finish {
  type: 'Complete' | 'Failed';
  reason: string;
  message: string;
}

export function isFinished({ status }: Job): boolean {
  return isConditionTrue(status?.conditions, 'Complete') || isConditionTrue(status?.conditions, 'Failed');
}

export function planJob({ job, pods, now }: JobSnapshot): JobPlan {
  const none: JobPlan = { status: job.status ?? {}, releaseFinalizers: [], delete: [], stop: [], create: [], events: [] };
  if (isFinished(job)) return { ...none, releaseFinalizers: pods.filter(isTracked) };
  const tally = tallyJob(job, pods);
  const plan: JobPlan = { ...none, status: talliedStatus(job, tally), releaseFinalizers: tally.releasable };
  if (job.metadata.deletionTimestamp !== undefined) return plan;
  started(job, plan, now);
  const finish = finishOf(job, tally, plan.status, now);
  if (finish !== undefined) return finished(plan, tally, finish, now);
  if (job.spec.suspend === true) return suspended(plan, tally, now);
  resumed(plan, now);
  return managed(job, pods, plan, tally, now);
}

/** A Job's time runs from its start, and anew after it was suspended. */
function started(job: Job, plan: JobPlan, now: Date): void {
  if (plan.status.startTime === undefined && job.spec.suspend !== true) plan.status.startTime = formatTime(now);
}

function finishOf(job: Job, tally: JobTally, status: JobStatus, now: Date): Finish | undefined {
  const decided = conditionOf(status.conditions, 'FailureTarget') ?? conditionOf(status.conditions, 'SuccessCriteriaMet');
  if (decided?.status === 'True') {
    return { type: decided.type === 'FailureTarget' ? 'Failed' : 'Complete', reason: decided.reason ?? '', message: decided.message ?? '' };
  }
  if (tally.failJob !== undefined) return { type: 'Failed', reason: 'PodFailurePolicy', message: tally.failJob };
  const spent = indexesSpent(job, tally);
  if (spent !== undefined) return spent;
  const limit = job.spec.backoffLimit ?? (limitsIndexes(job) ? Infinity : backoffLimitDefault);
  const restartsCount = job.spec.template.spec.restartPolicy === 'OnFailure' ? tally.restarts : 0;
  if (failedOf(tally) > limit || (restartsCount > 0 && restartsCount >= limit)) {
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  const deadline = deadlineIn(job, status, now);
  if (deadline !== undefined && deadline <= 0) {
    return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  }
  const completions = completionsOf(job);
  const succeeded = succeededOf(tally);
  const rule = matchedSuccessRule(job, tally);
  if (rule !== undefined) return { type: 'Complete', reason: 'SuccessPolicy', message: `Matched rules at index ${rule}` };
  const complete = completions === undefined ? succeeded > 0 && tally.active.length === 0 : succeeded >= completions;
  return complete ? { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' } : undefined;
}

/** Too many indexes have failed, or every index has come to an end and some have failed. */
function indexesSpent(job: Job, { failedIndexes, succeededIndexes }: JobTally): Finish | undefined {
  if (!limitsIndexes(job) || failedIndexes.size === 0) return undefined;
  if (failedIndexes.size > (job.spec.maxFailedIndexes ?? Infinity)) {
    return {
      type: 'Failed',
      reason: 'MaxFailedIndexesExceeded',
      message: 'Job has exceeded the specified maximal number of failed indexes',
    };
  }
  if (failedIndexes.size + succeededIndexes.size < (completionsOf(job) ?? 0)) return undefined;
  return { type: 'Failed', reason: 'FailedIndexes', message: 'Job has failed indexes' };
}

/** The first rule of the success policy that holds (KEP-3998). */
function matchedSuccessRule(job: Job, { succeededIndexes }: JobTally): number | undefined {
  const completions = completionsOf(job) ?? 0;
  const found = (job.spec.successPolicy?.rules ?? []).findIndex((rule) => {
    const asked = rule.succeededIndexes === undefined ? undefined : parseIndexes(rule.succeededIndexes, completions);
    const succeeded = asked === undefined ? succeededIndexes.size : asked.intersection(succeededIndexes).size;
    return succeeded >= (rule.succeededCount ?? asked?.size ?? completions);
  });
  return found < 0 ? undefined : found;
}

function deadlineIn({ spec }: Job, { startTime }: JobStatus, now: Date): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || startTime === undefined || spec.suspend === true) return undefined;
  return (parseTime(startTime) ?? 0) + spec.activeDeadlineSeconds * 1000 - now.getTime();
}

/** The end is announced at once and comes when no pod is left to run or to be counted. */
function finished(plan: JobPlan, tally: JobTally, finish: Finish, now: Date): JobPlan {
  const interim = finish.type === 'Failed' ? 'FailureTarget' : 'SuccessCriteriaMet';
  withCondition(plan.status, { type: interim, status: 'True', reason: finish.reason, message: finish.message }, now);
  plan.stop = [...tally.active];
  const uncounted = tally.uncounted.succeeded.length + tally.uncounted.failed.length;
  if (tally.active.length + tally.terminating + uncounted > 0) return plan;
  withCondition(plan.status, { type: finish.type, status: 'True', reason: finish.reason, message: finish.message }, now);
  if (finish.type === 'Complete') plan.status.completionTime = formatTime(now);
  plan.events.push(
    finish.type === 'Complete'
      ? { type: 'Normal', reason: 'Completed', message: 'Job completed' }
      : { type: 'Warning', reason: finish.reason, message: finish.message },
  );
  return plan;
}

function suspended(plan: JobPlan, tally: JobTally, now: Date): JobPlan {
  plan.delete = [...tally.active];
  if (withCondition(plan.status, { type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' }, now)) {
    plan.events.push({ type: 'Normal', reason: 'Suspended', message: 'Job suspended' });
  }
  delete plan.status.startTime;
  return plan;
}

function resumed(plan: JobPlan, now: Date): void {
  if (conditionOf(plan.status.conditions, 'Suspended') === undefined) return;
  if (!withCondition(plan.status, { type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' }, now)) return;
  plan.status.startTime = formatTime(now);
  plan.events.push({ type: 'Normal', reason: 'Resumed', message: 'Job resumed' });
}

/** Keeps as many pods running as are wanted now. */
function managed(job: Job, pods: readonly Pod[], plan: JobPlan, tally: JobTally, now: Date): JobPlan {
  const waits = [deadlineIn(job, plan.status, now)].filter((wait) => wait !== undefined);
  const wanted = wantedPods(job, tally);
  const surplus = surplusPods(job, tally, wanted, now);
  const running = tally.active.length - surplus.length;
  plan.delete = surplus;
  if (running < wanted) {
    const backoff = backoffIn(tally, now);
    if (backoff > 0) waits.push(backoff);
    else plan.create = newPods(job, pods, tally, Math.min(wanted - running, burstPods));
  }
  if (waits.length > 0) plan.requeueAfterMilliseconds = Math.max(0, Math.min(...waits));
  return plan;
}

function wantedPods(job: Job, tally: JobTally): number {
  const completions = completionsOf(job);
  // A work queue makes no more pods once one has succeeded: the others know that the work is done.
  if (completions === undefined) return succeededOf(tally) > 0 ? tally.active.length : parallelismOf(job);
  const room = job.spec.podReplacementPolicy === 'Failed' || job.spec.podFailurePolicy !== undefined ? tally.terminating : 0;
  return Math.max(0, Math.min(completions - succeededOf(tally) - tally.failedIndexes.size, parallelismOf(job)) - room);
}

function surplusPods(job: Job, { active, succeededIndexes, failedIndexes }: JobTally, wanted: number, now: Date): Pod[] {
  if (!isIndexed(job)) return inDeletionOrder(active, () => 0, now).slice(0, Math.max(0, active.length - wanted));
  const seen = new Set<number>();
  const [kept, doubled]: [Pod[], Pod[]] = [[], []];
  for (const pod of active) {
    const index = completionIndexOf(pod);
    const useless =
      index === undefined ||
      index >= (completionsOf(job) ?? 0) ||
      seen.has(index) ||
      succeededIndexes.has(index) ||
      failedIndexes.has(index);
    if (!useless) seen.add(index);
    (useless ? doubled : kept).push(pod);
  }
  return [...doubled, ...inDeletionOrder(kept, () => 0, now).slice(0, Math.max(0, kept.length - wanted))];
}

function backoffIn({ recentFailures }: JobTally, now: Date): number {
  const last = recentFailures.at(-1);
  if (last === undefined) return 0;
  const delay = Math.min(backoffMaxMilliseconds, backoffBaseMilliseconds * 2 ** Math.min(recentFailures.length - 1, 20));
  return last + delay - now.getTime();
}

function newPods(job: Job, pods: readonly Pod[], { active, succeededIndexes, failedIndexes }: JobTally, count: number): NewPod[] {
  if (!isIndexed(job)) return Array.from({ length: count }, () => ({}));
  const running = new Set(active.flatMap((pod) => completionIndexOf(pod) ?? []));
  const indexes = firstPending(count, completionsOf(job) ?? 0, succeededIndexes, failedIndexes, running);
  if (!limitsIndexes(job)) return indexes.map((index) => ({ index }));
  const failures = new Map<number, number>();
  for (const pod of pods) {
    const index = completionIndexOf(pod);
    if (index === undefined || !hasFailed(job, pod)) continue;
    const ignored = judgeFailure(job, pod).action === 'Ignore' ? 0 : 1;
    failures.set(index, Math.max(failures.get(index) ?? 0, indexFailures(pod) + ignored));
  }
  return indexes.map((index) => ({ index, failures: failures.get(index) ?? 0 }));
}

/** Whether the condition's status changed. */
function withCondition(status: JobStatus, wanted: Pick<JobCondition, 'type' | 'status' | 'reason' | 'message'>, now: Date): boolean {
  const before = conditionOf(status.conditions, wanted.type);
  if (before?.status === wanted.status) return false;
  const at = formatTime(now);
  const others = (status.conditions ?? []).filter(({ type }) => type !== wanted.type);
  status.conditions = [...others, { ...wanted, lastProbeTime: at, lastTransitionTime: at }];
  return true;
}
