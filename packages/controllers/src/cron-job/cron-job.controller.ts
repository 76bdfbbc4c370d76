import { formatTime, isStatusError } from '@kajitori/apimachinery';
import { type CronJob, cronJobs, type Job, jobs } from '@kajitori/kinds';
import { done, type Outcome, requeueAfter } from '@kajitori/reconciler';
import { parseSchedule, type Schedule, ScheduleError, timeZoneError } from '@kajitori/schedules';
import { deleteObject } from '../pods/claim-writes.ts';
import { isNamespaceEnding } from '../replica-set/replica-set.controller.ts';
import {
  type Controller,
  type ControllerContext,
  controllerOfKind,
  type ControllerDescriptor,
  type Run,
  self,
  watch,
} from '../runtime/controller.ts';
import { sameContent } from '../runtime/same-content.ts';
import { unlessGone } from '../runtime/unless-gone.ts';
import { type CronJobPlan, isOwnedBy, planCronJob, type Settlement } from './cron-job.plan.ts';

/** Rows of occurrences kept of each CronJob. */
const occurrencesKept = 200;

/**
 * Makes Jobs at the instants of a schedule. Owns a CronJob's Jobs, its status, and one durable row for each instant at which it was due.
 * An instant makes at most one Job: the row is settled once, and the Job is named after the minute.
 */
export const cronJob: ControllerDescriptor = {
  name: 'cron-job',
  user: 'system:serviceaccount:kube-system:cronjob-controller',
  component: 'cronjob-controller',
  watches: [watch(cronJobs, self), watch(jobs, controllerOfKind(cronJobs))],
  create: (context) => new CronJobController(context),
};

class CronJobController implements Controller {
  readonly #context: ControllerContext;
  /** By uid: the newest instant that has been settled, so that it is not settled again in each run. */
  readonly #settledUntil = new Map<string, number>();
  /** Uids of deleted CronJobs whose rows are still to be removed, by name. */
  readonly #gone = new Map<string, string>();

  constructor(context: ControllerContext) {
    this.#context = context;
    context.onChange(cronJobs, (event) => {
      if (event.type === 'deleted')
        this.#gone.set(`${event.object.metadata.namespace}/${event.object.metadata.name}`, event.object.metadata.uid ?? '');
    });
  }

