import { conditionOf, controllerOf, formatTime, parseTime } from '@kajitori/apimachinery';
import type { CronJob, CronJobStatus, Job, ObjectReference } from '@kajitori/kinds';
import { instantsBetween, nextInstant, type Schedule } from '@kajitori/schedules';
import { controllerReference } from '../pods/new-pod.ts';
import type { RecordedEvent } from '../runtime/event-recorder.ts';

const scheduledTimestampAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** More missed instants than this are not looked at one by one. */
const missedMax = 100;
const historyLimitDefaults = { successful: 3, failed: 1 };

export interface CronJobSnapshot {
  cronJob: CronJob;
  schedule: Schedule;
  /** Jobs that the CronJob owns. */
  jobs: readonly Job[];
  /** Instants up to here are settled: nothing more is to be said of them. */
  settledUntil?: number;
  now: Date;
}

/** What becomes of an instant at which the CronJob was due. */
export interface Settlement {
  scheduledAt: Date;
  outcome: { state: 'started'; job: Job } | { state: 'skipped' | 'missed'; reason: string };
  /** Said once, by whoever settles the instant. */
  event?: RecordedEvent;
}

export interface CronJobPlan {
  status: CronJobStatus;
  /** Oldest first; at most one is started. */
  settle: Settlement[];
  /** Due, and waiting for a running Job to end. */
  waiting?: Date;
  /** Running Jobs that the one to start replaces. */
  replace: Job[];
  /** Finished Jobs beyond the history limits. */
  prune: Job[];
  events: RecordedEvent[];
  /** The next instant; absent while suspended. */
  nextAt?: Date;
}

export function planCronJob(snapshot: CronJobSnapshot): CronJobPlan {
  const { cronJob, jobs, now } = snapshot;
  const { status, events } = observedStatus(cronJob, jobs);
  const plan: CronJobPlan = { status, settle: [], replace: [], prune: surplusJobs(cronJob, jobs), events };
  if (cronJob.metadata.deletionTimestamp !== undefined || cronJob.spec.suspend === true) return plan;
  start(snapshot, plan);
  const next = nextInstant(snapshot.schedule, cronJob.spec.timeZone, now.getTime());
  if (next !== undefined) plan.nextAt = new Date(next);
  return plan;
}

/** Which Jobs run, and when the last succeeded. */
function observedStatus(cronJob: CronJob, jobs: readonly Job[]): { status: CronJobStatus; events: RecordedEvent[] } {
  const events: RecordedEvent[] = [];
  const known = new Map((cronJob.status?.active ?? []).map((one) => [one.uid, one]));
  const active: ObjectReference[] = [];
  let { lastSuccessfulTime } = cronJob.status ?? {};
  for (const job of jobs) {
    const ended = endOf(job);
    const before = known.get(job.metadata.uid);
    known.delete(job.metadata.uid);
    if (ended === undefined) active.push(before ?? referenceTo(job));
    else {
      if (before !== undefined)
        events.push({
          type: 'Normal',
          reason: 'SawCompletedJob',
          message: `Saw completed job: ${job.metadata.name}, condition: ${ended.type}`,
        });
      const { completionTime } = job.status ?? {};
      if (
        ended.type === 'Complete' &&
        completionTime !== undefined &&
        (lastSuccessfulTime === undefined || completionTime > lastSuccessfulTime)
      )
        lastSuccessfulTime = completionTime;
    }
  }
  for (const { name } of known.values()) {
    events.push({ type: 'Normal', reason: 'MissingJob', message: `Active job went missing: ${name}` });
  }
  active.sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
  const { active: _active, lastSuccessfulTime: _last, ...rest } = cronJob.status ?? {};
  return {
    status: { ...rest, ...(active.length === 0 ? {} : { active }), ...(lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime }) },
    events,
  };
}

/** Starts the newest instant that is due, and settles those before it. */
function start({ cronJob, schedule, jobs, settledUntil = -Infinity, now }: CronJobSnapshot, plan: CronJobPlan): void {
  const due = dueInstants(cronJob, schedule, settledUntil, now);
  if (due.tooMany)
    plan.events.push({
      type: 'Warning',
      reason: 'TooManyMissedTimes',
      message: 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
    });
  for (const instant of due.late) plan.settle.push(missed(instant, 'MissedDeadline'));
  const running = jobs.filter((job) => endOf(job) === undefined);
  const isHeldUp = cronJob.spec.concurrencyPolicy === 'Forbid' && running.length > 0;
  for (const instant of due.instants.slice(0, -1)) {
    const scheduledAt = new Date(instant);
    plan.settle.push(
      isHeldUp
        ? { scheduledAt, outcome: { state: 'skipped', reason: 'JobAlreadyActive' } }
        : { ...missed(instant, 'Superseded'), event: undefined },
    );
  }
  const newest = due.instants.at(-1);
  if (newest === undefined) return;
  const scheduledAt = new Date(newest);
  if (isHeldUp) {
    // Kubernetes starts it late, once the running Job has ended, if the deadline still allows.
    plan.waiting = scheduledAt;
    plan.events.push({
      type: 'Normal',
      reason: 'JobAlreadyActive',
      message: 'Not starting job because prior execution is running and concurrency policy is Forbid',
    });
    return;
  }
  if (cronJob.spec.concurrencyPolicy === 'Replace') plan.replace = running;
  plan.settle.push({ scheduledAt, outcome: { state: 'started', job: jobAt(cronJob, scheduledAt) } });
}

