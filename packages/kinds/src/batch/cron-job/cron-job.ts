import { boolean, int32, int64, list, object, ref, string, type Infer } from '@kajitori/schema';
import { JobTemplateSpec } from '../job/job.ts';
import { ObjectReference } from '../../core/references.ts';
import { Time } from '../../meta/time.ts';
import { topLevel } from '../../meta/top-level.ts';

export const CronJob = topLevel(
  'io.k8s.api.batch.v1.CronJob',
  {
    spec: ref(2, () => CronJobSpec)
      .required()
      .always()
      .describe('When, and which job.'),
    status: ref(3, () => CronJobStatus)
      .byValue()
      .describe('What it started last.'),
  },
  { description: 'Starts a job at each time of a schedule.' },
);
export type CronJob = Infer<typeof CronJob>;

export const CronJobSpec = object('io.k8s.api.batch.v1.CronJobSpec', {
  schedule: string(1)
    .required()
    .describe('When, as five fields: minute, hour, day of the month, month, day of the week. Or a word such as @hourly.'),
  startingDeadlineSeconds: int64(2).keepsZero().describe('How late a job may be started; a time missed by more is skipped.'),
  concurrencyPolicy: string(3)
    .enum('Allow', 'Forbid', 'Replace')
    .default('Allow')
    .describe('Allow lets jobs overlap, Forbid skips a time while one runs, Replace ends the one that runs.'),
  suspend: boolean(4).keepsZero().default(false).describe('Whether no more jobs are started.'),
  jobTemplate: ref(5, () => JobTemplateSpec)
    .required()
    .always()
    .describe('What each job is made from.'),
  successfulJobsHistoryLimit: int32(6).keepsZero().default(3).describe('How many jobs that succeeded are kept.'),
  failedJobsHistoryLimit: int32(7).keepsZero().default(1).describe('How many jobs that failed are kept.'),
  timeZone: string(8).keepsZero().describe("IANA time zone of the schedule, such as Asia/Tokyo; the server's when nothing is said."),
});
export type CronJobSpec = Infer<typeof CronJobSpec>;

export const CronJobStatus = object('io.k8s.api.batch.v1.CronJobStatus', {
  active: list(1, () => ObjectReference)
    .atomic()
    .describe('Jobs that run now.'),
  lastScheduleTime: ref(4, () => Time).describe('The last time for which a job was started.'),
  lastSuccessfulTime: ref(5, () => Time).describe('When a job last succeeded.'),
});
export type CronJobStatus = Infer<typeof CronJobStatus>;