  async reconcile(run: Run): Promise<Outcome> {
    await this.#forget(run);
    const found = this.#context.cache(cronJobs).get(run.namespace, run.name);
    const schedule = found === undefined ? undefined : this.#scheduleOf(found);
    if (found === undefined || schedule === undefined) return done;
    const uid = found.metadata.uid ?? '';
    const owned = this.#context
      .cache(jobs)
      .ownedBy(uid)
      .filter((job) => isOwnedBy(job, found));
    const plan = planCronJob({ cronJob: found, schedule, jobs: owned, settledUntil: this.#settledUntil.get(uid), now: run.now });
    for (const event of plan.events) this.#context.events.record(found, event);
    if (plan.waiting !== undefined) await this.#context.occurrences.schedule(uid, plan.waiting);
    await this.#prune(run, found, plan);
    const status = await this.#settle(run, found, plan);
    if (!sameContent(status, found.status ?? {})) await unlessGone(run.client.resource(cronJobs).updateStatus({ ...found, status }));
    return plan.nextAt === undefined ? done : requeueAfter(plan.nextAt.getTime() - run.now.getTime());
  }

  async #forget({ namespace, name }: Run): Promise<void> {
    const uid = this.#gone.get(`${namespace}/${name}`);
    if (uid === undefined) return;
    await this.#context.occurrences.prune(uid, 0);
    this.#gone.delete(`${namespace}/${name}`);
    this.#settledUntil.delete(uid);
  }

  /** Undefined, and a warning, for a schedule or zone that was accepted once and is not understood. */
  #scheduleOf(found: CronJob): Schedule | undefined {
    const { schedule, timeZone } = found.spec;
    const wrongZone = timeZone === undefined ? undefined : timeZoneError(timeZone);
    if (wrongZone !== undefined) {
      this.#context.events.record(found, {
        type: 'Warning',
        reason: 'UnknownTimeZone',
        message: `invalid timeZone: ${JSON.stringify(timeZone)}: ${wrongZone}`,
      });
      return undefined;
    }
    try {
      return parseSchedule(schedule);
    } catch (error) {
      if (!(error instanceof ScheduleError)) throw error;
      const message = `unparseable schedule: ${JSON.stringify(schedule)} : ${error.message}`;
      this.#context.events.record(found, { type: 'Warning', reason: 'UnparseableSchedule', message });
      return undefined;
    }
  }

  async #prune(run: Run, found: CronJob, plan: CronJobPlan): Promise<void> {
    for (const job of [...plan.prune, ...plan.replace]) {
      await deleteObject(run.client.resource(jobs), job, 'Background');
      this.#context.events.record(found, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted job ${job.metadata.name}` });
    }
  }

  async #settle(run: Run, found: CronJob, plan: CronJobPlan): Promise<CronJobPlan['status']> {
    const uid = found.metadata.uid ?? '';
    const replaced = new Set(plan.replace.map(({ metadata }) => metadata.uid));
    const status = { ...plan.status };
    if (replaced.size > 0) status.active = status.active?.filter((one) => !replaced.has(one.uid ?? ''));
    for (const settlement of plan.settle) {
      const { scheduledAt, outcome } = settlement;
      if (outcome.state === 'started') {
        const job = await this.#start(run, found, scheduledAt, outcome.job);
        status.lastScheduleTime = formatTime(scheduledAt);
        if (job !== undefined) status.active = (status.active ?? []).concat(reference(job));
        await this.#context.occurrences.prune(uid, occurrencesKept);
      } else await this.#settleWithoutJob(uid, found, settlement);
      this.#settledUntil.set(uid, scheduledAt.getTime());
    }
    return status;
  }

  async #settleWithoutJob(uid: string, found: CronJob, { scheduledAt, outcome, event }: Settlement): Promise<void> {
    if (outcome.state === 'started') return;
    const first = await this.#context.occurrences.settle(uid, scheduledAt, { state: outcome.state, detail: outcome.reason });
    if (first && event !== undefined) this.#context.events.record(found, event);
  }

  /** The Job that runs for an instant; undefined when the instant was settled before, whatever became of its Job. */
  async #start(run: Run, found: CronJob, scheduledAt: Date, wanted: Job): Promise<Job | undefined> {
    const uid = found.metadata.uid ?? '';
    const { occurrences, events } = this.#context;
    if (!(await occurrences.schedule(uid, scheduledAt))) {
      const known = await occurrences.find(uid, scheduledAt);
      if (known !== undefined && known.state !== 'scheduled') return undefined;
    }
    try {
      const job = await run.client.resource(jobs).create(wanted);
      await occurrences.settle(uid, scheduledAt, { state: 'started', detail: job.metadata.name ?? '' });
      events.record(found, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created job ${job.metadata.name}` });
      return job;
    } catch (error) {
      if (isNamespaceEnding(error)) return undefined;
      if (isStatusError(error, 'AlreadyExists')) return this.#adoptNamesake(run, found, scheduledAt, wanted);
      events.record(found, {
        type: 'Warning',
        reason: 'FailedCreate',
        message: `Error creating job: ${error instanceof Error ? error.message : String(error)}`,
      });
      throw error;
    }
  }

  /** A Job of that name is there: this instant's own from a run that died, or a stranger that keeps the instant from starting. */
  async #adoptNamesake(run: Run, found: CronJob, scheduledAt: Date, { metadata }: Job): Promise<Job | undefined> {
    const there = await run.client.resource(jobs).find(metadata.namespace ?? '', metadata.name ?? '');
    const own = there !== undefined && isOwnedBy(there, found);
    const detail = metadata.name ?? '';
    const { occurrences, events } = this.#context;
    await occurrences.settle(
      found.metadata.uid ?? '',
      scheduledAt,
      own ? { state: 'started', detail } : { state: 'skipped', detail: 'a job with the name already exists' },
    );
    if (!own)
      events.record(found, {
        type: 'Warning',
        reason: 'FailedCreate',
        message: `Error creating job: jobs.batch ${JSON.stringify(detail)} already exists`,
      });
    return own ? there : undefined;
  }
}

function reference({ apiVersion, kind, metadata }: Job): NonNullable<CronJobPlan['status']['active']>[number] {
  return {
    apiVersion,
    kind,
    name: metadata.name,
    namespace: metadata.namespace,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
  };
}