function missed(instant: number, reason: string): Settlement {
  const message = `Missed scheduled time to start a job: ${new Date(instant).toUTCString()}`;
  return {
    scheduledAt: new Date(instant),
    outcome: { state: 'missed', reason },
    event: { type: 'Warning', reason: 'MissSchedule', message },
  };
}

/** Instants since the last that was started (or since creation): those within the deadline, and those that came too late. */
function dueInstants(
  { metadata, spec, status }: CronJob,
  schedule: Schedule,
  settledUntil: number,
  now: Date,
): { instants: number[]; late: number[]; tooMany: boolean } {
  const last = parseTime(status?.lastScheduleTime ?? '') ?? parseTime(metadata.creationTimestamp ?? '') ?? now.getTime();
  const since = Math.max(last, settledUntil);
  const deadline = spec.startingDeadlineSeconds === undefined ? -Infinity : now.getTime() - spec.startingDeadlineSeconds * 1000;
  const all = instantsBetween(schedule, spec.timeZone, { after: since, until: now.getTime(), limit: missedMax + 1 });
  if (all.length <= missedMax)
    return { instants: all.filter((one) => one >= deadline), late: all.filter((one) => one < deadline), tooMany: false };
  // Far behind: only the newest counts, found from just before now.
  const [newest] = latestInstant(schedule, spec.timeZone, Math.max(since, deadline - 1), now.getTime());
  return { instants: newest === undefined ? [] : [newest], late: [], tooMany: true };
}

/** Doubles the distance looked back until an instant is found. */
function latestInstant(schedule: Schedule, zone: string | undefined, since: number, until: number): number[] {
  for (let back = 60_000; ; back *= 2) {
    const after = Math.max(since, until - back);
    const found = instantsBetween(schedule, zone, { after, until, limit: 10_000 });
    if (found.length > 0 || after === since) return found.slice(-1);
  }
}

/** Named after the scheduled minute, so that one instant can only ever make one Job. */
function jobAt(cronJob: CronJob, scheduledAt: Date): Job {
  const { jobTemplate } = cronJob.spec;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...(jobTemplate.metadata?.labels === undefined ? {} : { labels: jobTemplate.metadata.labels }),
      annotations: { ...jobTemplate.metadata?.annotations, [scheduledTimestampAnnotation]: zonedTime(scheduledAt, cronJob.spec.timeZone) },
      name: `${cronJob.metadata.name}-${Math.floor(scheduledAt.getTime() / 60_000)}`,
      namespace: cronJob.metadata.namespace,
      ownerReferences: [controllerReference(cronJob)],
    },
    spec: jobTemplate.spec,
  };
}

/** RFC 3339 in the CronJob's own zone. */
function zonedTime(at: Date, zone: string | undefined): string {
  if (zone === undefined) return formatTime(at);
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(at);
  const offset = parts.find(({ type }) => type === 'timeZoneName')?.value.replace('GMT', '') ?? '';
  if (offset === '') return formatTime(at);
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  const shift = (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
  return `${new Date(at.getTime() + shift).toISOString().slice(0, 19)}${offset.slice(0, 6)}`;
}

/** The oldest finished Jobs beyond the limits. */
function surplusJobs({ spec }: CronJob, jobs: readonly Job[]): Job[] {
  const ended = (type: string): Job[] =>
    jobs.filter((job) => endOf(job)?.type === type && job.metadata.deletionTimestamp === undefined).sort(byStart);
  const beyond = (found: Job[], limit: number): Job[] => found.slice(0, Math.max(0, found.length - limit));
  return [
    ...beyond(ended('Complete'), spec.successfulJobsHistoryLimit ?? historyLimitDefaults.successful),
    ...beyond(ended('Failed'), spec.failedJobsHistoryLimit ?? historyLimitDefaults.failed),
  ];
}

const startOf = ({ metadata, status }: Job): string => status?.startTime ?? metadata.creationTimestamp ?? '';
const byStart = (a: Job, b: Job): number =>
  startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;

function endOf({ status }: Job): { type: string } | undefined {
  return ['Complete', 'Failed'].map((type) => conditionOf(status?.conditions, type)).find((one) => one?.status === 'True');
}

function referenceTo({ apiVersion, kind, metadata }: Job): ObjectReference {
  return {
    apiVersion,
    kind,
    name: metadata.name,
    namespace: metadata.namespace,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
  };
}

export function isOwnedBy(job: Job, cronJob: CronJob): boolean {
  return controllerOf(job)?.uid === cronJob.metadata.uid;
}
